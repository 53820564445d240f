// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusPrograms
public import GradusTrace

/// Plans the use of tools by writing the calls as JSON at once: what `ToolPlanner` is compared with.
///
/// With `checks`, the calls are held against the signatures of the stubs and a fault is shown as an error of a program would be;
/// without, what is written is taken, as long as it is a list of calls.
public struct DirectPlanner: Sendable {
  public let shelf: ToolShelf
  public var retries: Int
  public var checks: Bool
  public let writer: Predictor

  /// Throws where two tools would have one name.
  public init(
    _ name: String = "direct", stubs: [ToolStub], most: Int = 8, retries: Int = 0, checks: Bool = false
  ) throws(SignatureError) {
    shelf = try ToolShelf(stubs, most: most)
    self.retries = max(0, retries)
    self.checks = checks
    writer = Predictor(
      name,
      try Signature(
        inputs: [.init("query"), .init("tools"), CodeDialogue.earlier],
        outputs: [.init("calls", purpose: "a JSON list")],
        instruction: """
          Write the calls of tools that the query needs, in their order, as a JSON list of {"tool": "name", "arguments": {…}}. An \
          argument is a value, or {"result": n} for what call n, from 0, gives.
          """))
  }

  /// Of its predictor.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try writer.parameters }
  }

  /// Asks `model` until there is a list of calls, with `checks` one that fits.
  public func callAsFunction(
    _ query: Traced<String>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<ToolPlan> {
    let (shown, tools) = shelf.shown(for: query, in: run)
    return try await CodeDialogue(writer: writer, attempts: retries + 1)
      .accepted("plan", [("query", query), ("tools", tools)], in: run, asking: model) { code throws(PredictionFault) in
        guard let json = try? JSONValue(parsing: Array(code.utf8)) else {
          throw PredictionFault("this is no JSON")
        }
        let plan = try ToolPlan(json: json, reading: shown)
        if checks, let fault = plan.fault(with: shown) { throw fault }
        return plan
      }
  }
}
