// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct AuditTests {
  /// max 60·a + 20·b, 3.5·a + b ≤ 9, whole numbers: nine lamps are worth 180.
  static func problem() throws -> AnnotatedProblem {
    var model = FiveElementStatement(name: "pack", sense: .maximize)
    model.sets = [.init("ITEM", ["tent", "lamp"])]
    model.parameters = [
      .init("value", over: ["ITEM"], [60, 20], unit: "$"), .init("weight", over: ["ITEM"], [3.5, 1], unit: "kg"),
      .init("limit", [9], unit: "kg"),
    ]
    model.variables = [.init("take", over: ["ITEM"], kind: .integer, lower: "0")]
    model.objective = "sum(i in ITEM) value[i] * take[i]"
    model.constraints = [.init("load", "sum(i in ITEM) weight[i] * take[i] <= limit")]
    let text = "A tent is worth $60 and weighs 3.5 kg, a lamp $20 and 1 kg. At most 9 kg fit. What is the most?"
    return try AnnotatedProblem(id: "1", text: text, statement: model, optimum: 180)
  }

  private func faults(_ problem: AnnotatedProblem) async throws -> [AuditFinding.Fault] {
    try await BenchmarkAudit().findings(problem).map(\.fault)
  }

  @Test func whatAgreesIsNotAccused() async throws {
    let problem = try Self.problem()
    #expect(problem.kind == .integer && problem.integers == ["take"] && problem.units["limit"] == "kg")
    #expect(try await BenchmarkAudit().findings(problem) == [])
  }

  @Test func eachLabelIsHeldAgainstTheModel() async throws {
    let right = try Self.problem()
    var wrong = right
    wrong.optimum = 179
    #expect(try await faults(wrong) == [.optimum])
    wrong = right
    wrong.sense = .minimize
    #expect(try await faults(wrong) == [.sense])
    wrong = right
    wrong.integers = []
    #expect(try await faults(wrong) == [.integrality])
    wrong = right
    wrong.kind = .linear
    #expect(try await faults(wrong) == [.kind])
    wrong = right
    wrong.units["limit"] = "g"
    #expect(try await faults(wrong) == [.unit])
    wrong = right
    wrong.statement.parameters[2].values = [-9]
    #expect(try await faults(wrong).contains(.status))
    wrong = right
    wrong.statement.objective = "nothing"
    #expect(try await faults(wrong) == [.unreadable])
    wrong = right
    wrong.optimum = .nan
    #expect(try await faults(wrong) == [.optimum])
  }

  /// Data in another unit, with the answer that they give: comparing answers shows nothing, the words do.
  @Test func dataAreHeldAgainstTheWords() async throws {
    var wrong = try Self.problem()
    wrong.statement.parameters[1].values = [3500, 1000]
    wrong.statement.parameters[2].values = [9000]
    let findings = try await BenchmarkAudit().findings(wrong)
    #expect(findings.map(\.fault) == [.unit, .unit])
    #expect(findings[0].description == "weight is 1000.0 times what the text says")
    #expect(try await BenchmarkAudit(readsData: false).findings(wrong) == [])
    wrong = try Self.problem()
    wrong.text = "A tent is worth $1,060 and weighs 3.5 kg, a lamp $20 and 1 kg. At most 9 kg fit."
    #expect(try await faults(wrong) == [.data])
    wrong.statement.parameters[0].values = [1060, 20]
    #expect(try await faults(wrong) == [.optimum])
  }

  /// Faults of every kind are found under their names.
  @Test(arguments: LabelFault.allCases) func injectedFaultsAreFound(_ fault: LabelFault) async throws {
    let problem = try Self.problem()
    for k in 0..<4 {
      let wrong = try #require(
        try await fault.applied(to: problem, by: ModelExecutor(), RandomStream(seed: 3).child("fault", k)))
      #expect(wrong != problem)
      #expect(try await faults(wrong).contains(fault.finding), "\(fault) \(k)")
    }
  }
}
