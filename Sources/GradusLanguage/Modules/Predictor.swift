// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
public import GradusTrace

/// A call of a language model with a typed signature, as a part of a workflow.
///
/// Its parameters are `NAME.instruction`, a text, and `NAME.demonstrations`, examples that are shown. An answer that does not have
/// its form is sent back with what is wrong, so that there are at most `attempts` calls; then the call has failed.
///
/// Source: Khattab et al., "DSPy" (2023), section 3: Predict, and ChainOfThought by `thinking`.
public struct Predictor: Sendable, Codable, Hashable {
  public var name: String
  public var signature: Signature
  public var temperature: Double?
  public var maxTokens: Int?
  public var attempts = 2
  /// Demonstrations that fit into the parameter.
  public var most = 16

  public init(_ name: String, _ signature: Signature, temperature: Double? = nil, maxTokens: Int? = nil) {
    self.name = name
    self.signature = signature
    self.temperature = temperature
    self.maxTokens = maxTokens
  }

  /// One that thinks before it answers, in a field of its own in front of the others.
  public static func thinking(
    _ name: String, _ signature: Signature, temperature: Double? = nil, maxTokens: Int? = nil
  ) -> Predictor {
    Predictor(name, signature.withReasoning(), temperature: temperature, maxTokens: maxTokens)
  }

  /// The parameter that holds what is to be done.
  public var instructionName: String { "\(name).instruction" }
  /// The parameter that holds what is shown.
  public var demonstrationsName: String { "\(name).demonstrations" }

  /// Both parameters at their start: the signature's instruction, and no demonstrations.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) {
      [
        try WorkflowParameter(
          instructionName, .text(limit: 10_000), start: .text(signature.instruction),
          purpose: "what the call '\(name)' (\(signature)) is told to do"),
        try WorkflowParameter(
          demonstrationsName, .demonstrations(limit: most), start: .demonstrations([]),
          purpose: "examples that the call '\(name)' is shown"),
      ]
    }
  }

  /// Asks `model`. `inputs` are all inputs of the signature with the nodes that they come from. What goes wrong in the call is the
  /// node's value; throws where the workflow does not fit: no such parameter, or an input that is missing.
  public func callAsFunction(
    _ inputs: KeyValuePairs<String, Traced<String>>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<Prediction> {
    try await predict(inputs.map { ($0.key, $0.value) }, in: run, asking: model)
  }

  func predict(
    _ inputs: [(name: String, value: Traced<String>)], in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<Prediction> {
    try check(inputs.map(\.name))
    let instruction = try run.text(instructionName)
    let demonstrations = try run.demonstrations(demonstrationsName)
    let nodes = [instruction.id, demonstrations.id] + inputs.map(\.value.id)
    var stream = run.stream.child("call", run.calls.count)
    let seed = Int(stream.next() >> 33)
    return await run.call(name, nodes) {
      var texts: [String: String] = [:]
      for (name, value) in inputs { texts[name] = try value.value }
      let prompt = PredictorPrompt(
        signature, instruction: try instruction.value, demonstrations: try demonstrations.value)
      let prediction = try await ask(prompt, texts, model, seed: seed, run)
      for member in prediction.values { texts[member.name] = Prediction.text(member.value) }
      run.calls.append(PredictorCall(name, Demonstration(texts)))
      return prediction
    }
  }

  private func check(_ given: [String]) throws(WorkflowError) {
    let wanted = signature.inputs.map(\.name)
    if let missing = wanted.first(where: { !given.contains($0) }) {
      throw WorkflowError("the call '\(name)' is not given its input '\(missing)'")
    }
    if let strange = given.first(where: { !wanted.contains($0) }) {
      throw WorkflowError("the call '\(name)' is given '\(strange)', which its signature \(signature) does not name")
    }
  }

  private func ask(
    _ prompt: PredictorPrompt, _ inputs: [String: String], _ model: any ModelService, seed: Int, _ run: WorkflowTrace
  ) async throws -> Prediction {
    var messages = prompt.messages(inputs)
    var usage = TokenUsage()
    var fault = PredictionFault("")
    for attempt in 0..<max(1, attempts) {
      let request = ModelRequest(.chat(messages), temperature: temperature, maxTokens: maxTokens, seed: seed &+ attempt)
      let reply = try await model.reply(to: request)
      usage = usage + reply.usage
      run.note(reply.usage)
      do {
        let values = try prompt.read(reply.text)
        return Prediction(
          signature.outputs.compactMap { field in values[field.name].map { JSONValue.Member(field.name, $0) } },
          usage: usage)
      } catch {
        fault = error
        messages += [
          .assistant(reply.text), .user("That cannot be used: \(error). Answer again, in the form that was asked for."),
        ]
      }
    }
    throw fault
  }
}

extension Traced where V == Prediction {
  /// One output as a text of its own on the trace; criticism of it is criticism of the call.
  public func text(_ name: String, in run: WorkflowTrace) -> Traced<String> {
    run.call(name, [id]) {
      let prediction = try value
      guard prediction[name] != nil else { throw WorkflowError("the call has no output '\(name)'") }
      return prediction.text(name)
    }
  }
}
