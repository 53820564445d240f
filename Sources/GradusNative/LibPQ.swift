// SPDX-License-Identifier: Apache-2.0

/// The functions of libpq, the client library of PostgreSQL from version 14 on, as they were found in one shared library.
///
/// Source: PostgreSQL's manual, "libpq – C Library".
public struct LibPQ: Sendable {
  typealias Words = UnsafePointer<UnsafePointer<CChar>?>
  typealias Connect = @convention(c) (Words, Words, Int32) -> OpaquePointer?
  typealias Act = @convention(c) (OpaquePointer) -> Int32
  typealias End = @convention(c) (OpaquePointer) -> Void
  typealias Message = @convention(c) (OpaquePointer) -> UnsafePointer<CChar>?
  typealias Query = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> OpaquePointer?
  /// Statement, number of values, their types, values, lengths, formats, and the format of the result.
  typealias Send =
    @convention(c) (
      OpaquePointer, UnsafePointer<CChar>, Int32, UnsafePointer<UInt32>?, Words?, UnsafePointer<Int32>?,
      UnsafePointer<Int32>?, Int32
    ) -> Int32
  /// As `Send`, of a statement that the server has already, by its name.
  typealias SendPrepared =
    @convention(c) (
      OpaquePointer, UnsafePointer<CChar>, Int32, Words?, UnsafePointer<Int32>?, UnsafePointer<Int32>?, Int32
    ) -> Int32
  typealias Next = @convention(c) (OpaquePointer) -> OpaquePointer?
  typealias Field = @convention(c) (OpaquePointer, Int32) -> UnsafePointer<CChar>?
  typealias Cell = @convention(c) (OpaquePointer, Int32, Int32) -> UnsafePointer<CChar>?
  typealias CellCount = @convention(c) (OpaquePointer, Int32, Int32) -> Int32
  typealias Reach = @convention(c) (Words, Words, Int32) -> Int32

  /// For instance `15.6`.
  public let version: String
  /// The file or loader name it came from.
  public let path: String
  let connect: Connect
  let finish: End
  let status: Act
  let message: Message
  let query: Query
  let send: Send
  let sendPrepared: SendPrepared
  let enterPipeline: Act
  let exitPipeline: Act
  let sync: Act
  let next: Next
  let clear: End
  let resultStatus: Act
  let resultField: Field
  let rows: Act
  let cell: Cell
  let cellCount: CellCount
  let cellIsNull: CellCount
  let reach: Reach

  /// Opens libpq and checks that every function is there.
  public init(_ search: LibrarySearch = .standard) throws(MissingComponent) {
    let library = try NativeComponent.libpq.open(search)
    func need<F>(_ name: String, _ type: F.Type) throws(MissingComponent) -> F {
      if let function = library.function(name, as: type) { return function }
      throw NativeComponent.libpq.missing(because: "found in \(library.path) without the function \(name)")
    }
    let number = try need("PQlibVersion", (@convention(c) () -> Int32).self)()
    version = "\(number / 10_000).\(number % 10_000)"
    path = library.path
    connect = try need("PQconnectdbParams", Connect.self)
    finish = try need("PQfinish", End.self)
    status = try need("PQstatus", Act.self)
    message = try need("PQerrorMessage", Message.self)
    query = try need("PQexec", Query.self)
    send = try need("PQsendQueryParams", Send.self)
    sendPrepared = try need("PQsendQueryPrepared", SendPrepared.self)
    enterPipeline = try need("PQenterPipelineMode", Act.self)
    exitPipeline = try need("PQexitPipelineMode", Act.self)
    sync = try need("PQpipelineSync", Act.self)
    next = try need("PQgetResult", Next.self)
    clear = try need("PQclear", End.self)
    resultStatus = try need("PQresultStatus", Act.self)
    resultField = try need("PQresultErrorField", Field.self)
    rows = try need("PQntuples", Act.self)
    cell = try need("PQgetvalue", Cell.self)
    cellCount = try need("PQgetlength", CellCount.self)
    cellIsNull = try need("PQgetisnull", CellCount.self)
    reach = try need("PQpingParams", Reach.self)
  }
}
