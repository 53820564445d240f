// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNative
import Testing

import GradusStudy

/// What only databases in files do.
@Suite(.enabled(if: StorageBackend.available.contains(.sqlite), StorageBackend.needsSQLite))
struct SQLiteLogTests {
  private func database(_ path: String) throws -> SQLiteConnection {
    try SQLiteConnection(SQLite(), path: path, creates: true)
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  @Test func spellingsOfAFile() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.db")
    let study = try StudyStorage("sqlite:" + path).change { $0.createStudy("s", [.minimize]) }
    // optuna's spelling has three slashes before the path.
    let found = try StudyStorage("sqlite:///" + path, creates: false)
    #expect(found.replica.studies[study]?.name == "s")
    for url in ["sqlite:", "sqlite::memory:", "sqlite://host/s.db", "sqlite:///"] {
      #expect(message { _ = try StudyStorage(url) }.contains("names no file; write sqlite:FILE"))
    }
    #expect(message { _ = try StudyStorage("mysql://u:secret@h/d") }.contains("sqlite:FILE, or postgresql://"))
    #expect(!message { _ = try StudyStorage("mysql://u:secret@h/d") }.contains("secret"))
  }

  @Test func filesThatAreNoStorage() throws {
    let folder = try ScratchFolder()
    let missing = message { _ = try StudyStorage("sqlite:" + folder.path("no/s.db")) }
    #expect(missing.hasPrefix("cannot open sqlite:") && missing.hasSuffix("No such file or directory"))
    let text = folder.path("text")
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: text))
    #expect(message { _ = try StudyStorage("sqlite:" + text) }.contains("file is not a database"))
    let other = folder.path("other.db")
    try database(other).execute("CREATE TABLE a (b)")
    #expect(message { _ = try StudyStorage("sqlite:" + other, creates: false) }.contains("holds no studies of gradus"))
    let optuna = folder.path("optuna.db")
    try database(optuna).execute("CREATE TABLE alembic_version (a)")
    try database(optuna).execute("CREATE TABLE trials (a)")
    #expect(message { _ = try StudyStorage("sqlite:" + optuna) }.contains("is a relational storage of optuna"))
  }

  @Test func aNewerLayoutIsRefused() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.db")
    _ = try StudyStorage("sqlite:" + path)
    try database(path).execute("UPDATE gradus_storage SET version = 7")
    let found = message { _ = try StudyStorage("sqlite:" + path) }
    #expect(found == "sqlite:\(path) has layout 7 and this version of gradus reads layouts up to 1; use a newer gradus")
  }

  @Test func lostLinesAndBrokenOnesAreNamed() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.db")
    let storage = try StudyStorage("sqlite:" + path)
    for name in ["a", "b", "c"] { _ = try storage.change { $0.createStudy(name, [.minimize]) } }
    try database(path).execute("UPDATE gradus_operations SET line = '{' WHERE number = 2")
    #expect(
      message { _ = try StudyStorage("sqlite:" + path) }.hasPrefix("line 2 of sqlite:\(path) is not an operation"))
    try database(path).execute("DELETE FROM gradus_operations WHERE number = 2")
    #expect(message { _ = try StudyStorage("sqlite:" + path) }.contains("lacks line 2"))
  }

  @Test func aFileThatWasTakenAway() throws {
    let folder = try ScratchFolder()
    let path = folder.path("s.db")
    let storage = try StudyStorage("sqlite:" + path)
    try FileManager.default.removeItem(atPath: path)
    #expect(message { _ = try storage.change { $0.createStudy("s", [.minimize]) } }.contains("was removed or replaced"))
  }

  /// The database itself may not grow: nothing of the change is there, and after the limit is gone it goes on.
  @Test func aFullDatabase() throws {
    let folder = try ScratchFolder()
    let log = try SQLiteLog("sqlite:" + folder.path("s.db"), creates: true)
    let storage = try StudyStorage("s.db", log: log)
    let study = try storage.change { $0.createStudy("s", [.minimize]) }
    try log.connection.execute("PRAGMA max_page_count = 40")
    var taken = 0
    let found = message {
      while taken < 100_000 {
        try storage.change { change in
          for _ in 0..<50 { _ = change.createTrial(in: study, TrialDraft()) }
        }
        taken += 50
      }
    }
    #expect(found.contains("cannot grow: database or disk is full; make room") && taken > 0)
    try storage.refresh()
    #expect(storage.replica.nextTrial == taken)
    try log.connection.execute("PRAGMA max_page_count = 1000000")
    #expect(try storage.change { $0.createTrial(in: study, TrialDraft()) } == taken)
  }
}
