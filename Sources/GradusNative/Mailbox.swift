// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Hands one value from one thread to another, which waits for it.
public final class Mailbox<Value: Sendable>: @unchecked Sendable {
  // `value` is read and written with `mutex` held, whose address never changes.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value?

  public init() {
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

  /// Leaves a value; one that nobody took is replaced.
  public func put(_ value: consuming Value) {
    pthread_mutex_lock(mutex)
    self.value = consume value
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Waits for a value and takes it away.
  public func take() -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let value {
        self.value = nil
        return value
      }
      pthread_cond_wait(condition, mutex)
    }
  }
}
