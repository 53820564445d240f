// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A log that is a table of a SQLite database: `gradus_operations(number, line)`, numbers from 1 without gaps.
///
/// The database has a write-ahead log, so that readers and a writer do not wait for each other; writers exclude each other with
/// the lock of `BEGIN IMMEDIATE`, which ends with its process. A durable change is flushed to the disk at its commit, another one
/// when SQLite next moves its log into the file.
package final class SQLiteLog: OperationLog {
  package let name: String
  package var isSeenInParts: Bool { false }
  private let path: String
  package let connection: SQLiteConnection
  private let patience: Double
  private let identity: [UInt64]
  private let begin, commit, rollback, select, insert: SQLiteStatement
  /// The number of the last line that was read or written.
  private var last = 0
  private var isFlushing = true

  /// Opens the database; makes it and its table where `creates` says so. `patience`: seconds to wait for others.
  package init(_ given: String, creates: Bool, patience: Double = 60) throws {
    name = given
    path = try Self.path(given)
    self.patience = patience
    let (functions, file) = (try SQLite(), path)
    do {
      connection = try SQLiteConnection(functions, path: file, creates: creates)
      try Self.prepare(connection, name, creates: creates, patience: patience)
      begin = try connection.prepare("BEGIN IMMEDIATE")
      commit = try connection.prepare("COMMIT")
      rollback = try connection.prepare("ROLLBACK")
      select = try connection.prepare("SELECT number, line FROM gradus_operations WHERE number > ? ORDER BY number")
      insert = try connection.prepare("INSERT INTO gradus_operations VALUES (?, ?)")
    } catch let error as SQLiteError {
      throw Self.failure(error, name, path, patience: patience)
    }
    identity = Self.identity(path)
  }

  /// `sqlite:FILE`, `sqlite:///FILE`, and `sqlite:////FILE` for one from the root, as optuna writes it.
  private static func path(_ url: String) throws(StorageError) -> String {
    var file = url.dropFirst("sqlite:".count)
    if file.hasPrefix("///") { file = file.dropFirst(3) }
    guard !file.isEmpty, !file.hasPrefix("//"), file != ":memory:" else {
      throw StorageError("\(url) names no file; write sqlite:FILE, for instance sqlite:studies.db")
    }
    return JournalFile.absolute(String(file))
  }

  // MARK: Log

  package func rewind() { last = 0 }

  package func read(_ take: (OperationReader.Text) throws -> Void) throws {
    try checked { try select.bind(last, at: 1) }
    defer { select.reset() }
    var isThere = try waiting { try select.step() }
    while isThere {
      guard select.whole(0) == last + 1 else {
        throw StorageError("\(name) lacks line \(last + 1); restore the database")
      }
      try take(select.bytes(1).bindMemory(to: UInt8.self)[...])
      last += 1
      isThere = try checked { try select.step() }
    }
  }

  package func append(isDurable: Bool, _ body: () throws -> [UInt8]) throws {
    guard Self.identity(path) == identity else {
      throw StorageError("\(name) was removed or replaced while it was in use; nothing was written")
    }
    if isDurable != isFlushing {
      // Not allowed inside of a transaction.
      try checked { try connection.execute("PRAGMA synchronous = \(isDurable ? "FULL" : "NORMAL")") }
      isFlushing = isDurable
    }
    _ = try waiting { try begin.step() }
    do {
      let bytes = try body()
      let count = try write(bytes)
      _ = try waiting { try commit.step() }
      last += count
    } catch {
      // After some errors SQLite has done so by itself.
      if connection.isInTransaction { _ = try? rollback.step() }
      throw error
    }
  }

  /// How many lines were written.
  private func write(_ bytes: [UInt8]) throws -> Int {
    var count = 0
    for line in bytes.split(separator: 10) {
      count += 1
      try checked {
        try insert.bind(last + count, at: 1)
        try line.withUnsafeBytes { bytes in try insert.bind(bytes, at: 2) }
        _ = try insert.step()
      }
    }
    return count
  }

  // MARK: Errors

  private func checked<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as SQLiteError {
      throw Self.failure(error, name, path, patience: patience)
    }
  }

  /// Tries again as long as another connection is in the way.
  private func waiting<R>(_ body: () throws -> R) throws -> R {
    try checked { try Self.waiting(patience, body) }
  }

  private static func waiting<R>(_ patience: Double, _ body: () throws -> R) throws -> R {
    var (pause, deadline) = (100.0, MonotonicTime.now + patience)
    while true {
      do { return try body() } catch let error as SQLiteError {
        let now = MonotonicTime.now
        guard error.isBusy, now < deadline else { throw error }
        usleep(UInt32(pause))
        pause = min(1.5 * pause, 10_000)
        // A process that is stopped for a while must not lose its patience.
        if MonotonicTime.now > now + patience { deadline = MonotonicTime.now + patience }
      }
    }
  }

  private static func failure(_ error: SQLiteError, _ name: String, _ path: String, patience: Double) -> any Error {
    if error.isBusy { return StorageError.locked(name, seconds: patience) }
    if error.isFull { return StorageError("\(name) cannot grow: \(error); make room on the disk and try again") }
    if error.isUnopened {
      let isThere = access(path, F_OK) == 0
      let cause = isThere || errno == 0 ? error.message : String(cString: strerror(errno))
      return FileFailure(path: name, action: "open", cause: cause)
    }
    if error.isReadOnly { return FileFailure(path: name, action: "write", cause: error.message) }
    return StorageError("\(name) cannot be used: \(error)")
  }

  /// Which file a path means now.
  private static func identity(_ path: String) -> [UInt64] {
    var status = stat()
    return stat(path, &status) == 0 ? [UInt64(truncatingIfNeeded: status.st_dev), UInt64(status.st_ino)] : []
  }
}

// MARK: Tables

extension SQLiteLog {
  private static func prepare(
    _ connection: SQLiteConnection, _ name: String, creates: Bool, patience: Double
  ) throws {
    func whole(_ query: String) throws -> Int? {
      try waiting(patience) {
        let statement = try connection.prepare(query)
        return try statement.step() ? statement.whole(0) : nil
      }
    }
    func has(_ table: String) throws -> Bool {
      try whole("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '\(table)'") != nil
    }
    if try !has(StorageSchema.versionTable) {
      if try has("alembic_version"), try has("trials") { throw StorageSchema.foreign(name) }
      guard creates else { throw StorageSchema.missing(name) }
      try make(connection, patience: patience)
    }
    try StorageSchema.check(try whole("SELECT version FROM \(StorageSchema.versionTable)"), name)
  }

  private static func make(_ connection: SQLiteConnection, patience: Double) throws {
    try waiting(patience) { try connection.execute("PRAGMA journal_mode = WAL") }
    try waiting(patience) { try connection.execute("BEGIN IMMEDIATE") }
    // Another process may have made them since.
    for statement in [
      "CREATE TABLE IF NOT EXISTS gradus_operations (number INTEGER PRIMARY KEY, line TEXT NOT NULL)",
      "CREATE TABLE IF NOT EXISTS \(StorageSchema.versionTable) (version INTEGER NOT NULL)",
      "INSERT INTO \(StorageSchema.versionTable) SELECT \(StorageSchema.version) "
        + "WHERE NOT EXISTS (SELECT 1 FROM \(StorageSchema.versionTable))", "COMMIT",
    ] { try connection.execute(statement) }
  }
}
