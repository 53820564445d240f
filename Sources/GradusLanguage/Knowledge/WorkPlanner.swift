// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
public import GradusTrace

/// Makes a workflow from an intention: a model proposes who works for whom, types decide.
///
///     tasks = the `most` nearest to the intention, and those of the plan without a model
///     edges = proposer(intention, tasks);   an edge between different types, or of a task that is not there, is rejected
///     plan  = backward chaining in which edges that are left come first
///
/// The plan is typed right whatever the model says; when it says nothing that can be used, similarity alone decides. The parameters are
/// those of its predictor.
///
/// Source: "Opus: A Large Work Model for Complex Workflow Generation" (2024), for what of it needs no weights.
public struct WorkPlanner: Sendable {
  public var knowledge: WorkKnowledge
  /// Tasks that an intention is shown, beside those that it needs.
  public var most: Int
  public let proposer: Predictor

  /// Throws only where the name is one that no field can have.
  public init(_ name: String = "workflow", knowledge: WorkKnowledge, most: Int = 20) throws(SignatureError) {
    self.knowledge = knowledge
    self.most = max(0, most)
    proposer = Predictor(
      name,
      try Signature(
        inputs: [.init("intention"), .init("tasks")],
        outputs: [.init("edges", purpose: "one a line, task -> task")],
        instruction: """
          Propose a workflow for the intention: which task gives its result to which other. A task gives what stands behind its arrow \
          to one that needs it; the last one gives to output.
          """))
  }

  /// Of its predictor.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try proposer.parameters }
  }

  /// Asks `model` once. The node holds what is wrong where nothing makes what is wanted.
  public func callAsFunction(
    _ intention: WorkIntention, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<WorkPlan> {
    let plain = run.call("chain", []) { try knowledge.plan(intention) }
    let needed = Set((try? plain.value.steps.map(\.task)) ?? [])
    let near = Set(knowledge.retrieved(for: intention, most: most).map(\.name))
    let shown = knowledge.tasks.filter { needed.contains($0.name) || near.contains($0.name) }
    let tasks = run.call("tasks", [plain.id]) { shown.map(\.line).joined(separator: "\n") }
    let said = try await proposer.predict(
      [("intention", run.input("intention", intention.text)), ("tasks", tasks)], in: run, asking: model)
    let lines =
      (try? said.value.text("edges"))?.split(whereSeparator: \.isNewline).prefix(1000).map { String($0).trimmed } ?? []
    // Without an answer there is a plan all the same.
    let sources = lines.isEmpty ? [plain.id] : [plain.id, said.id]
    return run.call("plan", sources) {
      var edges: [WorkEdge] = []
      var rejected: [String] = []
      for line in lines where line.contains("->") {
        guard let edge = WorkEdge(line), knowledge.joins(edge, for: intention) else {
          rejected.append(line)
          continue
        }
        edges.append(edge)
      }
      var plan = try knowledge.plan(intention, proposing: edges)
      plan.rejected = rejected
      return plan
    }
  }
}
