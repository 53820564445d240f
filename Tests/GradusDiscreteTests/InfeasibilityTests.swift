// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusModeling
import GradusNumerics
import Testing

@Suite(.serialized, .enabled(if: Installed.highs != nil, Installed.reason))
struct InfeasibilityTests {
  private func explainer() throws -> InfeasibilityExplainer {
    let highs = try #require(Installed.highs)
    return InfeasibilityExplainer(timeLimit: nil, solveLimit: 2000) { try HighsOracle($0, highs: highs) }
  }

  /// The program of the members only, as the explanation means it.
  private func part(_ form: StandardForm, rows: Set<Int>, bounds: Set<Int>) -> StandardForm {
    var part = form
    part.costs = [Double](repeating: 0, count: form.variableCount)
    part.kinds = [VariableKind](repeating: .continuous, count: form.variableCount)
    for i in 0..<form.constraintCount where !rows.contains(i) {
      part.rowLower[i] = -.infinity
      part.rowUpper[i] = .infinity
    }
    for j in form.costs.indices where !bounds.contains(j) {
      part.columnLower[j] = -.infinity
      part.columnUpper[j] = .infinity
    }
    return part
  }

  /// The set is infeasible, and without any one member it has a point.
  private func prove(_ explanation: InfeasibilityExplanation, of form: StandardForm) async throws {
    let highs = try #require(Installed.highs)
    let (rows, bounds) = (Set(explanation.rows), Set(explanation.bounds))
    func status(_ rows: Set<Int>, _ bounds: Set<Int>) async throws -> LinearStatus {
      try await HighsOracle(part(form, rows: rows, bounds: bounds), highs: highs).solve(SolveLinear()).status
    }
    #expect(try await status(rows, bounds) == .infeasible)
    for i in rows { #expect(try await status(rows.subtracting([i]), bounds) == .optimal, "row \(form.rowNames[i])") }
    for j in bounds {
      #expect(try await status(rows, bounds.subtracting([j])) == .optimal, "bound \(form.columnNames[j])")
    }
  }

  /// With sides moved as the relaxation says there is a point; with a little less there is none.
  private func proveRelaxation(_ explanation: InfeasibilityExplanation, of form: StandardForm) async throws {
    let highs = try #require(Installed.highs)
    func status(_ factor: Double) async throws -> LinearStatus {
      var relaxed = form
      relaxed.costs = [Double](repeating: 0, count: form.variableCount)
      relaxed.kinds = [VariableKind](repeating: .continuous, count: form.variableCount)
      for concession in explanation.relaxation {
        guard case .row(let i) = concession.place else { continue }
        switch concession.side {
        case .lower: relaxed.rowLower[i] -= factor * concession.amount
        case .upper: relaxed.rowUpper[i] += factor * concession.amount
        }
      }
      var question = SolveLinear()
      question.settings.feasibility = 1e-9
      question.settings.options = ["presolve": "off"]
      return try await HighsOracle(relaxed, highs: highs).solve(question).status
    }
    #expect(try await status(1 + 1e-6) == .optimal)
    // Near the limit HiGHS may not decide.
    #expect(try await status(0.9) != .optimal)
  }

  @Test func twoRowsAndABound() async throws {
    var form = SmallPrograms.form(
      costs: [1, 1, 1], rows: [[1, 1, 0], [0, 0, 1], [1, 2, 0], [1, 0, 1]],
      rowLower: [3, -.infinity, -.infinity, 0], rowUpper: [.infinity, 9, 2, 9])
    form.rowNames = ["demand", "idle", "capacity", "other"]
    form.columnNames = ["beef", "fish", "rice"]
    let explanation = try #require(try await explainer().explain(form))
    #expect(explanation.isIrreducible)
    let conflict = explanation.conflict(in: form)
    #expect(conflict.rows == ["demand", "capacity"] && conflict.bounds == ["fish"])
    try await prove(explanation, of: form)
    try await proveRelaxation(explanation, of: form)
    #expect(abs(explanation.relaxation.reduce(0) { $0 + $1.amount } - 1) < 1e-6)
    let sentences = explanation.sentences(in: form)
    #expect(
      sentences.first == "2 rows and 1 bound contradict each other; without any one of them the rest has a solution")
    #expect(sentences.contains("demand: beef + fish >= 3") && sentences.contains("capacity: beef + 2 fish <= 2"))
    #expect(sentences.contains("fish >= 0"))
  }

  @Test func crossedSidesExplainThemselves() async throws {
    var form = SmallPrograms.form(costs: [1], rows: [[1]], rowLower: [0], rowUpper: [9], lower: [3], upper: [2])
    let bounds = try #require(try await explainer().explain(form))
    #expect(bounds.rows.isEmpty && bounds.bounds == [0])
    #expect(bounds.relaxation(in: form).values == [1])
    form.columnUpper = [9]
    form.rowLower = [5]
    form.rowUpper = [4]
    let rows = try #require(try await explainer().explain(form))
    #expect(rows.rows == [0] && rows.bounds.isEmpty)
  }

  @Test func aFeasibleProgramHasNoExplanation() async throws {
    #expect(try await explainer().explain(SmallPrograms.wyndor) == nil)
    #expect(try await explainer().explain(SmallPrograms.wyndor, ray: [1, 1, 1]) == nil)
  }

  @Test(
    .enabled(if: BenchmarkFiles.isThere, BenchmarkFiles.reason),
    arguments: BenchmarkFiles.entries("lp").filter { $0.proof == "infeasible" })
  func benchmarkConflictsAreIrreducible(entry: BenchmarkFiles.Entry) async throws {
    let form = try ModelFile.read(path: entry.path)
    let answer = try await HighsOracle(form, highs: #require(Installed.highs)).solve(SolveLinear())
    let explanation = try #require(try await explainer().explain(form, ray: answer.ray))
    // On these two HiGHS leaves open whether some members are needed, and the explanation says so.
    let isHard = ["qual", "vol1"].contains(entry.name)
    #expect(explanation.isIrreducible || isHard)
    if explanation.rows.count + explanation.bounds.count <= 60 { try await prove(explanation, of: form) }
    // That of cplex2 is below what HiGHS can tell from zero.
    if explanation.relaxation.contains(where: { $0.amount > 1e-6 }) {
      try await proveRelaxation(explanation, of: form)
    }
  }
}
