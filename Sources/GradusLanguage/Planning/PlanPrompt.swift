// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What is asked in planning, and how answers are read.
package enum PlanPrompt {
  package static let constraints = "List every constraint that a plan must satisfy"
  package static let suitability = "How suited is each way of planning to this task"
  package static let whole = "Write a whole plan"
  package static let step = "Write the next line of the plan, and nothing else"
  package static let verdict = "Which constraints are violated by what is planned so far?"

  package static func constraints(_ task: PlanningTask) -> String {
    "\(shown(task))\n\(constraints), one on a line, each line beginning with \"- \". Write nothing else."
  }

  package static func suitability(
    _ task: PlanningTask, _ known: [String], _ algorithms: [(name: String, summary: String)]
  ) -> String {
    let ways = algorithms.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")
    return """
      \(shown(task))
      \(list("constraints", known))
      Ways of planning:
      \(ways)
      \(suitability), from 0 (useless) to 1 (ideal)? Write a line "NAME: NUMBER" for each, and nothing else.
      """
  }

  /// For one proposal.
  package static func proposal(_ task: PlanningTask, _ known: [String], _ request: StepRequest<[String]>) -> String {
    var parts = [shown(task), list("constraints", known)]
    if !request.place.isEmpty { parts.append("<begun>\n\(request.place.joined(separator: "\n"))\n</begun>") }
    if !request.remarks.isEmpty {
      parts.append("An earlier attempt violated these; take care of them:\n\(list("violated", request.remarks))")
    }
    parts.append("A plan has this form: \(task.form)")
    parts.append(
      request.isWhole
        ? "\(whole), between <plan> and </plan>." : "\(step), between <step> and </step>.")
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  package static func verdict(_ task: PlanningTask, _ known: [String], _ plan: [String]) -> String {
    """
    \(shown(task))
    \(list("constraints", known))
    <plan>
    \(plan.joined(separator: "\n"))
    </plan>
    \(verdict) Write each as a line that begins with "- ", in the words of the list. Then write a last line "Score: NUMBER", from -100 \
    (useless) to 100 (everything holds).
    """
  }

  private static func shown(_ task: PlanningTask) -> String { "<task>\n\(task.text)\n</task>" }

  private static func list(_ name: String, _ lines: [String]) -> String {
    lines.isEmpty ? "" : "<\(name)>\n\(lines.map { "- \($0)" }.joined(separator: "\n"))\n</\(name)>"
  }

  // MARK: Reading

  /// Lines that begin with a dash or a star, without it, each once; at most 200.
  package static func items(_ text: String) -> [String] {
    var found: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmed
      guard let mark = line.first, "-*•".contains(mark) else { continue }
      let item = line.dropFirst().trimmed
      if !item.isEmpty, !found.contains(item), found.count < 200 { found.append(item) }
    }
    return found
  }

  /// The number behind each name, kept within 0 and 1; a half where there is none.
  package static func priors(_ text: String, _ names: [String]) -> [Double] {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmed }
    return names.map { name in
      let said = lines.last { $0.lowercased().hasPrefix("\(name.lowercased()):") }
      let number = said.flatMap { Double($0.dropFirst(name.count + 1).trimmed) } ?? 0.5
      return number.isNaN ? 0.5 : min(1, max(0, number))
    }
  }

  /// The number behind the last "Score:", kept within −100 and 100; nil without one.
  package static func verdict(_ text: String) -> StepVerdict? {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmed }
    guard let line = lines.last(where: { $0.lowercased().hasPrefix("score:") }),
      let word = line.dropFirst(6).split(whereSeparator: { $0.isWhitespace || $0 == "/" }).first,
      let number = Double(word), !number.isNaN
    else { return nil }
    return StepVerdict(min(100, max(-100, number)), remarks: items(text))
  }

  /// The lines of a proposal, after those that were there; nil where there are none, or where the wanted marks are missing.
  package static func proposal(
    _ text: String, _ request: StepRequest<[String]>, _ task: PlanningTask
  ) -> StepProposal<[String], String>? {
    guard let inside = JSONFinder.tagged(request.isWhole ? "plan" : "step", in: text) else { return nil }
    var lines = inside.split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { !$0.isEmpty }
    if request.isWhole {
      // What is begun may be repeated; it counts once.
      if lines.starts(with: request.place) { lines.removeFirst(request.place.count) }
    } else {
      lines = Array(lines.prefix(1))
    }
    guard let last = lines.last, lines.count <= 1000 else { return nil }
    let isEnd = task.isEnd(last)
    if request.isWhole, !isEnd { return nil }
    return StepProposal(lines, to: request.place + lines, isFinal: isEnd)
  }
}
