// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a run reads the time: the machine's clock, or one that a test sets.
public struct RunClock: Sendable {
  let read: @Sendable () -> Duration
  /// A cheaper reading, good to a few milliseconds: the loop takes one an answer.
  @usableFromInline let coarse: @Sendable () -> Duration

  /// Time since an arbitrary fixed moment.
  public init(_ read: @escaping @Sendable () -> Duration) {
    self.read = read
    coarse = read
  }

  private init(read: @escaping @Sendable () -> Duration, coarse: @escaping @Sendable () -> Duration) {
    self.read = read
    self.coarse = coarse
  }

  public var now: Duration { read() }

  /// The machine's monotonic clock.
  public static var continuous: RunClock {
    #if canImport(Glibc)
      RunClock(read: { machineTime(CLOCK_MONOTONIC) }, coarse: { machineTime(CLOCK_MONOTONIC_COARSE) })
    #else
      RunClock(read: { machineTime(CLOCK_MONOTONIC_RAW) }, coarse: { machineTime(CLOCK_MONOTONIC_RAW_APPROX) })
    #endif
  }

  /// A clock that stands still: for runs whose time must not depend on the machine.
  public static var stopped: RunClock { RunClock { .zero } }
}

private func machineTime(_ id: clockid_t) -> Duration {
  var time = timespec()
  clock_gettime(id, &time)
  return .nanoseconds(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}

/// A clock that moves only when told.
public final class ManualClock: Sendable {
  private let time = Mutex(Duration.zero)
  public init() {}
  /// Moves the time on.
  public func advance(by duration: Duration) { time.withLock { $0 += duration } }
  public var clock: RunClock { RunClock { [self] in time.withLock { $0 } } }
}
