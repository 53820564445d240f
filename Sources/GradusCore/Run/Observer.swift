// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What happens in a run, as observers hear it.
public enum RunEvent<Point: Sendable & Codable>: Sendable {
  case started
  case answered(RunProgress)
  case improved(Report<Point>, RunProgress)
  /// News of an oracle that is still at work.
  case interim(Interim)
  case saved(answers: Int)
  case stopped(StopReason)
}

/// Hears what happens in a run: a progress line, a plot, a log. Called between steps; must not block for long.
public protocol Observer<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable & Codable
  /// One event, in the order in which they happen.
  func note(_ event: RunEvent<Point>)
}

/// Carries news from an oracle at work to whoever listens. Safe from any thread.
public final class Relay: Sendable {
  private let listeners = Mutex<[@Sendable (Interim) -> Void]>([])

  public init() {}

  /// Adds a listener; it is called on the thread that has the news.
  public func listen(_ listener: @escaping @Sendable (Interim) -> Void) {
    listeners.withLock { $0.append(listener) }
  }

  /// Hands news to all listeners, one after the other.
  public func send(_ news: Interim) {
    for listener in listeners.withLock({ $0 }) { listener(news) }
  }
}
