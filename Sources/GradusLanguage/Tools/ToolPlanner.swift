// SPDX-License-Identifier: Apache-2.0
import GradusPrograms
public import GradusTrace

/// Plans the use of tools that cannot be called.
///
///     tools = the `most` stubs nearest to the query;   program = writer(query, tools, earlier)
///     plan  = the calls of the program when it runs on the stubs;   an error is shown and asked again, at most `retries` times
///
/// The tools themselves are never called: what they do is theirs, and often not to be undone. The plan is a value with references to
/// earlier results (`ToolPlan`), to be read before anybody carries it out. The parameters are those of its predictor.
///
/// Source: "SwissNYF: Tool Grounded LLM Agents for Black Box Setting" (2024), TOPGUN.
public struct ToolPlanner: Sendable {
  public let shelf: ToolShelf
  public var retries: Int
  public let writer: Predictor

  /// Throws where two tools would have one name in programs.
  public init(_ name: String = "plan", stubs: [ToolStub], most: Int = 8, retries: Int = 5) throws(SignatureError) {
    shelf = try ToolShelf(stubs, most: most)
    self.retries = max(0, retries)
    writer = Predictor(
      name,
      try Signature(
        inputs: [.init("query"), .init("tools"), CodeDialogue.earlier],
        outputs: [.init("program", purpose: "the function plan")],
        instruction: """
          Write a function fn plan() -> Type that calls the tools that the query needs, one after the other, and returns what the last \
          one gives. The tools are there; pass on what they give as it is.
          \(MiniLanguageHint.straight)
          """))
  }

  /// Of its predictor.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try writer.parameters }
  }

  /// Asks `model` until a program runs; the node holds the last error when none does.
  public func callAsFunction(
    _ query: Traced<String>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<ToolPlan> {
    let (shown, tools) = shelf.shown(for: query, in: run)
    return try await CodeDialogue(writer: writer, attempts: retries + 1)
      .accepted("plan", [("query", query), ("tools", tools)], in: run, asking: model) { code throws(PredictionFault) in
        try ToolPlan(running: code, on: shown)
      }
  }
}
