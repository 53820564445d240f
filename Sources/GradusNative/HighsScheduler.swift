// SPDX-License-Identifier: Apache-2.0

/// Lets solves share HiGHS's threads.
///
/// HiGHS keeps one pool of threads for the whole process, whose size the first solve fixes; a solve that asks for another
/// size fails. Solves that agree run side by side; one that does not waits until the others have ended and then renews the
/// pool. One value of `Highs` should therefore serve a whole process.
final class HighsScheduler: @unchecked Sendable {
  // Both counts are read and written with the monitor locked.
  private let monitor = Monitor()
  private let reset: @convention(c) (Int32) -> Void
  private var running = 0
  /// The size the pool was given; nil before the first solve.
  private var threads: Int32?

  init(reset: @escaping @convention(c) (Int32) -> Void) { self.reset = reset }

  /// Runs `body` while the pool has `count` threads (0: HiGHS's own choice).
  func withThreads<R>(_ count: Int32, _ body: () -> R) -> R {
    monitor.lock()
    while let threads, threads != count, running > 0 { monitor.wait() }
    if let threads, threads != count { reset(1) }
    threads = count
    running += 1
    monitor.unlock()
    let result = body()
    monitor.lock()
    running -= 1
    monitor.broadcast()
    monitor.unlock()
    return result
  }
}
