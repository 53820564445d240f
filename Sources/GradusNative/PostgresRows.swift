// SPDX-License-Identifier: Apache-2.0

/// The rows of a statement.
public final class PostgresRows {
  private let functions: LibPQ
  private let result: OpaquePointer
  /// How many rows there are.
  public let count: Int

  init(_ functions: LibPQ, _ result: OpaquePointer) {
    self.functions = functions
    self.result = result
    count = Int(functions.rows(result))
  }

  deinit { functions.clear(result) }

  /// The bytes of a value, valid as long as the rows; nil for null.
  public func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
    guard functions.cellIsNull(result, Int32(row), Int32(column)) == 0,
      let start = functions.cell(result, Int32(row), Int32(column))
    else { return nil }
    return UnsafeRawBufferPointer(start: start, count: Int(functions.cellCount(result, Int32(row), Int32(column))))
  }

  /// A value as text.
  public func text(_ row: Int, _ column: Int) -> String? {
    bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A whole number in binary form, of 4 or 8 bytes.
  public func whole(_ row: Int, _ column: Int) -> Int? {
    guard let bytes = bytes(row, column), bytes.count == 4 || bytes.count == 8 else { return nil }
    let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return bytes.count == 8 ? Int(truncatingIfNeeded: value) : Int(Int32(truncatingIfNeeded: value))
  }
}

/// What a PostgreSQL server said instead of doing it, or why nothing was heard of it.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Five characters of the standard, for instance `42P01`; empty where the server said nothing.
  public var state: String
  public var message: String
  /// Whether the connection is of no use any more: what was on its way may have been done or not.
  public var isLost: Bool

  public init(state: String, message: String, isLost: Bool) {
    self.state = state
    self.message = message
    self.isLost = isLost
  }

  /// The server ends the connection: it stops, has crashed, starts, or we were idle for too long.
  static let states: Set<String> = ["57P01", "57P02", "57P03", "57P05", "25P03"]

  public var description: String { message }
}
