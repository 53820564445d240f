// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What is asked in textual gradient descent.
///
/// Source: Yuksekgonul et al., "TextGrad: Automatic Differentiation via Text" (2024), sections 2 and 3.
struct CritiquePrompt {
  var program: LanguageProgram

  /// What should change about `input`, given what was said of the result of a call that used it.
  func backward(_ line: TraceStory.Line, input: TraceStory.Line, remarks: [String], in story: TraceStory) -> String {
    let others = line.inputs.filter { $0 != input.name }.compactMap { name in
      story.lines.first { $0.name == name }.map { "<\($0.name)>\n\($0.value)\n</\($0.name)>" }
    }
    let told = program.guide[line.operation].map { "What this step does: \($0)\n" } ?? ""
    let purpose = program.parameters.first { $0.name == input.name }?.purpose ?? ""
    return """
      A language model took part in a program in the step "\(line.operation)". \(told)
      It was given <\(input.name)>\(purpose.isEmpty ? "" : " (\(purpose))"):
      <\(input.name)>
      \(input.value)
      </\(input.name)>
      \(others.isEmpty ? "" : "and also:\n\(others.joined(separator: "\n"))\n")It answered:
      <response>
      \(line.value)
      </response>
      Criticism of this response:
      \(Self.list(remarks))
      Say in a few sentences how <\(input.name)> should change so that the response becomes better. Criticize only; do not write it anew.
      """
  }

  /// One criticism out of several.
  func merged(_ parameter: WorkflowParameter, _ remarks: [String]) -> String {
    """
    Several runs of a program were criticized with respect to "\(parameter.name)". Say in a few sentences what they have in common and
    what matters most, for somebody who will change it:
    \(Self.list(remarks))
    """
  }

  /// A new value.
  func update(
    _ parameter: WorkflowParameter, _ value: ParameterValue, remarks: [String], past: [TextualGradientDescent.Past],
    constraints: [String]
  ) -> String {
    var text = """
      Improve a part of a program\(program.purpose.isEmpty ? "" : ", which is for this: \(program.purpose)")
      The part is "\(parameter.name)"\(parameter.purpose.isEmpty ? "" : ": \(parameter.purpose)"). It is now:
      <value>
      \(value)
      </value>
      Criticism:
      \(Self.list(remarks))

      """
    if !past.isEmpty {
      text += "Earlier values, the oldest first, with what was said of them; do not go in circles:\n"
      for one in past { text += "<earlier>\n\(one.value)\n</earlier>\n\(Self.list(one.remarks))\n" }
    }
    let rules = constraints + (parameter.constraint.map { ["It must be \($0)."] } ?? [])
    if !rules.isEmpty { text += "Keep to this:\n" + rules.enumerated().map { "\($0 + 1). \($1)\n" }.joined() }
    return text + "Write the new value between <improved> and </improved>, and nothing behind it.\n"
  }

  private static func list(_ remarks: [String]) -> String { remarks.map { "- \($0)" }.joined(separator: "\n") }
}
