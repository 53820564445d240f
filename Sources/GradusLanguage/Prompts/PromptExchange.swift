// SPDX-License-Identifier: Apache-2.0

/// What went into a workflow on one place, and what came out: no score, no label.
struct PromptExchange: Sendable, Codable, Hashable {
  var question: String
  var answer: String

  /// The inputs and the output of a story.
  init(_ outcome: WorkflowOutcome) {
    let lines = outcome.stories.first?.lines ?? []
    question = lines.filter { $0.role == .input }.map(\.value).joined(separator: "; ")
    answer = lines.last { $0.role == .output || $0.isError }.map { $0.isError ? "(it failed)" : $0.value } ?? "(none)"
  }

  /// One block for each, an empty line between them.
  static func text(_ all: [PromptExchange]) -> String {
    all.map { "Question: \($0.question)\nAnswer: \($0.answer)" }.joined(separator: "\n\n")
  }
}
