// SPDX-License-Identifier: Apache-2.0
import Gradus
import Synchronization

/// A workflow that remembers what its rows for reporting came to.
final class ReportKeeper: WorkflowOracle {
  private let workflow: SpecifiedWorkflow
  private let kept = Mutex<[WorkflowOutcome]>([])

  init(_ workflow: SpecifiedWorkflow) { self.workflow = workflow }

  /// In their order: at the start, in the end.
  var told: [WorkflowOutcome] { kept.withLock { $0 } }

  func run(_ assignment: Assignment, on items: [SelectionItem], stream: RandomStream) async throws -> WorkflowOutcome {
    try await workflow.run(assignment, on: items, stream: stream)
  }

  func report(_ assignment: Assignment, on items: [ReportingItem], stream: RandomStream) async throws -> WorkflowOutcome
  {
    let outcome = try await workflow.report(assignment, on: items, stream: stream)
    kept.withLock { $0.append(outcome) }
    return outcome
  }

  func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
    try await workflow.advise(prompt, stream: stream)
  }
}
