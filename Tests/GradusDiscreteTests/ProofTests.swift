// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import GradusVerification
import Testing

@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct ProofTests {
  private func report(_ form: StandardForm, _ answer: ResultDocument, nodes: Int = 100_000) throws -> VerificationReport
  {
    let relaxation = try HighsRelaxation(form)
    return try Verifier(effort: 0).prove(form, answer, timeLimit: 3600, nodeLimit: nodes) {
      try relaxation.solve(lower: $0, upper: $1)
    }
  }

  private func document(_ form: StandardForm, _ x: [Double]?, _ objective: Double?, status: Status = .optimal)
    -> ResultDocument
  {
    var document = ResultDocument()
    document.status = status
    document.solution = x.map { NamedNumbers(form.columnNames, $0) }
    document.objectives = objective.map { [$0] } ?? []
    document.bound = objective
    document.certificate.bound = .reported(by: "HiGHS")
    return document
  }

  private func solved(_ form: StandardForm) async throws -> ResultDocument {
    var question = SolveLinear()
    question.settings.gapRelative = 0
    let answer = try await HighsOracle(form).solve(question)
    return document(form, answer.primal?.elements.map { $0.rounded() }, answer.objective)
  }

  @Test(arguments: [8, 14, 20]) func optimaAreProvedAgain(_ n: Int) async throws {
    let form = SmallPrograms.knapsack(n)
    let found = try report(form, try await solved(form))
    #expect(found["proof"]?.finding == .confirmed, "\(found.summary)")
    #expect(found["bound"] == nil)
    #expect(found.outcome == .confirmed, "\(found.summary)")
  }

  /// The same program with a bound that is too good is refuted by a point, not believed.
  @Test func aWrongOptimumIsRefuted() async throws {
    let form = SmallPrograms.knapsack(12)
    let right = try await solved(form)
    let best = try #require(right.objective)
    var x = try #require(right.solution).values
    let taken = try #require(x.firstIndex(of: 1))
    x[taken] = 0
    let wrong = document(form, x, best - form.costs[taken])
    #expect(try report(form, wrong)["proof"]?.finding == .refuted)
  }

  @Test func limitsAreSaid() async throws {
    let form = SmallPrograms.knapsack(30)
    let found = try report(form, try await solved(form), nodes: 2)
    #expect(found["proof"]?.finding == .unchecked)
    #expect(found["proof"]?.text.contains("boxes were not enough") == true)
  }

  /// 2x + 2y = 3 over whole numbers: no ray of the relaxation proves it, branching does.
  @Test func infeasibilityIsProved() throws {
    let form = SmallPrograms.form(
      costs: [1, 1], rows: [[2, 2]], rowLower: [3], rowUpper: [3], upper: [50, 50], kinds: [.integer, .integer])
    let found = try report(form, document(form, nil, nil, status: .infeasible))
    #expect(found["proof"]?.finding == .confirmed, "\(found.summary)")
    let feasible = SmallPrograms.form(
      costs: [1, 1], rows: [[2, 2]], rowLower: [4], rowUpper: [4], upper: [50, 50], kinds: [.integer, .integer])
    #expect(try report(feasible, document(feasible, nil, nil, status: .infeasible))["proof"]?.finding == .refuted)
  }

  /// A solver that lies about its multipliers closes nothing: the word of the relaxation is not taken.
  @Test func aLyingRelaxationProvesNothing() async throws {
    let form = SmallPrograms.knapsack(10)
    let answer = try await solved(form)
    var lie = LinearAnswer(status: .infeasible, source: "liar")
    lie.ray = Vector([1, 1])
    let report = try Verifier(effort: 0).prove(form, answer, timeLimit: 3600, nodeLimit: 50) { _, _ in lie }
    #expect(report["proof"]?.finding == .unchecked)
  }
}
