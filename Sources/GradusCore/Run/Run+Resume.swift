// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The version of this package, part of every result and checkpoint.
public let gradusVersion = "0.1.0"

/// Everything about a run that is not in the header of its checkpoint.
private struct SavedRun<Method: OptimizationMethod>: Codable {
  var method: Method
  var state: Method.State
  var outstanding: [Ticket<Method.Question>]
}

extension Run {
  /// The name on the method's card, or of its type.
  package static var methodName: String {
    (Method.self as? any Catalogued.Type)?.card.name ?? String(describing: Method.self)
  }

  private static func fingerprint(of problem: Method.Problem) -> String {
    (problem as? any Fingerprinted).map { String($0.fingerprint, radix: 16) } ?? ""
  }

  /// The run as it stands between two steps.
  public func checkpoint() throws -> Checkpoint {
    let blocks = BlockStore()
    let body = try Coding.encode(
      SavedRun(method: method, state: state, outstanding: outstanding), blocks: blocks)
    account.elapsed = clock.now - startedAt
    return Checkpoint(
      header: .init(
        format: 1, gradus: gradusVersion, method: Self.methodName, problem: Self.fingerprint(of: problem), seed: seed,
        progress: progress, journaled: notebook?.count ?? 0, issued: issued),
      body: body, blocks: blocks.rawBlocks)
  }

  /// Continues a saved run, bit for bit. Settings come from the checkpoint; the problem must be the one it was taken on.
  public convenience init(
    resuming checkpoint: Checkpoint, of problem: Method.Problem, asking oracle: Question.Oracle?,
    judgedBy judge: (any Sendable)? = nil, clock: RunClock = .continuous
  ) throws {
    let header = checkpoint.header
    guard header.method == Self.methodName else {
      throw CheckpointMismatch(
        cause: "it was saved by the method \(header.method), this is \(Self.methodName); choose that one, or start anew"
      )
    }
    guard header.problem == Self.fingerprint(of: problem) else {
      throw CheckpointMismatch(cause: "it was saved on another problem")
    }
    let saved: SavedRun<Method>
    do {
      saved = try Coding.decode(
        SavedRun<Method>.self, from: checkpoint.body, blocks: BlockStore(checkpoint.blocks),
        given: problem as any Sendable)
    } catch {
      throw CheckpointMismatch(cause: "its state cannot be read by this build (\(header.gradus) wrote it)")
    }
    try self.init(problem, saved.method, oracle, header.seed, judge ?? oracle, clock, state: saved.state)
    account = header.progress
    flying = saved.outstanding
    issued = header.issued
    startedAt = clock.now - progress.elapsed
    lastSave = (progress.elapsed, progress.answers)
    resumedLines = header.journaled
  }

  /// Writes every question and answer from now on into the journal, after replaying what it already holds.
  ///
  /// On a fresh run an old journal is replayed from its beginning; on a resumed one from where the checkpoint was taken.
  /// With `.digests` replaying asks the oracle again and compares.
  public func keep(_ journal: any Journal, detail: JournalDetail = .answers) async throws {
    let notebook = Notebook(journal, detail: detail)
    try notebook.load(skipping: resumedLines)
    self.notebook = nil
    try notebook.begin("\(Self.methodName) on \(Self.fingerprint(of: problem)) with seed \(seed)")
    while let entry = notebook.next, entry.event == .asked || entry.event == .answered {
      switch entry.event {
      case .asked: try replayAsked(entry)
      default: try await replayAnswered(entry)
      }
      notebook.advance()
    }
    self.notebook = notebook
  }

  /// Lets go of the journal; what was written stays.
  public func stopKeeping() {
    resumedLines = notebook?.count ?? resumedLines
    notebook = nil
  }

  private func replayAsked(_ entry: JournalEntry) throws {
    guard let question = method.ask(&live), entry.ticket == issued else {
      throw JournalMismatch(cause: "it asks more than this run does")
    }
    let same =
      try entry.content.map { $0 == String(decoding: try Coding.encode(question), as: UTF8.self) }
      ?? (entry.digest == Notebook.digest(question))
    guard same else { throw JournalMismatch(cause: "question \(issued) differs") }
    flying.append(Ticket(number: issued, question: question))
    issued += 1
  }

  private func replayAnswered(_ entry: JournalEntry) async throws {
    guard let number = entry.ticket, let i = outstanding.firstIndex(where: { $0.number == number }) else {
      throw JournalMismatch(cause: "it answers a question that was not asked")
    }
    let answer: Question.Answer
    if let content = entry.content {
      guard let told = try Coding.decodeIfPossible(Question.Answer.self, from: Array(content.utf8)) else {
        throw JournalMismatch(cause: "answer \(number) cannot be read")
      }
      answer = told
    } else {
      guard let oracle else { throw noOracle }
      answer = try await outstanding[i].question.put(to: oracle)
      guard let encodable = answer as? any Encodable, try Notebook.digest(encodable) == entry.digest else {
        throw JournalMismatch(cause: "the oracle now answers question \(number) differently")
      }
    }
    take(answer, to: flying.remove(at: i).release())
  }
}

/// A checkpoint was saved by another method, on another problem or by an incompatible build.
public struct CheckpointMismatch: Error, Sendable, Hashable, CustomStringConvertible {
  public var cause: String
  public var description: String { "the checkpoint does not fit this run: \(cause)" }
}
