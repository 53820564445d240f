// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where a run reads the time: the machine's clock, or one that a test sets.
public struct RunClock: Sendable {
  let read: @Sendable () -> Duration

  /// Time since an arbitrary fixed moment.
  public init(_ read: @escaping @Sendable () -> Duration) { self.read = read }

  public var now: Duration { read() }

  /// The machine's monotonic clock.
  public static var continuous: RunClock {
    let start = ContinuousClock.now
    return RunClock { ContinuousClock.now - start }
  }

  /// A clock that stands still: for runs whose time must not depend on the machine.
  public static var stopped: RunClock { RunClock { .zero } }
}

/// A clock that moves only when told.
public final class ManualClock: Sendable {
  private let time = Mutex(Duration.zero)
  public init() {}
  public func advance(by duration: Duration) { time.withLock { $0 += duration } }
  public var clock: RunClock { RunClock { [self] in time.withLock { $0 } } }
}
