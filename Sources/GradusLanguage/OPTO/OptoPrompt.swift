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
    var page = Page()
    page.section("Instruction") {
      $0.line(Self.instruction)
      if !program.purpose.isEmpty { $0.line(program.purpose) }
    }
    if showsTrace {
      page.section("Code") { $0.calls(story) }
      page.section("Documentation") { page in
        var known: Set<String> = []
        for k in story.lines.indices where !program.guide.isEmpty && !story.lines[k].inputs.isEmpty {
          let operation = story.lines[k].operation
          guard known.insert(operation).inserted, let told = program.guide[operation] else { continue }
          page.line("[\(operation)] \(told)")
        }
      }
    }
    page.section("Variables") { page in
      for parameter in program.parameters { variable(parameter, assignment).map { page.line($0) } }
    }
    page.section("Constraints") { page in
      for parameter in program.parameters {
        if let constraint = parameter.constraint { page.line("\(parameter.name): \(constraint)") }
      }
    }
    if showsTrace {
      page.section("Inputs") { $0.values(story, .input) }
      page.section("Others") { $0.values(story, .between) }
    }
    page.section("Outputs") { $0.values(story, .output) }
    page.section("Feedback") { $0.line(story.feedback) }
    page.section("Earlier attempts") { page in
      for attempt in memory {
        for parameter in program.parameters { variable(parameter, attempt.assignment).map { page.line($0) } }
        page.line("feedback: \(attempt.feedback)\n")
      }
    }
    return page.text + "\n"
  }

  /// Sections that are written one behind the other; those without a line are left out.
  private struct Page {
    private(set) var text = ""
    private var isOpen = false
    private var heading = ""

    mutating func section(_ name: String, _ body: (inout Page) -> Void) {
      heading = name
      isOpen = false
      body(&self)
    }

    private mutating func begin() {
      if isOpen {
        text += "\n"
        return
      }
      isOpen = true
      if !text.isEmpty { text += "\n\n" }
      text += "#"
      text += heading
      text += "\n"
    }

    mutating func line(_ line: String) {
      begin()
      text += line
    }

    /// Each call as `name = operation(inputs)`. By places: a copy of a line is a handful of references.
    mutating func calls(_ story: TraceStory) {
      for k in story.lines.indices where !story.lines[k].inputs.isEmpty {
        begin()
        text += story.lines[k].name
        text += " = "
        text += story.lines[k].operation
        var mark = "("
        for input in story.lines[k].inputs {
          text += mark
          text += input
          mark = ", "
        }
        text += ")"
      }
    }

    mutating func values(_ story: TraceStory, _ role: TraceStory.Role) {
      for k in story.lines.indices where story.lines[k].role == role {
        begin()
        text += "("
        text += story.lines[k].type
        text += ") "
        text += story.lines[k].name
        text += " = "
        // Texts in quotes: a line of data must not look like a heading.
        let isQuoted = story.lines[k].type == "str" || story.lines[k].isError
        text += isQuoted ? Self.quoted(story.lines[k].value) : story.lines[k].value
      }
    }

    private static func quoted(_ text: String) -> String {
      let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C && $0 != 0x2F }
      return isPlain ? "\"" + text + "\"" : JSONValue.string(text).description
    }
  }

  private func variable(_ parameter: WorkflowParameter, _ assignment: Assignment) -> String? {
    guard let value = assignment[parameter.name] else { return nil }
    let purpose = parameter.purpose.isEmpty ? "" : "  # \(parameter.purpose)"
    return "(\(value.type)) \(parameter.name) = \(value.json.description)\(purpose)"
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
