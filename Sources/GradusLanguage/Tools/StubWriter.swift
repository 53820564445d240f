// SPDX-License-Identifier: Apache-2.0
public import GradusTrace

/// Writes the stub of a tool from its description.
///
///     stub = writer(name, description, earlier);   accepted when it parses and runs;   at most `tries` times
///
/// The parameters are those of its predictor, `NAME.instruction` and `NAME.demonstrations`.
///
/// Source: "SwissNYF: Tool Grounded LLM Agents for Black Box Setting" (2024), CodeSynth.
public struct StubWriter: Sendable {
  public var tries: Int
  public let writer: Predictor

  /// Throws only where the name is one that no field can have.
  public init(_ name: String = "stub", tries: Int = 10) throws(SignatureError) {
    self.tries = max(1, tries)
    writer = Predictor(
      name,
      try Signature(
        inputs: [.init("name"), .init("description"), CodeDialogue.earlier],
        outputs: [.init("stub", purpose: "the function")],
        instruction: """
          A tool is described that cannot be called. Write one function of this name with the types that the description says, \
          whose body does nothing but return a value of the right shape.
          \(MiniLanguageHint.straight)
          """))
  }

  /// Of its predictor.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try writer.parameters }
  }

  /// Asks `model` until a stub is accepted; the node holds the last refusal when none is.
  public func callAsFunction(
    _ tool: ToolDescription, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<ToolStub> {
    let inputs = [
      (name: "name", value: run.input("name", MiniLanguageHint.name(of: tool))),
      (name: "description", value: run.input("description", tool.text)),
    ]
    return try await CodeDialogue(writer: writer, attempts: tries)
      .accepted("stub", inputs, in: run, asking: model) { text throws(PredictionFault) in
        try ToolStub(written: text, for: tool)
      }
  }
}
