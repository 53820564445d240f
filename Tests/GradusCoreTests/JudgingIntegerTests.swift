// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

/// maximize 5x + 4y, 6x + 4y ≤ 24, x + 2y ≤ 6, integers: optimum 20 at (4, 0); relaxation 21 at (3, 1.5).
private let knapsack = form(
  [5, 4], [[6, 4], [1, 2]], [-infinity, -infinity], [24, 6], kinds: [.integer, .integer], sense: .maximize)

@Suite("Judging integer programs")
struct JudgingIntegerTests {
  @Test func anOutsideBoundIsNamed() async throws {
    let verdict = try await judgeInteger(knapsack, report([4, 0], .optimal, bound: 20, by: "Solver 1"))
    #expect(verdict.outcome == .optimal)
    #expect(verdict.objective == 20)
    #expect(!verdict.certificate.verified)
    #expect(verdict.certificate.bound == .reported(by: "Solver 1"))
    #expect(verdict.certificate.kind == .gap)
  }

  @Test func aProvedBoundNeedsNobody() async throws {
    // Duals of the relaxation (3/4, 1/2) prove 21; the point (4, 0) leaves a gap of 1.
    let open = try await judgeInteger(knapsack, report([4, 0], .optimal, y: [0.75, 0.5]))
    #expect(open.outcome == .feasible)
    #expect(open.bound == 21)
    #expect(open.certificate.bound == .checked)
    // maximize 2x + 2y with the same rows: the relaxation proves 9, the grid of even numbers 8, which (4, 0) attains.
    var even = knapsack
    even.costs = [2, 2]
    let closed = try await judgeInteger(even, report([4, 0], .optimal, y: [0.25, 0.5]))
    #expect(closed.outcome == .optimal)
    #expect(closed.certificate.verified)
    #expect(closed.bound == 8)
  }

  @Test func fractionsAndViolationsAreNoPoints() async throws {
    for point in [[3, 1.5], [3.99, 0], [4, 1], [-1, 0]] {
      let verdict = try await judgeInteger(knapsack, report(point, .optimal, bound: 21, by: "Solver 1"))
      #expect(verdict.outcome == .unproved)
      #expect(verdict.bound == 21)
    }
    let near = try await judgeInteger(knapsack, report([4 - 5e-7, 0], .optimal, bound: 20, by: "Solver 1"))
    #expect(near.outcome == .optimal)
    #expect((near.certificate.integralityResidual ?? 0) > 4e-7)
  }

  @Test func aGapTooWideOrAForgedBoundIsNotOptimal() async throws {
    let wide = try await judgeInteger(knapsack, report([3, 1], .optimal, bound: 20, by: "Solver 1"))
    #expect(wide.outcome == .feasible)
    let worse = try await judgeInteger(knapsack, report([4, 0], .optimal, bound: 17, by: "Solver 1"))
    #expect(worse.outcome == .feasible)
    #expect(worse.bound == nil || worse.bound.map { $0 >= 20 } == true)
    let none = try await judgeInteger(knapsack, report([4, 0], .optimal))
    #expect(none.outcome == .feasible)
  }

  @Test func withoutIntegersTheRuleOfLinearProgramsHolds() async throws {
    var relaxed = knapsack
    relaxed.kinds = [.continuous, .continuous]
    let verdict = try await judgeInteger(relaxed, report([3, 1.5], .optimal, y: [0.75, 0.5]))
    #expect(verdict.outcome == .optimal && verdict.certificate.verified)
    let reported = try await judgeInteger(relaxed, report([3, 1.5], .optimal, bound: 21, by: "Solver 1"))
    #expect(reported.outcome == .feasible)
  }

  @Test func semicontinuousVariablesAreZeroOrInside() async throws {
    let f = form([1], [[1]], [-infinity], [infinity], x: [(2, 5)], kinds: [.semicontinuous])
    #expect(try await judgeInteger(f, report([0], .optimal)).outcome == .optimal)
    #expect(try await judgeInteger(f, report([3], nil, bound: 0, by: "S")).outcome == .feasible)
    #expect(try await judgeInteger(f, report([1], nil)).outcome == .unproved)
    let semi = form([1], [[1]], [-infinity], [infinity], x: [(2, 5)], kinds: [.semiinteger])
    #expect(try await judgeInteger(semi, report([2.5], nil)).outcome == .unproved)
  }

  @Test func infeasibilityByRelaxationOrByWordOnly() async throws {
    // 2x = 1 for an integer: the relaxation is feasible, no ray exists.
    let odd = form([0], [[2]], [1], [1], kinds: [.integer])
    let claimed = try await judgeInteger(odd, report([], .infeasible, by: "Solver 1"))
    #expect(claimed.outcome == .infeasible && !claimed.certificate.verified)
    let narrow = form([0], [[1]], [-infinity], [infinity], x: [(0.2, 0.8)], kinds: [.integer])
    #expect(try await judgeInteger(narrow, report([], .infeasible)).certificate.verified)
    let empty = form([1], [[1], [1]], [3, -infinity], [infinity, 2], kinds: [.integer])
    #expect(try await judgeInteger(empty, report([], .infeasible, ray: [1, -1])).certificate.verified)
  }

  @Test func roundingRepairsWhatItCan() {
    let repaired = knapsack.repaired([3.9999999, 1e-9], tolerances: Tolerances())
    #expect(repaired == [4, 0])
    #expect(knapsack.repaired([4, 0], tolerances: Tolerances()) == nil)
    #expect(knapsack.repaired([3, 1.5], tolerances: Tolerances()) == nil)
  }
}
