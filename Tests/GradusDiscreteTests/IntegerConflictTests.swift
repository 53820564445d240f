// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import Testing

@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct IntegerConflictTests {
  private static let oracle: InfeasibilityExplainer.OracleMaker = { try HighsOracle($0) }
  private static let explainer = InfeasibilityExplainer(
    timeLimit: nil, solveLimit: 200, nodeLimit: 10_000, oracle: oracle)

  /// 2x + 2y = 3 has no point of whole numbers; the other rows are harmless.
  private static let parity = SmallPrograms.form(
    costs: [1, 1, 1], rows: [[2, 2, 0], [1, 0, 1], [0, 1, 1]], rowLower: [3, 1, -.infinity],
    rowUpper: [3, .infinity, 7], upper: [5, 5, 5], kinds: [.integer, .integer, .integer])

  @Test func parityIsFoundWhereTheRelaxationHasPoints() async throws {
    #expect(try await HighsOracle(Self.parity).solve(Self.relaxed).status == .optimal)
    let found = try #require(
      try await Self.explainer.explain(Self.parity))
    #expect(found.rows == [0])
    #expect(found.countsIntegrality)
    #expect(found.sentences(in: Self.parity).first?.contains("whole numbers") == true)
  }

  private static var relaxed: SolveLinear {
    var question = SolveLinear()
    question.relaxed = true
    return question
  }

  /// Three pigeons in two holes over binaries: all rows that hold the pigeons and the holes are needed.
  @Test func everyMemberIsNeeded() async throws {
    // x_ph with pigeons 0…2, holes 0…1; x_p0 + x_p1 ≥ 0.6 rounds up to 1 for whole numbers only.
    let rows: [[Double]] = [
      [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1],
      [1, 1, 1, 1, 1, 1],
    ]
    let form = SmallPrograms.form(
      costs: [0, 0, 0, 0, 0, 0], rows: rows, rowLower: [0.6, 0.6, 0.6, -.infinity, -.infinity, -.infinity],
      rowUpper: [.infinity, .infinity, .infinity, 1, 1, 9], upper: [1, 1, 1, 1, 1, 1],
      kinds: [VariableKind](repeating: .integer, count: 6))
    let found = try #require(try await Self.explainer.explain(form))
    #expect(found.rows == [0, 1, 2, 3, 4])
    #expect(found.isIrreducible)
    for left in found.rows {
      var rest = form
      rest.rowLower[left] = -.infinity
      rest.rowUpper[left] = .infinity
      for j in rest.costs.indices where !found.bounds.contains(j) {
        rest.columnLower[j] = -100
        rest.columnUpper[j] = 100
      }
      #expect(try await HighsOracle(rest).solve(SolveLinear()).status == .optimal)
    }
  }

  @Test func aFeasibleProgramHasNone() async throws {
    let form = SmallPrograms.form(
      costs: [1], rows: [[2]], rowLower: [4], rowUpper: [4], upper: [5], kinds: [.integer])
    #expect(try await Self.explainer.explain(form) == nil)
  }

  @Test func withoutTimeOrSolvesNothingIsCalledIrreducible() async throws {
    let found = try await InfeasibilityExplainer(timeLimit: 0, oracle: Self.oracle).explain(Self.parity)
    #expect(found?.isIrreducible != true)
    let few = InfeasibilityExplainer(timeLimit: nil, solveLimit: 3, oracle: Self.oracle)
    let part = try #require(try await few.explain(Self.parity))
    #expect(!part.isIrreducible)
    #expect(part.solves == 3)
  }
}
