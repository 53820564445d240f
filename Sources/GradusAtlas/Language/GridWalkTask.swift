// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Prompts for a planner on grids, beside an advisor that reads feedback and writes prompts, with stated rates:
///
/// - Of what it is shown it condenses each directive with probability `follows`; a prompt that it writes has each directive of the feedback
///   with the same probability, at most two new ones.
/// - A raw error, which says what happened and not what to do, gives it the right idea with probability `guesses`.
/// - With probability `invents` it adds a sentence of its own: a directive, or a belief that does nothing or harm.
/// - Each sentence of the prompt is forgotten with probability `forgets`.
struct GridWalkTask: WorkflowOracle {
  let grids: [GridWalk]
  var follows = 0.35
  var guesses = 0.04
  var invents = 0.2
  var forgets = 0.03

  static let start = "You move on a grid and carry an object to a goal."

  init(_ random: RandomStream, grids count: Int = 40) {
    grids = (0..<count).map { GridWalk(random.child("grid", $0)) }
  }

  /// What a person says of each kind of error.
  static var rules: [FeedbackRule] { GridWalk.kinds.map { FeedbackRule($0.name, "Tell it to \($0.directive).") } }

  var program: LanguageProgram {
    get throws {
      var program = LanguageProgram(
        [try WorkflowParameter("prompt", .text(limit: 4000), start: .text(Self.start))],
        purpose: "a planner on a grid", selectionCount: grids.count)
      program.examples = grids.indices.map { TaskExample("grid \($0)", "a way") }
      return program
    }
  }

  func run(
    _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
  ) async throws -> WorkflowOutcome {
    let told = GridWalk.Telling(assignment["prompt"]?.text ?? "")
    let faults = items.map { grids[$0.index].fault(told, stream.child("episode", $0.index)) }
    return WorkflowOutcome(
      scores: faults.map { $0 == nil ? 1 : 0 }, remarks: faults.map { $0.map { "failed: \($0)" } ?? "done" })
  }

  func report(
    _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
  ) async throws -> WorkflowOutcome { WorkflowOutcome(scores: []) }

  /// The share of fresh episodes that succeed.
  func success(_ prompt: String, episodes: Int, _ random: RandomStream) -> Double {
    let told = GridWalk.Telling(prompt)
    let good = (0..<episodes).count { k in grids[k % grids.count].fault(told, random.child("fresh", k)) == nil }
    return Double(good) / Double(episodes)
  }

  func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    var stream = stream
    return Completion(text: answer(prompt, &stream))
  }

  private func answer(_ prompt: String, _ stream: inout RandomStream) -> String {
    let directives = GridWalk.kinds.map(\.directive)
    if prompt.contains("</improved>") {
      let value = (JSONFinder.tagged("value", in: prompt) ?? "").trimmed
      let feedback = prompt.ranges(of: "Feedback").last.map { String(prompt[$0.upperBound...]) } ?? prompt
      return "<improved>\(rewritten(value, feedback, &stream))</improved>"
    }
    if prompt.hasSuffix("The instruction was:") {
      let told = (directives + GridWalk.beliefs).filter { _ in stream.uniform() < 0.25 }
      return ([Self.start] + told.map { "Please \($0)." }).joined(separator: " ")
    }
    if prompt.hasSuffix("Variation:") {
      let value = prompt.ranges(of: "Instruction: ").last.map { String(prompt[$0.upperBound...].dropLast(11)) } ?? ""
      return rewritten(value.trimmed, "", &stream)
    }
    // A summary: what the feedback names, in other words; raw errors as they are.
    let text = Array(prompt.utf8)
    let said = directives.filter { ByteSearch.last($0, in: text) != nil && stream.uniform() < max(0.8, follows) }
    let raw = GridWalk.kinds.map(\.name).filter { ByteSearch.last($0, in: text) != nil }
    return (said.isEmpty ? raw.map { "It \($0)." } : said.map { "It should \($0)." }).joined(separator: " ")
  }

  private func rewritten(_ value: String, _ feedback: String, _ stream: inout RandomStream) -> String {
    var sentences = value.split(separator: ". ").map { $0.hasSuffix(".") ? String($0.dropLast()) : String($0) }
    let first = sentences.isEmpty ? "" : sentences.removeFirst()
    sentences = sentences.filter { _ in stream.uniform() >= forgets }
    var added: [String] = []
    let (old, heard) = (Array(value.utf8), Array(feedback.utf8))
    for kind in GridWalk.kinds where ByteSearch.last(kind.directive, in: old) == nil {
      if ByteSearch.last(kind.directive, in: heard) != nil {
        if stream.uniform() < follows { added.append(kind.directive) }
      } else if ByteSearch.last(kind.name, in: heard) != nil, stream.uniform() < guesses {
        added.append(kind.directive)
      }
    }
    // Nobody changes everything at once.
    let order = stream.permutation(added.count).prefix(2)
    added = order.map { added[$0] }
    if stream.uniform() < invents {
      let own = GridWalk.kinds.map(\.directive) + GridWalk.beliefs
      added.append(own[stream.integer(below: own.count)])
    }
    for one in added where !value.contains(one) { sentences.append("Please \(one)") }
    return ([first] + sentences).joined(separator: ". ") + "."
  }
}
