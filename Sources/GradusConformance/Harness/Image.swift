// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A value as it would be saved: equal images are equal to the last bit.
struct Image: Hashable, Sendable {
  var text: [UInt8]
  var blocks: [[UInt8]]

  init(_ value: some Encodable) throws {
    let store = BlockStore()
    text = try Coding.encode(value, blocks: store)
    blocks = store.blocks
  }
}

/// What a run looks like from outside: what it asked and where it stands.
struct Trajectory: Hashable, Sendable {
  var questions: [Image] = []
  var state: Image

  /// The first question that differs, or the state; nil when nothing does.
  func difference(from other: Trajectory) -> String? {
    for i in 0..<min(questions.count, other.questions.count) where questions[i] != other.questions[i] {
      return "question \(i + 1) differs"
    }
    if questions.count != other.questions.count {
      return "one asks \(questions.count) questions, the other \(other.questions.count)"
    }
    return state == other.state ? nil : "after \(questions.count) equal questions the states differ"
  }
}

extension Run where Method: Catalogued {
  /// Advances by at most `answers` answers, one at a time, and records what was asked.
  func record(_ answers: Int) async throws -> Trajectory {
    var questions: [Image] = []
    while questions.count < answers, let ticket = try ask() {
      guard let oracle else { break }
      questions.append(try Image(ticket.question))
      try tell(ticket.number, answer: try await ticket.question.put(to: oracle))
    }
    return Trajectory(questions: questions, state: try Image(state))
  }
}
