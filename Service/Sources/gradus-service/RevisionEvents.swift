// SPDX-License-Identifier: Apache-2.0
import GradusDashboard
import Hummingbird
import ServiceLifecycle

/// Server-sent events: the revision of a topic whenever it is another one, until the server ends.
///
/// A reader that is gone is noticed when something is written, and so after a quarter of a minute.
struct RevisionEvents: AsyncSequence, Sendable {
  let topic: String
  let dashboard: Dashboard

  /// Seconds between two looks whether something has changed, and between signs of life.
  private static let lookEvery = 0.5
  private static let signEvery = 15.0

  func makeAsyncIterator() -> Iterator { Iterator(topic: topic, dashboard: dashboard) }

  struct Iterator: AsyncIteratorProtocol {
    let topic: String
    let dashboard: Dashboard
    private var known: String?
    private var isFirst = true

    init(topic: String, dashboard: Dashboard) {
      self.topic = topic
      self.dashboard = dashboard
    }

    mutating func next() async throws -> ByteBuffer? {
      // The head is sent with the first words.
      if isFirst {
        isFirst = false
        return ByteBuffer(string: "retry: 2000\n\n")
      }
      var silence = 0.0
      while !Task.isCancelled, !Task.isShuttingDownGracefully {
        if let revision = await dashboard.revision(of: topic), revision != known {
          known = revision
          return ByteBuffer(string: "event: revision\ndata: \(revision)\n\n")
        }
        if silence >= RevisionEvents.signEvery { return ByteBuffer(string: ": here\n\n") }
        try await Task.sleep(for: .seconds(RevisionEvents.lookEvery))
        silence += RevisionEvents.lookEvery
      }
      return nil
    }
  }
}
