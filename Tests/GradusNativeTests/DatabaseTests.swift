// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNative
import Testing

@Suite(.enabled(if: (try? SQLite()) != nil, "needs SQLite: apt-get install libsqlite3-0 (tools/setup.sh)"))
struct SQLiteTests {
  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  @Test func valuesComeBack() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = try SQLiteConnection(SQLite(), path: folder.appendingPathComponent("a.db").path, creates: true)
    try database.execute("CREATE TABLE t (n INTEGER, s TEXT)")
    let insert = try database.prepare("INSERT INTO t VALUES (?, ?)")
    let texts = ["", "a", "ü\u{0}'\"", String(repeating: "x", count: 100_000)]
    try database.execute("BEGIN")
    #expect(database.isInTransaction)
    for (n, text) in texts.enumerated() {
      try insert.bind(n - 2, at: 1)
      try Array(text.utf8).withUnsafeBytes { try insert.bind($0, at: 2) }
      #expect(try !insert.step())
    }
    try database.execute("COMMIT")
    #expect(!database.isInTransaction)
    let select = try database.prepare("SELECT n, s FROM t WHERE n > ? ORDER BY n")
    for from in [-3, -1] {
      try select.bind(from, at: 1)
      var found: [String] = []
      while try select.step() {
        #expect(select.whole(0) == from + 1 + found.count)
        found.append(String(decoding: select.bytes(1), as: UTF8.self))
      }
      #expect(found == Array(texts.dropFirst(from + 3)))
    }
  }

  @Test func errorsHaveTheirKinds() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.db").path
    #expect { _ = try SQLiteConnection(SQLite(), path: path, creates: false) } throws: {
      ($0 as? SQLiteError)?.isUnopened == true
    }
    let (a, b) = (
      try SQLiteConnection(SQLite(), path: path, creates: true),
      try SQLiteConnection(SQLite(), path: path, creates: true)
    )
    #expect { try a.execute("nonsense") } throws: { "\($0)".contains("syntax error") }
    try a.execute("CREATE TABLE t (n)")
    try a.execute("BEGIN EXCLUSIVE")
    #expect { try b.execute("BEGIN IMMEDIATE") } throws: { ($0 as? SQLiteError)?.isBusy == true }
    try a.execute("ROLLBACK")
    try b.execute("BEGIN IMMEDIATE")
    try b.execute("ROLLBACK")
    try b.execute("PRAGMA max_page_count = 5")
    #expect { try b.execute("INSERT INTO t VALUES (zeroblob(100000))") } throws: {
      ($0 as? SQLiteError)?.isFull == true
    }
  }
}
