// SPDX-License-Identifier: Apache-2.0

/// The functions of SQLite, version 3.x, as they were found in one shared library.
///
/// Source: the C interface of SQLite (sqlite.org/c3ref), which keeps old functions for good.
public struct SQLite: Sendable {
  typealias Open =
    @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<OpaquePointer?>, Int32, UnsafePointer<CChar>?) -> Int32
  typealias Prepare =
    @convention(c) (
      OpaquePointer, UnsafePointer<CChar>, Int32, UnsafeMutablePointer<OpaquePointer?>, OpaquePointer?
    ) -> Int32
  typealias Act = @convention(c) (OpaquePointer) -> Int32
  typealias BindWhole = @convention(c) (OpaquePointer, Int32, Int64) -> Int32
  /// The last argument is a function's address; −1 asks for a copy of the bytes.
  typealias BindText = @convention(c) (OpaquePointer, Int32, UnsafeRawPointer?, Int32, Int) -> Int32
  typealias Message = @convention(c) (OpaquePointer) -> UnsafePointer<CChar>?
  typealias Whole = @convention(c) (OpaquePointer, Int32) -> Int64
  typealias Bytes = @convention(c) (OpaquePointer, Int32) -> UnsafeRawPointer?
  typealias Count = @convention(c) (OpaquePointer, Int32) -> Int32

  /// For instance `3.40.1`.
  public let version: String
  /// The file or loader name it came from.
  public let path: String
  let open: Open
  let close: Act
  let prepare: Prepare
  let step: Act
  let reset: Act
  let finalize: Act
  let bindWhole: BindWhole
  let bindText: BindText
  let message: Message
  let isOutsideTransaction: Act
  let whole: Whole
  let bytes: Bytes
  let byteCount: Count

  /// Opens SQLite and checks that every function is there.
  public init(_ search: LibrarySearch = .standard) throws(MissingComponent) {
    let library = try NativeComponent.sqlite.open(search)
    func need<F>(_ name: String, _ type: F.Type) throws(MissingComponent) -> F {
      if let function = library.function(name, as: type) { return function }
      throw NativeComponent.sqlite.missing(because: "found in \(library.path) without the function \(name)")
    }
    let name = try need("sqlite3_libversion", (@convention(c) () -> UnsafePointer<CChar>).self)
    version = String(cString: name())
    path = library.path
    open = try need("sqlite3_open_v2", Open.self)
    close = try need("sqlite3_close_v2", Act.self)
    prepare = try need("sqlite3_prepare_v2", Prepare.self)
    step = try need("sqlite3_step", Act.self)
    reset = try need("sqlite3_reset", Act.self)
    finalize = try need("sqlite3_finalize", Act.self)
    bindWhole = try need("sqlite3_bind_int64", BindWhole.self)
    bindText = try need("sqlite3_bind_text", BindText.self)
    message = try need("sqlite3_errmsg", Message.self)
    isOutsideTransaction = try need("sqlite3_get_autocommit", Act.self)
    whole = try need("sqlite3_column_int64", Whole.self)
    bytes = try need("sqlite3_column_blob", Bytes.self)
    byteCount = try need("sqlite3_column_bytes", Count.self)
  }
}

/// What SQLite said instead of doing it.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The result code; its lowest 8 bits are the kind.
  public var code: Int32
  public var message: String

  public init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  /// Another connection is in the way; the same call may go through later.
  public var isBusy: Bool { code & 0xff == 5 }
  /// The disk, or what the database may take of it, is full.
  public var isFull: Bool { code & 0xff == 13 }
  /// The file could not be opened.
  public var isUnopened: Bool { code & 0xff == 14 }
  /// The file may not be written.
  public var isReadOnly: Bool { code & 0xff == 8 }

  public var description: String { message }
}
