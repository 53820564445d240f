// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mutex with one condition to wait for, for threads of the operating system; tasks must not wait here.
final class Monitor: @unchecked Sendable {
  // Two objects of the system behind constant addresses, which may be used from every thread.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }

  func unlock() { pthread_mutex_unlock(mutex) }

  /// Lets the mutex go until somebody signals, or for no reason; the caller looks again at what it waits for.
  func wait() { pthread_cond_wait(condition, mutex) }

  /// As `wait()`, for less than a second; false when the time is over.
  func wait(nanoseconds: Int) -> Bool {
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_nsec += nanoseconds
    if deadline.tv_nsec >= 1_000_000_000 {
      deadline.tv_nsec -= 1_000_000_000
      deadline.tv_sec += 1
    }
    return pthread_cond_timedwait(condition, mutex, &deadline) == 0
  }

  /// Wakes one of those that wait.
  func signal() { pthread_cond_signal(condition) }

  /// Wakes all that wait.
  func broadcast() { pthread_cond_broadcast(condition) }
}
