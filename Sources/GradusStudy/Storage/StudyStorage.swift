// SPDX-License-Identifier: Apache-2.0
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Studies that several processes, on one machine or many, read and change.
///
///     wing.journal                a file, which optuna opens as its journal, and the other way round
///     sqlite:wing.db              a table of a SQLite database; also sqlite:///wing.db
///     postgresql://host/name      a table of a PostgreSQL database
///
/// Behind all of them is a list of operations in one order for everybody. A change is made in four steps that nobody else comes
/// between: read what others have appended, look at the studies, decide, append. So a trial is begun and ended once, whoever
/// dies when.
///
/// Cost: a change reads what is new and writes its own lines; the studies are kept in memory. A trial of one parameter, as
/// `StudyDesk` makes it, takes some 500 bytes there and 600 in the journal.
public final class StudyStorage {
  /// As it was given, with its password if it has one; messages have `name`.
  public let url: String
  /// Who writes, in the operations: different for every opened storage.
  let worker: String
  /// The storage in messages.
  public var name: String { log.name }
  /// The studies as they were at the last change or refresh.
  public private(set) var replica = StudyReplica()
  private let log: any OperationLog
  private var reader = OperationReader()
  private var writer: OperationWriter
  /// Whether durable changes wait for the disk; without, what the machine has not written is lost with its power, never with a
  /// process.
  public var waitsForDisk = true
  /// Whether the studies hold something that did not get into the log.
  private var isStale = false

  /// Opens a storage and reads it; makes it where there is none and `creates` says so. Throws `StorageError`, `FileFailure` or
  /// `MissingComponent`.
  public convenience init(_ url: String, creates: Bool = true) throws {
    try self.init(url, log: try Self.log(url, creates: creates))
  }

  package init(_ url: String, log: any OperationLog) throws {
    self.url = url
    self.log = log
    worker = Self.workerName()
    writer = OperationWriter(worker: worker, marksMore: log.isSeenInParts)
    try refresh()
  }

  private static func log(_ url: String, creates: Bool) throws -> any OperationLog {
    if url.hasPrefix("sqlite:") { return try SQLiteLog(url, creates: creates) }
    if url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") { return try PostgresLog(url, creates: creates) }
    // A scheme that nobody knows would become a folder.
    if let end = url.firstRange(of: "://")?.lowerBound {
      throw StorageError(
        "storage \(url[..<end])://… is of no known kind; write FILE for a journal, sqlite:FILE, or postgresql://HOST/DATABASE"
      )
    }
    return try JournalFile(url, creates: creates)
  }

  /// Takes in what others have changed.
  public func refresh() throws {
    if isStale { restart() }
    do {
      do { try readNew() } catch is LinesReplaced {
        restart()
        try readNew()
      }
    } catch {
      // Some lines were taken, and the log may not know which.
      isStale = true
      throw error
    }
  }

  private func restart() {
    log.rewind()
    (replica, isStale) = (StudyReplica(), false)
  }

  private func readNew() throws {
    var number = replica.count
    try log.read { line in
      number += 1
      do {
        replica.apply(try reader.read(line))
      } catch let error as OperationError {
        throw StorageError(
          "line \(number) of \(name) is not an operation: \(error.cause); restore the storage, or cut it there")
      }
    }
  }

  /// Changes the studies: `body` sees all that anybody has changed and appends operations. Nothing is changed when this throws.
  ///
  /// `isDurable`: whether the change must be on the disk before this returns.
  public func change<Result>(isDurable: Bool = true, _ body: (inout StudyChange) throws -> Result) throws -> Result {
    var result: Result?
    writer.removeAll()
    do {
      try log.append(isDurable: isDurable && waitsForDisk) {
        if !writer.bytes.isEmpty {
          // Asked again: what was decided first came to nothing.
          writer.removeAll()
          restart()
        }
        try refresh()
        var change = StudyChange(of: self)
        result = try body(&change)
        return writer.bytes
      }
    } catch {
      isStale = isStale || !writer.bytes.isEmpty
      throw error
    }
    guard let result else { throw StorageError("\(name) did not take a change; try again") }
    return result
  }

  /// Appends to the change that is being made.
  func append(_ operation: StudyOperation) {
    writer.write(operation)
    replica.apply(operation)
  }

  /// Different for every process that ever writes to a storage.
  private static func workerName() -> String {
    "gradus-\(ProcessIdentity.host)-\(getpid())-\(Timestamp.now.microseconds)"
  }
}
