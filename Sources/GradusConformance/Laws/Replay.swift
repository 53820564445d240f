// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A journal of questions and answers leads a fresh run to the same state.
public struct Replay: Law {
  public let name = "replay"
  public let sentence = "telling the journaled answers to a fresh run gives the same state"
  public let presupposes = ["same seed"]

  public init() {}

  /// Replays the journal of 40 answers without an oracle and compares the states.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    guard M.Question.Answer.self is any Codable.Type else {
      return .notApplicable("answers of this kind are not journaled")
    }
    var violations: [String] = []
    let situations = bench.some(4)
    for situation in situations {
      let journal = MemoryJournal()
      let run = try situation.run()
      try await run.keep(journal)
      let original = try await run.record(40)
      let listener = Listener()
      let replayed = try situation.run(listener: listener)
      do {
        try await replayed.keep(journal)
      } catch let error as JournalMismatch {
        violations.append("on \(situation.name) \(error)")
        continue
      }
      if try Image(replayed.state) != original.state {
        violations.append("on \(situation.name) the journaled answers lead to another state")
      } else if replayed.progress.answers != run.progress.answers || listener.count > 0 {
        violations.append("on \(situation.name) replaying counted or asked otherwise than the run")
      }
    }
    return Finding(violations, tried: situations.count)
  }
}
