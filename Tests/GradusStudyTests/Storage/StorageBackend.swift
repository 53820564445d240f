// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Testing

import GradusStudy

/// A kind of storage; the conformance suite runs for each that this machine can have.
enum StorageBackend: String, CaseIterable, CustomTestStringConvertible {
  case journal, sqlite, postgresql

  static let available = allCases.filter(\.isThere)

  private var isThere: Bool {
    switch self {
    case .journal: true
    case .sqlite: (try? SQLite()) != nil
    case .postgresql: PostgresServer.isInstalled
    }
  }

  static let needsSQLite: Comment = "needs SQLite: apt-get install libsqlite3-0 (tools/setup.sh)"

  static let needsPostgres: Comment = "needs a PostgreSQL server: apt-get install postgresql (tools/setup.sh)"

  var testDescription: String { rawValue }

  /// Where a new storage may be made.
  func place() throws -> StoragePlace {
    let folder = try ScratchFolder()
    switch self {
    case .journal: return StoragePlace(backend: self, url: folder.path("s.journal"), folder: folder)
    case .sqlite: return StoragePlace(backend: self, url: "sqlite:" + folder.path("s.db"), folder: folder)
    case .postgresql: return StoragePlace(backend: self, url: try PostgresServer.shared.get().place(), folder: folder)
    }
  }
}

/// The place of one storage.
struct StoragePlace: Sendable {
  let backend: StorageBackend
  let url: String
  let folder: ScratchFolder

  func open(creates: Bool = true) throws -> StudyStorage { try StudyStorage(url, creates: creates) }

  /// A storage that waits so many seconds for others.
  func open(patience: Double) throws -> StudyStorage {
    switch backend {
    case .journal: try StudyStorage(url, log: JournalFile(url, creates: true, patience: patience))
    case .sqlite: try StudyStorage(url, log: SQLiteLog(url, creates: true, patience: patience))
    case .postgresql: try StudyStorage(url, log: PostgresLog(url, creates: true, patience: patience))
    }
  }

  /// Excludes everybody while `body` runs, as another process does in the middle of a change.
  func whileLocked<Result>(_ body: () throws -> Result) throws -> Result {
    switch backend {
    case .journal:
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: url))
      defer { try? file.close() }
      guard flock(file.fileDescriptor, LOCK_EX) == 0 else { throw StorageError("no lock") }
      return try body()
    case .sqlite:
      let path = String(url.dropFirst("sqlite:".count))
      let other = try SQLiteConnection(SQLite(), path: path, creates: false)
      try other.execute("BEGIN EXCLUSIVE")
      defer { try? other.execute("ROLLBACK") }
      return try body()
    case .postgresql:
      let other = try PostgresConnection(LibPQ(), url: url, settings: [])
      _ = try other.execute("BEGIN; SELECT pg_advisory_xact_lock(\(PostgresLog.key), \(PostgresLog.table))")
      defer { _ = try? other.execute("ROLLBACK") }
      return try body()
    }
  }
}
