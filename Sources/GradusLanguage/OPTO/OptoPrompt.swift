// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What an advisor is shown of an execution, in sections under headings.
///
/// Source: Cheng, Nie and Swaminathan (2024), section 4 and appendix: instruction, code, documentation, variables, constraints,
/// inputs, other values, outputs, feedback. What it is asked for is a JSON object {"reasoning", "answer", "suggestion"}.
struct OptoPrompt {
  var program: LanguageProgram
  /// Whether it is shown how the output came about, or the variables and the feedback alone.
  var showsTrace = true

  /// An earlier attempt and what was said about it.
  struct Attempt: Sendable, Codable, Hashable {
    var assignment: Assignment
    var feedback: String
    var score: Double
  }

  static let instruction = """
    You are shown a program that was run, and feedback on its output. Change the values under #Variables so that the feedback
    improves. Work out from #Code, #Documentation and the values how each variable acts on the output.
    Answer with one JSON object and nothing else:
    {"reasoning": "why the output is as it is and what should change", "answer": "", "suggestion": {"<name of a variable>": <its new value>}}
    Leave variables out that shall stay. Keep types, and what is under #Constraints.
    """

  func text(_ story: TraceStory, _ assignment: Assignment, memory: [Attempt]) -> String {
    var sections: [(name: String, lines: [String])] = [("Instruction", [Self.instruction])]
    if !program.purpose.isEmpty { sections[0].lines.append(program.purpose) }
    if showsTrace {
      let calls = story.lines.filter { !$0.inputs.isEmpty }
      sections.append(("Code", calls.map { "\($0.name) = \($0.operation)(\($0.inputs.joined(separator: ", ")))" }))
      var known: Set<String> = []
      let told = calls.compactMap { line in
        known.insert(line.operation).inserted ? program.guide[line.operation].map { "[\(line.operation)] \($0)" } : nil
      }
      sections.append(("Documentation", told))
    }
    sections.append(("Variables", program.parameters.compactMap { variable($0, assignment) }))
    sections.append(
      (
        "Constraints",
        program.parameters.compactMap { parameter in
          parameter.constraint.map { "\(parameter.name): \($0)" }
        }
      ))
    if showsTrace {
      sections.append(("Inputs", values(story, .input)))
      sections.append(("Others", values(story, .between)))
    }
    sections.append(("Outputs", values(story, .output)))
    sections.append(("Feedback", [story.feedback]))
    if !memory.isEmpty {
      sections.append(
        (
          "Earlier attempts",
          memory.map { attempt in
            let values = program.parameters.compactMap { variable($0, attempt.assignment) }
            return values.joined(separator: "\n") + "\nfeedback: \(attempt.feedback)\n"
          }
        ))
    }
    return sections.filter { !$0.lines.isEmpty }
      .map { "#\($0.name)\n" + $0.lines.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private func variable(_ parameter: WorkflowParameter, _ assignment: Assignment) -> String? {
    guard let value = assignment[parameter.name] else { return nil }
    let purpose = parameter.purpose.isEmpty ? "" : "  # \(parameter.purpose)"
    return "(\(value.type)) \(parameter.name) = \(value.json.description)\(purpose)"
  }

  private func values(_ story: TraceStory, _ role: TraceStory.Role) -> [String] {
    story.lines.filter { $0.role == role }.map {
      // Texts in quotes: a line of data must not look like a heading.
      "(\($0.type)) \($0.name) = \($0.type == "str" || $0.isError ? JSONValue.string($0.value).description : $0.value)"
    }
  }

  /// What an answer suggests: names that are parameters with values that they may have. Others are passed over.
  func suggestion(in answer: String) -> Assignment {
    guard let object = JSONFinder.object(in: answer) else { return [:] }
    // Some leave the wrapping out.
    let said = object["suggestion"]?.members ?? object.members ?? []
    var found: Assignment = [:]
    for member in said {
      guard let parameter = program.parameters.first(where: { $0.name == member.name }) else { continue }
      found[parameter.name] = parameter.value(from: member.value)
    }
    return found
  }
}
