// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lets solves share HiGHS's threads.
///
/// HiGHS keeps one pool of threads for the whole process, whose size the first solve fixes; a solve that asks for another
/// size fails. Solves that agree run side by side; one that does not waits until the others have ended and then renews the
/// pool. One value of `Highs` should therefore serve a whole process.
final class HighsScheduler: @unchecked Sendable {
  // Every field below is read and written with `mutex` held, whose address never changes.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let reset: @convention(c) (Int32) -> Void
  private var running = 0
  /// The size the pool was given; nil before the first solve.
  private var threads: Int32?

  init(reset: @escaping @convention(c) (Int32) -> Void) {
    self.reset = reset
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  /// Runs `body` while the pool has `count` threads (0: HiGHS's own choice).
  func withThreads<R>(_ count: Int32, _ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    while let threads, threads != count, running > 0 { pthread_cond_wait(condition, mutex) }
    if let threads, threads != count { reset(1) }
    threads = count
    running += 1
    pthread_mutex_unlock(mutex)
    let result = body()
    pthread_mutex_lock(mutex)
    running -= 1
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
    return result
  }
}
