// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A team of threads that several values may hold: whoever comes while it works does the work alone.
///
/// As with `WorkTeam`, indices must write disjoint memory and their division must not depend on `width`; then the bits do
/// not depend on who works.
public final class WorkCrew: Sendable {
  /// How many threads work, the caller's included.
  public let width: Int
  private let team: Mutex<WorkTeam>

  /// A crew of `width` threads; fewer when the system grants fewer.
  public init(width: Int) {
    let team = WorkTeam(width: width)
    self.width = team.width
    self.team = Mutex(team)
  }

  /// Calls `body` for every index in 0..<count, and returns when all are done.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    let isDone = withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: escapable) { pointer in
        // Only its address crosses into the lock: the call returns before the closure ends.
        let address = UInt(bitPattern: pointer)
        return team.withLockIfAvailable { team in
          guard let context = UnsafeRawPointer(bitPattern: address) else { return }
          team.run(count, context: context) { context, index in
            context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(index)
          }
        } != nil
      }
    }
    if !isDone {
      for index in 0..<count { body(index) }
    }
  }
}
