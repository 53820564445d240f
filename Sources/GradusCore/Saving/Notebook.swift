// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// One line of a journal.
struct JournalEntry: Codable {
  enum Event: String, Codable { case begun, asked, answered, judged }
  var event: Event
  var ticket: Int?
  /// The question or answer as JSON text, or nil where only the digest is kept.
  var content: String?
  var digest: String?
}

/// A journal was written by another run.
public struct JournalMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  public var cause: String
  public var description: String { "the journal does not fit this run: \(cause)" }
}

/// Writes the events of one run into a journal, and reads them back while the run is being resumed.
@usableFromInline
final class Notebook {
  let journal: any Journal
  let detail: JournalDetail
  /// Lines written or replayed so far.
  private(set) var count = 0
  private var pending: ArraySlice<JournalEntry> = []

  init(_ journal: any Journal, detail: JournalDetail) {
    self.journal = journal
    self.detail = detail
  }

  /// Loads what the journal already holds; entries before `skip` are part of the checkpoint.
  func load(skipping skip: Int) throws {
    let lines = try journal.lines()
    guard lines.count >= skip else {
      throw JournalMismatch(cause: "it has \(lines.count) lines, the checkpoint was taken after \(skip)")
    }
    pending = try lines.map { line in
      do { return try Coding.decode(JournalEntry.self, from: line) } catch {
        throw JournalMismatch(cause: "a line cannot be read")
      }
    }[skip...]
    count = skip
  }

  var isReplaying: Bool { !pending.isEmpty }

  /// The next recorded event, without taking it.
  var next: JournalEntry? { pending.first }

  func advance() {
    pending = pending.dropFirst()
    count += 1
  }

  func begin(_ identity: String) throws {
    if let entry = next, entry.event == .begun {
      guard entry.content == identity else {
        throw JournalMismatch(cause: "it was begun by \(entry.content ?? "nobody"), this is \(identity)")
      }
      advance()
    } else if count == 0 {
      try write(JournalEntry(event: .begun, content: identity))
    }
  }

  func asked(_ ticket: Int, _ question: some Encodable) throws {
    try write(entry(.asked, ticket, question))
  }

  func answered(_ ticket: Int, _ answer: Any) throws {
    guard let answer = answer as? any Encodable else {
      throw JournalMismatch(cause: "answers of this kind cannot be journaled; save checkpoints instead")
    }
    try write(entry(.answered, ticket, answer))
  }

  func judged(_ answer: Any) throws {
    guard let answer = answer as? any Encodable else { return }
    var entry = JournalEntry(event: .judged)
    entry.content = String(decoding: try Coding.encode(answer), as: UTF8.self)
    try write(entry)
  }

  /// The recorded answer to the next judging question, if the journal has one.
  func replayedJudgement<A>(_ type: A.Type) throws -> A? {
    guard let entry = next, entry.event == .judged, let content = entry.content else { return nil }
    let answer = try Coding.decodeIfPossible(type, from: Array(content.utf8))
    if answer != nil { advance() }
    return answer
  }

  /// The digest of a value that is compared instead of kept.
  static func digest(_ value: any Encodable) throws -> String {
    var print = Fingerprint()
    let blocks = BlockStore()
    print.mix(bytes: try Coding.encode(value, blocks: blocks))
    for block in blocks.rawBlocks { block.withBytes { print.mix(raw: $0) } }
    return String(print.value, radix: 16)
  }

  private func entry(_ event: JournalEntry.Event, _ ticket: Int, _ value: any Encodable) throws -> JournalEntry {
    var entry = JournalEntry(event: event, ticket: ticket)
    switch detail {
    case .answers: entry.content = String(decoding: try Coding.encode(value), as: UTF8.self)
    case .digests: entry.digest = try Self.digest(value)
    }
    return entry
  }

  private func write(_ entry: JournalEntry) throws {
    // Events after the last recorded one make the rest of a diverged replay meaningless.
    pending = []
    try journal.append(Coding.encode(entry))
    count += 1
  }
}
