// SPDX-License-Identifier: Apache-2.0

/// A statement that SQLite has translated. Places of values count from 1, columns from 0.
public final class SQLiteStatement {
  private let connection: SQLiteConnection
  private let handle: OpaquePointer

  init(_ connection: SQLiteConnection, _ handle: OpaquePointer) {
    self.connection = connection
    self.handle = handle
  }

  deinit { _ = connection.functions.finalize(handle) }

  /// Binds a whole number.
  public func bind(_ value: Int, at place: Int) throws(SQLiteError) {
    let code = connection.functions.bindWhole(handle, Int32(place), Int64(value))
    guard code == 0 else { throw connection.failure(code) }
  }

  /// Binds a text in UTF-8, which is copied.
  public func bind(_ text: UnsafeRawBufferPointer, at place: Int) throws(SQLiteError) {
    guard let count = Int32(exactly: text.count) else { throw SQLiteError(code: 18, message: "text too long") }
    // Without an address, the value would be null.
    var nothing: UInt8 = 0
    let code = withUnsafeBytes(of: &nothing) {
      connection.functions.bindText(handle, Int32(place), text.baseAddress ?? $0.baseAddress, count, -1)
    }
    guard code == 0 else { throw connection.failure(code) }
  }

  /// Goes on to the next row; false behind the last one. After that, and after an error, the next step begins again, with the
  /// values that were bound.
  public func step() throws(SQLiteError) -> Bool {
    let code = connection.functions.step(handle)
    if code == 100 { return true }
    let failure = code == 101 ? nil : connection.failure(code)
    _ = connection.functions.reset(handle)
    if let failure { throw failure }
    return false
  }

  /// Leaves the remaining rows.
  public func reset() { _ = connection.functions.reset(handle) }

  /// A whole number of the row.
  public func whole(_ column: Int) -> Int { Int(connection.functions.whole(handle, Int32(column))) }

  /// The bytes of a text of the row, valid until the next step.
  public func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    // The address first: it decides about the form whose bytes are counted.
    let address = connection.functions.bytes(handle, Int32(column))
    return UnsafeRawBufferPointer(
      start: address, count: address == nil ? 0 : Int(connection.functions.byteCount(handle, Int32(column))))
  }
}
