// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation
import Testing

/// The examples of Documentation/formulating.md.
@Suite struct FormulationSnippet {
  @Test func modelsAsValues() async throws {
    // tutorial: statement
    var model = FiveElementStatement(name: "knapsack", sense: .maximize)
    model.sets = [.init("ITEM", ["tent", "lamp", "rope"])]
    model.parameters = [
      .init("value", over: ["ITEM"], [60, 20, 30]), .init("weight", over: ["ITEM"], [5, 3, 4]), .init("capacity", [9]),
    ]
    model.variables = [.init("take", over: ["ITEM"], kind: .binary)]
    model.objective = "sum(i in ITEM) value[i] * take[i]"
    model.constraints = [.init("load", "sum(i in ITEM) weight[i] * take[i] <= capacity")]
    let execution = try await ModelExecutor().run(model.program())
    // tutorial: end
    #expect(execution.status == .optimal && execution.objective == 90)
    // tutorial: comparison
    var tight = model
    tight.parameters[2].values = [8]
    let verdict = try await ProblemComparison().compare(model, tight, RandomStream(seed: 1))
    // tutorial: end
    guard case .different(let witness, let differences) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(witness.second.objective == 80 && differences.map(\.kind) == [.rightHandSide])
  }
}
