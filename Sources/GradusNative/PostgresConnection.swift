// SPDX-License-Identifier: Apache-2.0

/// A connection to a PostgreSQL server. Belongs to one task at a time; every call waits for the server.
public final class PostgresConnection {
  private let functions: LibPQ
  private let handle: OpaquePointer

  /// Connects. `settings` come before those of `url`, which is what libpq calls a connection string.
  public init(_ functions: LibPQ, url: String, settings: [(name: String, value: String)]) throws(PostgresError) {
    self.functions = functions
    let found = Self.withWords(url, settings) { functions.connect($0, $1, 1) }
    guard let found else { throw PostgresError(state: "", message: "there is not enough memory", isLost: false) }
    guard functions.status(found) == 0 else {
      let message = Self.line(functions.message(found))
      functions.finish(found)
      throw PostgresError(state: "", message: message, isLost: true)
    }
    handle = found
  }

  deinit { functions.finish(handle) }

  /// Whether a server is there that takes no connections now, because it starts or ends.
  public static func isStarting(_ functions: LibPQ, url: String, settings: [(name: String, value: String)]) -> Bool {
    withWords(url, settings) { functions.reach($0, $1, 1) } == 1
  }

  /// Runs one or more statements without values; the rows of the last one, as text.
  public func execute(_ text: String) throws(PostgresError) -> PostgresRows {
    guard let result = functions.query(handle, text) else { throw lost() }
    return try rows(result)
  }

  /// One statement of a pipeline.
  public enum Step: Sendable {
    /// A statement without values.
    case text(String)
    /// A prepared statement by its name, with values as texts.
    case prepared(String, [[UInt8]])
  }

  /// Runs statements in one round trip; the rows of each, in PostgreSQL's binary form. The first error is thrown, and the
  /// statements behind it are not run.
  public func run(_ steps: [Step]) throws(PostgresError) -> [PostgresRows] {
    guard functions.enterPipeline(handle) == 1 else { throw lost() }
    defer { _ = functions.exitPipeline(handle) }
    for step in steps {
      let isSent =
        switch step {
        case .text(let text): functions.send(handle, text, 0, nil, nil, nil, nil, 1)
        case .prepared(let name, let values): send(name, values)
        }
      guard isSent == 1 else { throw lost() }
    }
    guard functions.sync(handle) == 1 else { throw lost() }
    var (found, failure) = ([PostgresRows](), PostgresError?.none)
    for _ in steps {
      guard let result = functions.next(handle) else { throw failure ?? lost() }
      do { found.append(try rows(result)) } catch { if failure == nil || error.isLost { failure = error } }
      // An end of the results of each statement.
      while let more = functions.next(handle) { functions.clear(more) }
      if let failure, failure.isLost || functions.status(handle) != 0 { throw lost(failure) }
    }
    guard let end = functions.next(handle) else { throw lost(failure) }
    let isWhole = functions.resultStatus(end) == 10
    functions.clear(end)
    if let failure { throw failure }
    guard isWhole else { throw lost() }
    return found
  }

  private func send(_ name: String, _ values: [[UInt8]]) -> Int32 {
    // The texts one behind the other, each with its end.
    var (texts, starts) = ([UInt8](), [Int]())
    for value in values {
      starts.append(texts.count)
      texts += value
      texts.append(0)
    }
    return texts.withUnsafeBytes { bytes in
      let base = bytes.bindMemory(to: CChar.self).baseAddress
      let words = starts.map { start in base.map { $0 + start } }
      return functions.sendPrepared(handle, name, Int32(values.count), words, nil, nil, 1)
    }
  }

  private func rows(_ result: OpaquePointer) throws(PostgresError) -> PostgresRows {
    switch functions.resultStatus(result) {
    case 0, 1, 2: return PostgresRows(functions, result)
    default:
      // The state of the error, and its first line.
      let state = functions.resultField(result, 67).map { String(cString: $0) } ?? ""
      let message = functions.resultField(result, 77).map { Self.line($0) } ?? Self.line(functions.message(handle))
      functions.clear(result)
      let isLost = functions.status(handle) != 0 || PostgresError.states.contains(state) || state.hasPrefix("08")
      throw PostgresError(state: state, message: message, isLost: isLost)
    }
  }

  private func lost(_ known: PostgresError? = nil) -> PostgresError {
    let message = known?.message ?? Self.line(functions.message(handle))
    return PostgresError(state: known?.state ?? "", message: message, isLost: true)
  }

  /// The first line of a message.
  private static func line(_ message: UnsafePointer<CChar>?) -> String {
    let text = message.map { String(cString: $0) } ?? ""
    return text.split(separator: "\n").first.map { String($0) } ?? "the connection has ended"
  }

  private static func withWords<R>(
    _ url: String, _ settings: [(name: String, value: String)], _ body: (LibPQ.Words, LibPQ.Words) -> R
  ) -> R {
    // The connection string is expanded where it stands, and what comes later counts.
    let all = settings + [(name: "dbname", value: url)]
    let (names, values) = (all.map { copy($0.name) }, all.map { copy($0.value) })
    defer { for word in names + values { word.deallocate() } }
    return body(
      names.map { UnsafePointer($0.baseAddress) } + [nil], values.map { UnsafePointer($0.baseAddress) } + [nil])
  }

  private static func copy(_ text: String) -> UnsafeMutableBufferPointer<CChar> {
    let bytes = text.utf8CString
    let word = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
    _ = word.initialize(from: bytes)
    return word
  }
}
