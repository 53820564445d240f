// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNative
import Synchronization
import Testing

import GradusStudy

/// What only a server does: it goes away, comes back, and has passwords.
@Suite(
  .enabled(if: PostgresServer.isInstalled, StorageBackend.needsPostgres), .timeLimit(.minutes(5)))
struct PostgresLogTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  private func schema(_ url: String) -> String { url.split(separator: "%3D").last.map { String($0) } ?? "" }

  /// What everybody sees: who made which trial, in order.
  private func who(_ url: String) throws -> [String] {
    let storage = try StudyStorage(url, creates: false)
    return storage.replica.study(named: "s")?.trials.compactMap { $0.attribute(.user, "who")?.text } ?? []
  }

  private func add(_ storage: StudyStorage, _ who: String, isDurable: Bool = true) throws -> Int {
    try storage.change(isDurable: isDurable) { change in
      let study = change.createStudy("s", [.minimize])
      let trial = change.createTrial(in: study, TrialDraft())
      change.append(.setTrialAttribute(trial: trial, .user, name: "who", .string(who)))
      return trial
    }
  }

  /// A server that crashes again and again under a stream of changes: what was acknowledged is there once.
  @Test func aServerThatIsRestarted() throws {
    let server = try PostgresServer()
    let url = try server.place()
    _ = try StudyStorage(url)
    let crashes = 4
    let count = Mutex([0, 0, 0])
    let isOver = Atomic(false)
    let made = try StorageFixture.inThreads(4) { k -> Int in
      if k == 3 {
        defer { isOver.store(true, ordering: .releasing) }
        for crash in 1...crashes {
          // Each crash meets changes of everybody.
          let before = count.withLock { $0 }
          while count.withLock({ now in zip(now, before).contains { $0 < $1 + 10 } }) {
            Thread.sleep(forTimeInterval: 0.002)
          }
          try server.crash()
          if crash == crashes { return 0 }
        }
      }
      let storage = try StudyStorage(url)
      var made = 0
      while !isOver.load(ordering: .acquiring) || made == 0 {
        _ = try add(storage, "thread\(k)-\(made)")
        made += 1
        count.withLock { $0[k] += 1 }
      }
      return made
    }
    let found = try who(url)
    for k in 0..<3 {
      #expect(made[k] > 10 * crashes)
      #expect(found.filter { $0.hasPrefix("thread\(k)-") } == (0..<made[k]).map { "thread\(k)-\($0)" })
    }
    #expect(found.count == made.reduce(0, +))
  }

  /// A commit that does not get through is sent again; one that did is not.
  @Test func aCommitWithoutAnAnswer() throws {
    let server = try PostgresServer.shared.get()
    let url = try server.place()
    let proxy = try PostgresProxy(server.folder, port: 5433)
    defer { proxy.end() }
    let storage = try StudyStorage(server.address(schema: schema(url), port: proxy.port))
    let isAsked = Mutex(0)
    func add(_ who: String) throws -> Int {
      try storage.change { change in
        isAsked.withLock { $0 += 1 }
        let study = change.createStudy("s", [.minimize])
        let trial = change.createTrial(in: study, TrialDraft())
        change.append(.setTrialAttribute(trial: trial, .user, name: "who", .string(who)))
        return trial
      }
    }
    #expect(try add("a") == 0)
    proxy.breakNext(.loseRequest)
    #expect(try add("b") == 1)
    proxy.breakNext(.loseAnswer)
    #expect(try add("c") == 2)
    #expect(proxy.connections == 3)
    #expect(isAsked.withLock { $0 } == 3)
    // Somebody comes between: after the change that got in, and instead of the one that did not, which is decided anew.
    func between(_ name: String) -> @Sendable () -> Void {
      {
        do {
          let other = try StudyStorage(url)
          _ = try self.add(other, name)
        } catch { Issue.record(error) }
      }
    }
    proxy.breakNext(.loseAnswer, between: between("other 1"))
    #expect(try add("d") == 3)
    #expect(isAsked.withLock { $0 } == 4)
    proxy.breakNext(.loseRequest, between: between("other 2"))
    #expect(try add("e") == 6)
    #expect(isAsked.withLock { $0 } == 6)
    #expect(try add("f") == 7)
    let names = ["a", "b", "c", "d", "other 1", "other 2", "e", "f"]
    #expect(try who(url) == names)
    let known = storage.replica.study(named: "s")?.trials.compactMap { $0.attribute(.user, "who")?.text }
    #expect(known == names)
  }

  /// Changes that need not be durable are lost in a crash; whoever knew of them learns that.
  @Test func linesThatACrashTookBack() throws {
    let server = try PostgresServer()
    let url = try server.place()
    let (a, b) = (try StudyStorage(url), try StudyStorage(url))
    #expect(try add(a, "kept") == 0)
    for k in 0..<3 { #expect(try add(a, "\(k)", isDurable: false) == k + 1) }
    try b.refresh()
    #expect(b.replica.nextTrial == 4)
    // As a crash does it, but surely.
    let rows = try PostgresConnection(LibPQ(), url: url, settings: []).execute(
      "DELETE FROM gradus_operations WHERE number > 3 RETURNING 1")
    #expect(rows.count == 6)
    try server.crash()
    try b.refresh()
    #expect(b.replica.nextTrial == 1)
    #expect(try add(a, "next") == 1)
    try b.refresh()
    #expect(a.replica.studies == b.replica.studies)
    #expect(try who(url) == ["kept", "next"])
  }

  @Test func aServerThatStaysAway() throws {
    let server = try PostgresServer.shared.get()
    let url = try server.place()
    let proxy = try PostgresProxy(server.folder, port: 5434)
    let through = server.address(schema: schema(url), port: proxy.port)
    let storage = try StudyStorage(through, log: PostgresLog(through, creates: true, patience: 0.3))
    _ = try add(storage, "a")
    proxy.breakNext(.loseRequest) { proxy.end() }
    let found = message { _ = try add(storage, "b") }
    #expect(found.contains("has not answered for 0.3 s") && found.hasSuffix("start the server and try again"))
    #expect(try who(url) == ["a"])
    // It comes back, and so does the storage.
    let back = try PostgresProxy(server.folder, port: 5434)
    defer { back.end() }
    #expect(try add(storage, "c") == 1)
    #expect(try who(url) == ["a", "c"])
  }

  private static let limiter = "/usr/bin/prlimit"

  /// The server may not let its files grow: nothing of the change is there, and when it may again, it goes on.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: limiter), "needs prlimit: apt-get install util-linux"))
  func aServerWithAFullDisk() throws {
    let server = try PostgresServer.shared.get()
    let log = try PostgresLog(server.place(), creates: true)
    let storage = try StudyStorage(log.address.url, log: log)
    let study = try storage.change { $0.createStudy("s", [.minimize]) }
    let process = try #require(try log.connection?.execute("SELECT pg_backend_pid()").text(0, 0))
    // Segments of the server's own log have 1 MiB.
    func limit(_ bytes: String) throws {
      #expect(try server.run(Self.limiter, "--pid", process, "--fsize=\(bytes):") == "")
    }
    try limit("1200000")
    var taken = 0
    let found = message {
      while taken < 100_000 {
        try storage.change(isDurable: false) { change in
          for _ in 0..<200 { _ = change.createTrial(in: study, TrialDraft()) }
        }
        taken += 200
      }
    }
    #expect(found.contains("could not extend file") && taken > 0)
    try storage.refresh()
    #expect(storage.replica.nextTrial == taken)
    try limit("unlimited")
    #expect(try storage.change { $0.createTrial(in: study, TrialDraft()) } == taken)
  }

  @Test func errorsSayWhatToDo() throws {
    let server = try PostgresServer.shared.get()
    let url = try server.place()
    let host = "host=\(server.folder)"
    let begin = ContinuousClock.now
    let away = message { _ = try StudyStorage("postgres://u:secret@/d?host=/nowhere") }
    #expect(away.hasPrefix("cannot connect to postgres://u@/d?host=/nowhere: ") && away.contains("the server runs"))
    let database = message { _ = try StudyStorage("postgresql://postgres:secret@/none?\(host)") }
    #expect(database.contains("database \"none\" does not exist"))
    #expect(ContinuousClock.now - begin < .seconds(20))
    #expect(message { _ = try StudyStorage(url, creates: false) }.contains("holds no studies of gradus"))
    _ = try StudyStorage(url)
    let connection = try PostgresConnection(LibPQ(), url: url, settings: [])
    _ = try connection.execute("UPDATE gradus_storage SET version = 7")
    #expect(
      message { _ = try StudyStorage(url) }.contains("has layout 7 and this version of gradus reads layouts up to 1"))
    let other = try server.place()
    let optuna = try PostgresConnection(LibPQ(), url: other, settings: [])
    _ = try optuna.execute("CREATE TABLE alembic_version (a int); CREATE TABLE trials (a int)")
    #expect(message { _ = try StudyStorage(other) }.contains("is a relational storage of optuna"))
  }

  @Test func aStorageThatMayNotBeWritten() throws {
    let server = try PostgresServer.shared.get()
    let url = try server.place()
    let name = schema(url)
    _ = try add(try StudyStorage(url), "a")
    _ = try server.connection().execute(
      "CREATE ROLE reader_\(name) LOGIN; GRANT USAGE ON SCHEMA \(name) TO reader_\(name); "
        + "GRANT SELECT ON ALL TABLES IN SCHEMA \(name) TO reader_\(name)")
    let reader = try StudyStorage(url.replacing("//postgres@", with: "//reader_\(name)@"), creates: false)
    #expect(reader.replica.nextTrial == 1)
    #expect(message { _ = try add(reader, "b") }.contains("may not be written: permission denied"))
    try reader.refresh()
    #expect(reader.replica.nextTrial == 1)
  }

  /// No way of writing a password gets it into a message.
  @Test(arguments: [
    "postgresql://u:hush@/d?host=/nowhere", "postgresql://u:p%40hush@nowhere.invalid/d",
    "postgresql://u@/d?host=/nowhere&password=hush", "postgresql://u:hu/sh@h/d", "postgresql://u:hush@hush@h/d",
    "postgresql://u:hush?hush@h/d", "postgresql://u:hush%zz@h/d", "postgresql://u:hush%00@h/d",
    "postgresql://u:%@h/hush%",
    "postgresql://:hush@/d?host=/nowhere", "postgresql://u:hush@h:port/d",
    "postgresql://u:hush@h/d?passwort=hush", "mysql://u:hush@h/d",
  ])
  func passwordsStayHidden(_ url: String) throws {
    let found = message { _ = try StudyStorage(url) }
    #expect(!found.isEmpty && !found.contains("hush") && !found.contains("hu/"))
    #expect(!found.contains("\n"))
  }
}
