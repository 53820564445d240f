// SPDX-License-Identifier: Apache-2.0

/// A database file that is open. Belongs to one task at a time.
public final class SQLiteConnection {
  let functions: SQLite
  let handle: OpaquePointer

  /// Opens a file, which is made where there is none and `creates` says so. A path that begins with `/` is never taken for a
  /// special name. A file that cannot be written is opened for reading.
  public init(_ functions: SQLite, path: String, creates: Bool) throws(SQLiteError) {
    self.functions = functions
    var found: OpaquePointer?
    // Read and write, make, and no lock of the library's own around each call.
    let code = functions.open(path, &found, 0x2 | (creates ? 0x4 : 0) | 0x8000, nil)
    guard let found else { throw SQLiteError(code: code, message: "there is not enough memory") }
    guard code == 0 else {
      let error = SQLiteError(code: code, message: functions.message(found).map { String(cString: $0) } ?? "")
      _ = functions.close(found)
      throw error
    }
    handle = found
  }

  deinit { _ = functions.close(handle) }

  /// Runs a statement whose rows nobody wants.
  public func execute(_ text: String) throws(SQLiteError) {
    let statement = try prepare(text)
    while try statement.step() {}
  }

  /// A statement to be run many times, with `?` where values go.
  public func prepare(_ text: String) throws(SQLiteError) -> SQLiteStatement {
    var found: OpaquePointer?
    let code = functions.prepare(handle, text, -1, &found, nil)
    guard code == 0, let found else { throw failure(code) }
    return SQLiteStatement(self, found)
  }

  /// Whether changes wait for their commit.
  public var isInTransaction: Bool { functions.isOutsideTransaction(handle) == 0 }

  func failure(_ code: Int32) -> SQLiteError {
    SQLiteError(code: code, message: functions.message(handle).map { String(cString: $0) } ?? "code \(code)")
  }
}
