// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusNative
import GradusStudy
import Synchronization

/// A storage that is only looked at. It may be missing for a while, as a database that is started anew is: then every look fails,
/// until it is there.
final class StorageView: Sendable {
  let url: String
  private let state: Mutex<State>

  private struct State {
    var storage: StudyStorage?
    var lastRefresh = -Double.infinity
  }

  /// Seconds in which many lookers are served by one look.
  private static let patience = 0.2

  init(_ url: String) {
    self.url = url
    state = Mutex(State())
  }

  /// The address without a password.
  var name: String {
    guard let start = url.firstRange(of: "://")?.upperBound, let at = url[start...].lastIndex(of: "@"),
      let colon = url[start..<at].firstIndex(of: ":")
    else { return url }
    return String(url[..<colon] + url[at...])
  }

  /// The studies as they are now. Blocks while somebody else writes.
  func replica() throws -> StudyReplica {
    try state.withLock { state in
      let storage = try state.storage ?? StudyStorage(url, creates: false)
      state.storage = storage
      let now = MonotonicTime.now
      if now - state.lastRefresh >= Self.patience {
        do { try storage.refresh() } catch {
          // A lost connection is made anew, and a file that was replaced opened again.
          state.storage = nil
          throw error
        }
        state.lastRefresh = MonotonicTime.now
      }
      return storage.replica
    }
  }
}

/// The storages whose studies are shown.
struct StudyShelf: Sendable {
  let views: [StorageView]

  /// A study, and which storage it is in.
  struct Found {
    var study: StudyRecord
    var storage: Int
    /// Operations of the storage so far: another number for another state.
    var revision: Int
  }

  /// The study of a name. `storage`: its number, which is needed where several storages have one of that name.
  func find(_ name: String, storage: String?) throws -> Found {
    var found: [Found] = []
    var failure: (any Error)?
    for (k, view) in views.enumerated() where storage == nil || storage == "\(k)" {
      do {
        let replica = try view.replica()
        if let study = replica.study(named: name) {
          found.append(Found(study: study, storage: k, revision: replica.count))
        }
      } catch { failure = error }
    }
    if let first = found.first, found.count == 1 {
      guard !first.study.directions.isEmpty else {
        throw DashboardError(503, "storage", "the study '\(name)' has no objective; restore the storage")
      }
      return first
    }
    if found.count > 1 {
      let numbers = found.map { "\($0.storage)" }.joined(separator: ", ")
      throw DashboardError.malformed("the storages \(numbers) have a study '\(name)'; choose one with ?storage=NUMBER")
    }
    if let failure { throw failure }
    throw DashboardError.unknown("there is no study '\(name)'; /api/studies lists them")
  }
}
