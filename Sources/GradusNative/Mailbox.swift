// SPDX-License-Identifier: Apache-2.0

/// Hands one value from one thread to another, which waits for it.
public final class Mailbox<Value: Sendable>: @unchecked Sendable {
  // `value` is read and written with the monitor locked.
  private let monitor = Monitor()
  private var value: Value?

  /// Without a value yet.
  public init() {}

  /// Leaves a value; one that nobody took is replaced.
  public func put(_ value: consuming Value) {
    monitor.lock()
    self.value = consume value
    monitor.signal()
    monitor.unlock()
  }

  /// Waits for a value and takes it away.
  public func take() -> Value {
    monitor.lock()
    defer { monitor.unlock() }
    while true {
      if let value {
        self.value = nil
        return value
      }
      monitor.wait()
    }
  }
}
