// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A log that is a table of a PostgreSQL database: `gradus_operations(number, line, change)`, numbers from 1 without gaps.
///
/// Writers exclude each other with an advisory lock on the table, held until the commit is visible, so the order of numbers is
/// the order of commits. A change takes two round trips: begin, lock and read; insert and commit.
///
/// When the server goes away, the log connects again for about a minute. Each change has an identifier beside its lines. A change
/// whose commit was sent and not answered is looked for under the lock: where it is, it counts; where it is not and nobody came
/// between, it is sent again; where somebody did, it is decided anew. Lines that a crash of the server took back – only changes
/// that are not durable can be among them – are noticed by the identifier of the last line that is known.
package final class PostgresLog: OperationLog {
  package let address: PostgresAddress
  let functions: LibPQ
  package let patience: Double
  package private(set) var connection: PostgresConnection?
  /// The number of the last line that was read or written, and the identifier of its change.
  private var last = 0
  private var lastChange: [UInt8] = []
  /// Whether the last line is known to be what it was when the connection began.
  private var isChecked = false
  private var isInTransaction = false
  /// What was read together with the lock, and behind which line.
  private var fetched: (rows: PostgresRows, last: Int)?
  private var pending: Pending?

  /// A change whose commit was sent and not answered.
  private struct Pending {
    let first: Int
    let count: Int
    let text: [UInt8]
    let change: [UInt8]
  }

  /// Rows of one question, so that a long log does not lie in memory twice.
  package static let page = 10_000

  package var name: String { address.name }
  package var isSeenInParts: Bool { false }

  /// Connects; makes the tables where `creates` says so. `patience`: seconds to wait for others and for the server.
  package init(_ url: String, creates: Bool, patience: Double = 60) throws {
    address = try PostgresAddress(url)
    functions = try LibPQ()
    self.patience = patience
    let deadline = MonotonicTime.now + patience
    while connection == nil {
      do {
        connection = try connect(creates: creates)
      } catch let error as PostgresError {
        // A server that is not there at all is more likely a mistake than one that comes soon.
        guard PostgresConnection.isStarting(functions, url: url, settings: Self.settings), MonotonicTime.now < deadline
        else { throw failure(error) }
        usleep(50_000)
      }
    }
    isChecked = true
  }

  // MARK: Reading

  package func rewind() { (last, lastChange) = (0, []) }

  package func read(_ take: (OperationReader.Text) throws -> Void) throws {
    // In a transaction the lock is lost with the connection, and the change begins anew.
    if isInTransaction { try readOnce(take) } else { try persisting { try readOnce(take) } }
  }

  private func readOnce(_ take: (OperationReader.Text) throws -> Void) throws {
    if let (rows, place) = fetched {
      fetched = nil
      if place == last {
        try hand(rows, take)
        if rows.count < Self.page { return }
      }
    }
    let connection = try connected()
    if !isChecked {
      let isKnown = try last == 0 || changes(from: last, connection.run([known(last)])[0]).first == lastChange
      isChecked = true
      if !isKnown { throw LinesReplaced() }
    }
    while true {
      let rows = try connection.run([newer])[0]
      try hand(rows, take)
      if rows.count < Self.page { return }
    }
  }

  private func hand(_ rows: PostgresRows, _ take: (OperationReader.Text) throws -> Void) throws {
    for row in 0..<rows.count {
      guard rows.whole(row, 0) == last + 1, let line = rows.bytes(row, 1), let change = rows.bytes(row, 2) else {
        throw StorageError("\(name) lacks line \(last + 1); restore the database")
      }
      try take(line.bindMemory(to: UInt8.self)[...])
      last += 1
      if row == rows.count - 1 || !lastChange.elementsEqual(change) { lastChange = Array(change) }
    }
  }

  // MARK: Appending

  package func append(isDurable: Bool, _ body: () throws -> [UInt8]) throws {
    pending = nil
    try persisting { try appendOnce(isDurable, body) }
  }

  private func appendOnce(_ isDurable: Bool, _ body: () throws -> [UInt8]) throws {
    if let pending {
      if try resolve(pending, isDurable) { return }
      self.pending = nil
    }
    let change = try begin()
    do {
      let bytes = try body()
      guard !bytes.isEmpty else { return rollBack() }
      let new = Pending(
        first: last + 1, count: bytes.count { $0 == 10 }, text: Array(bytes.dropLast()), change: change)
      try store(new, isDurable)
    } catch {
      rollBack()
      throw error
    }
  }

  /// Takes the lock and reads; the identifier of the change that may follow.
  private func begin() throws -> [UInt8] {
    let connection = try connected()
    isInTransaction = true
    do {
      let found = try connection.run([Self.begin, .prepared("gradus_lock", [])] + (isChecked ? [newer] : []))
      if found.count > 2 { fetched = (found[2], last) }
      guard let change = found[1].bytes(0, 0) else { throw StorageError("\(name) gave no identifier; try again") }
      return Array(change)
    } catch {
      rollBack()
      throw error
    }
  }

  private func store(_ new: Pending, _ isDurable: Bool) throws {
    let connection = try connected()
    pending = new
    do {
      let insert = PostgresConnection.Step.prepared(
        "gradus_append", [Array("\(new.first - 1)".utf8), Self.hexadecimal(new.change), new.text])
      _ = try connection.run(
        (isDurable ? [] : [.text("SET LOCAL synchronous_commit = off")]) + [insert, .text("COMMIT")])
    } catch {
      // The server said no.
      if !error.isLost { pending = nil }
      throw error
    }
    isInTransaction = false
    (pending, fetched) = (nil, nil)
    (last, lastChange) = (new.first + new.count - 1, new.change)
  }

  /// Whether a change of which nothing was heard is there now; false when it must be decided anew.
  private func resolve(_ pending: Pending, _ isDurable: Bool) throws -> Bool {
    _ = try begin()
    defer { rollBack() }
    let connection = try connected()
    let found = try changes(from: pending.first - 1, connection.run([known(pending.first - 1)])[0])
    if found.count > 1, found[1] == pending.change {
      (last, lastChange) = (pending.first + pending.count - 1, pending.change)
      return true
    }
    let before = pending.first == 1 ? [] : lastChange
    guard found == [before] else { return false }
    try store(pending, isDurable)
    return true
  }

  /// Gives the lock back; what was not committed is gone.
  private func rollBack() {
    fetched = nil
    guard isInTransaction else { return }
    isInTransaction = false
    do { _ = try connection?.execute("ROLLBACK") } catch { connection = nil }
  }

  // MARK: Statements

  private static let begin = PostgresConnection.Step.text("BEGIN ISOLATION LEVEL READ COMMITTED")

  private var newer: PostgresConnection.Step { .prepared("gradus_read", [Array("\(last)".utf8)]) }

  private func known(_ number: Int) -> PostgresConnection.Step {
    .prepared("gradus_known", [Array("\(number)".utf8)])
  }

  /// The identifiers of the changes of a line, empty for number 0, and of the next one, as far as they are there.
  private func changes(from number: Int, _ rows: PostgresRows) -> [[UInt8]] {
    var found: [[UInt8]] = number == 0 ? [[]] : []
    for row in 0..<rows.count where rows.whole(row, 0) == number + found.count {
      if let change = rows.bytes(row, 1) { found.append(Array(change)) }
    }
    return found
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  // MARK: Connection

  private func connected() throws -> PostgresConnection {
    if let connection { return connection }
    let new = try connect(creates: false)
    (connection, isChecked) = (new, false)
    return new
  }

  /// Runs `body` again when the connection is lost, until a minute has passed without an end.
  private func persisting<R>(_ body: () throws -> R) throws -> R {
    var (pause, end) = (0.01, Double?.none)
    while true {
      do { return try body() } catch let error as PostgresError {
        guard error.isLost else { throw failure(error) }
        (connection, isInTransaction, fetched) = (nil, false, nil)
        let deadline = end ?? MonotonicTime.now + patience
        guard MonotonicTime.now + pause < deadline else { throw gone(error) }
        end = deadline
        usleep(UInt32(1e6 * pause))
        pause = min(1.6 * pause, 2)
      }
    }
  }
}

/// Lines that were read are not what they were: begin with the first one again.
struct LinesReplaced: Error {}
