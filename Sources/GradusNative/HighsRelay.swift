// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Carries HiGHS's call-backs to a Swift closure, one at a time.
final class HighsRelay: @unchecked Sendable {
  // `observe` is entered only with `gate` held, and only while the thread that made it waits inside HiGHS.
  private let observe: (HighsEvent) -> Bool
  private let gate = Mutex(false)
  private let columnCount: Int
  private let item: @convention(c) (UnsafeRawPointer, UnsafePointer<CChar>) -> UnsafeRawPointer?

  init(
    columnCount: Int, item: @escaping @convention(c) (UnsafeRawPointer, UnsafePointer<CChar>) -> UnsafeRawPointer?,
    observe: @escaping (HighsEvent) -> Bool
  ) {
    self.columnCount = columnCount
    self.item = item
    self.observe = observe
  }

  /// The function HiGHS calls: kind, message, what it tells, what it hears, and the relay.
  static let receive: Highs.Callback = { kind, _, told, heard, relay in
    guard let relay, let told, let kind = HighsEvent.Kind(rawValue: kind) else { return }
    let this = Unmanaged<HighsRelay>.fromOpaque(relay).takeUnretainedValue()
    let event = HighsEvent(kind: kind, columnCount: this.columnCount, data: told, item: this.item)
    let stop = this.gate.withLock { stopped in
      if !this.observe(event) { stopped = true }
      return stopped
    }
    // The first field of what HiGHS hears is the flag that stops it; its header promises to keep that place. HiGHS reads
    // it only after the three kinds of call-back that are made for it.
    if stop, kind != .incumbent { heard?.storeBytes(of: 1, as: Int32.self) }
  }
}
