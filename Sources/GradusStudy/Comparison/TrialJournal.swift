// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Synchronization

/// The finished trainings of a comparison, one line each behind a first line that says of which comparison.
///
/// A training is known by its random stream, which no other one has.
final class TrialJournal: Sendable {
  private struct Line: Codable {
    var stream: RandomStream
    var trial: RuleComparison.Trial
  }

  private let journal: any Journal
  private let known: [RandomStream: RuleComparison.Trial]

  /// Reads what is there. Throws when the journal belongs to another comparison, or a line cannot be read.
  init(_ journal: any Journal, of identity: String) throws {
    self.journal = journal
    let lines = try journal.lines()
    guard let first = lines.first else {
      try journal.append(Array(identity.utf8))
      known = [:]
      return
    }
    guard first == Array(identity.utf8) else {
      throw RuleComparison.ForeignJournal(description: "the journal belongs to another comparison; name another file")
    }
    known = try lines.dropFirst().reduce(into: [:]) { known, bytes in
      guard let line = try? Coding.decode(Line.self, from: bytes) else {
        throw RuleComparison.ForeignJournal(
          description: "a line of the journal cannot be read; name another file")
      }
      known[line.stream] = line.trial
    }
  }

  /// The outcome of this training, if it is finished.
  subscript(stream: RandomStream) -> RuleComparison.Trial? { known[stream] }

  /// Writes a finished training down; several threads may do so at once.
  func keep(_ trial: RuleComparison.Trial, of stream: RandomStream) throws {
    try journal.append(Coding.encode(Line(stream: stream, trial: trial)))
  }
}
