// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics
public import GradusTrace

/// Something that a language model may use: a name, what it does, and typed arguments.
public struct Tool: Sendable {
  public var name: String
  public var purpose: String
  public var arguments: [Signature.Field]
  private let body: @Sendable ([String: JSONValue]) async throws -> String

  /// `body` gets every argument, of its type; what it throws is told to the model.
  public init(
    _ name: String, _ arguments: [Signature.Field], purpose: String,
    _ body: @escaping @Sendable ([String: JSONValue]) async throws -> String
  ) {
    self.name = name
    self.arguments = arguments
    self.purpose = purpose
    self.body = body
  }

  var line: String {
    "\(name)(\(arguments.map { "\($0.name): \($0.type)" }.joined(separator: ", "))): \(purpose)"
  }

  /// What the tool says, or what was wrong with the call.
  func call(_ said: JSONValue) async -> (text: String, isError: Bool) {
    var values: [String: JSONValue] = [:]
    for field in arguments {
      guard let value = said[field.name] else { return ("the argument '\(field.name)' is missing", true) }
      if field.type.admits(value) {
        values[field.name] = value
      } else if let text = value.text, let meant = field.type.value(in: text) {
        values[field.name] = meant
      } else {
        return ("the argument '\(field.name)' is not \(field.type.hint)", true)
      }
    }
    if let strange = said.members?.first(where: { member in !arguments.contains { $0.name == member.name } }) {
      return ("there is no argument '\(strange.name)'", true)
    }
    do {
      let said = try await body(values)
      return (said, false)
    } catch { return ("\(error)", true) }
  }
}

/// A language model that thinks, uses a tool, reads what it says, and does so again until it can answer.
///
///     repeat at most `steps` times:  thought, tool, arguments = predictor(inputs, history);  history += tool(arguments)
///     until the tool is `finish`;    outputs = predictor(inputs, history)
///
/// The parameters are those of its two predictors, `NAME.step` and `NAME.answer`. An unknown tool, an argument of another type and a
/// tool that fails are told in the history; each is a node of the trace.
///
/// **Reference** Yao et al., "ReAct: Synergizing Reasoning and Acting in Language Models" (ICLR 2023).
public struct ToolAgent: Sendable {
  public var name: String
  public var tools: [Tool]
  public var steps: Int
  public let step: Predictor
  public let answer: Predictor

  /// Throws where names of tools or fields collide.
  public init(_ name: String, _ signature: Signature, tools: [Tool], steps: Int = 5) throws(SignatureError) {
    self.name = name
    self.tools = tools
    self.steps = max(1, steps)
    let names = tools.map(\.name) + ["finish"]
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw SignatureError("the tool '\(twice)' is there twice", expected: "another name")
    }
    let history = Signature.Field("history", purpose: "what was done so far")
    let list = tools.map(\.line) + ["finish(): ends, when the answer is known"]
    let told = "\(signature.instruction)\nUse one of these tools at a time:\n\(list.joined(separator: "\n"))"
    step = Predictor(
      "\(name).step",
      try Signature(
        inputs: signature.inputs + [history],
        outputs: [
          .init("thought", purpose: "what to find out next"), .init("tool", .choice(names)),
          .init("arguments", .json, purpose: "an object with the tool's arguments"),
        ], instruction: told))
    answer = Predictor(
      "\(name).answer",
      try Signature(
        inputs: signature.inputs + [history], outputs: signature.outputs, instruction: signature.instruction))
  }

  /// Of both predictors.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try step.parameters + answer.parameters }
  }

  /// Asks `model` and the tools. What goes wrong is told to the model as long as there are steps left.
  public func callAsFunction(
    _ inputs: KeyValuePairs<String, Traced<String>>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<Prediction> {
    let given = inputs.map { ($0.key, $0.value) }
    var history = run.input("history", "Nothing yet.")
    for number in 1...steps {
      let choice = try await step.predict(given + [("history", history)], in: run, asking: model)
      guard let said = try? choice.value, said.text("tool") != "finish" else { break }
      let seen = await observed(said, choice.id, in: run)
      let before = history
      history = run.call("history", [before.id, choice.id, seen.id]) {
        let line =
          "\(number). \(said.text("thought"))\n\(said.text("tool"))\(said.text("arguments")): \(try seen.value)"
        let earlier = try before.value
        return number == 1 ? line : "\(earlier)\n\(line)"
      }
    }
    return try await answer.predict(given + [("history", history)], in: run, asking: model)
  }

  /// What a tool said; errors are told as texts, so that the next step may mend them.
  private func observed(_ said: Prediction, _ node: Int, in run: WorkflowTrace) async -> Traced<String> {
    let tool = tools.first { $0.name == said.text("tool") }
    return await run.call(tool?.name ?? "tool", [node]) {
      guard let tool else { return "there is no such tool" }
      let found = await tool.call(said["arguments"] ?? .object([]))
      return found.isError ? "failed: \(found.text)" : found.text
    }
  }
}
