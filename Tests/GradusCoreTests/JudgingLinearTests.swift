// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

/// minimize −3x − 5y  subject to  x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: optimum −36 at (2, 6) with duals (0, −3/2, −1).
private let wyndor = form(
  [-3, -5], [[1, 0], [0, 2], [3, 2]], [-infinity, -infinity, -infinity], [4, 12, 18])

@Suite("Judging linear programs")
struct JudgingLinearTests {
  @Test func optimumWithItsDualsIsOptimal() async throws {
    let verdict = try await judgeLinear(wyndor, report([2, 6], .optimal, y: [0, -1.5, -1], z: [0, 0]))
    #expect(verdict.outcome == .optimal)
    #expect(verdict.objective == -36)
    #expect(verdict.bound == -36)
    #expect(verdict.certificate.kind == .kkt)
    #expect(verdict.certificate.verified && verdict.certificate.bound == .checked)
    #expect(verdict.certificate.complementarity == 0)
  }

  @Test func reducedCostsAreRecomputedWhenMissingOrWrong() async throws {
    let missing = try await judgeLinear(wyndor, report([2, 6], .optimal, y: [0, -1.5, -1]))
    #expect(missing.outcome == .optimal)
    let wrong = try await judgeLinear(wyndor, report([2, 6], .optimal, y: [0, -1.5, -1], z: [7, 7]))
    #expect(wrong.outcome == .optimal)
  }

  @Test func maximizationTurnsEverySign() async throws {
    var maximized = wyndor
    maximized.sense = .maximize
    maximized.costs = [3, 5]
    maximized.objectiveOffset = 10
    let verdict = try await judgeLinear(maximized, report([2, 6], .optimal, y: [0, 1.5, 1], z: [0, 0]))
    #expect(verdict.outcome == .optimal)
    #expect(verdict.objective == 46)
    #expect(verdict.bound == 46)
    let flipped = try await judgeLinear(maximized, report([2, 6], .optimal, y: [0, -1.5, -1]))
    #expect(flipped.outcome == .feasible)
  }

  @Test(arguments: [
    ([2.0, 6.0], [0.0, 1.5, 1.0]), ([2, 6], [0, 0, -1]), ([2, 5], [0, -1.5, -1]), ([4, 3], [0, -1.5, -1]),
    ([2, 6], [.nan, -1.5, -1]), ([2, 6], [0, -1.5]),
  ])
  func pointsWithoutProofAreOnlyFeasible(point: [Double], y: [Double]) async throws {
    let verdict = try await judgeLinear(wyndor, report(point, .optimal, y: y))
    #expect(verdict.outcome == .feasible)
    #expect(!verdict.certificate.verified)
    #expect(verdict.certificate.note?.contains("claimed optimal, but") == true)
  }

  @Test(arguments: [[2.0, 6.00001], [4.1, 0], [-0.1, 0], [.nan, 6], [.infinity, 0], [2], []])
  func pointsOutsideAreNoPoints(point: [Double]) async throws {
    let verdict = try await judgeLinear(wyndor, report(point, .optimal, y: [0, -1.5, -1]))
    #expect(verdict.outcome == .unproved)
    #expect(!verdict.certificate.pointChecked)
  }

  @Test func missingMultipliersLeaveAFeasiblePoint() async throws {
    let verdict = try await judgeLinear(wyndor, report([2, 6], .optimal))
    #expect(verdict.outcome == .feasible)
    #expect(verdict.certificate.pointChecked)
  }

  @Test func boundsAloneProveWhatTheyCan() async throws {
    // minimize x − y over 1 ≤ x ≤ 3, y ≤ 2, y fixed from below at 0, one free row: the best corner is (1, 2).
    let box = form([1, -1], [[1, 1]], [-infinity], [infinity], x: [(1, 3), (0, 2)])
    let verdict = try await judgeLinear(box, report([1, 2], .optimal))
    #expect(verdict.outcome == .optimal)
    #expect(verdict.bound == -1)
  }

  @Test func rangesEqualitiesAndFixedColumns() async throws {
    // minimize x + 2y + z: 2 ≤ x + y ≤ 5, y − z = 1, z = 0.5 fixed, x free. Optimum: y = 1.5, x = 0.5, value 4.
    let f = form(
      [1, 2, 1], [[1, 1, 0], [0, 1, -1]], [2, 1], [5, 1], x: [(-infinity, infinity), (0, infinity), (0.5, 0.5)])
    let verdict = try await judgeLinear(f, report([0.5, 1.5, 0.5], .optimal, y: [1, 1]))
    #expect(verdict.outcome == .optimal)
    #expect(verdict.objective == 4)
    let upperSide = try await judgeLinear(f, report([3.5, 1.5, 0.5], .optimal, y: [-1, 1]))
    #expect(upperSide.outcome == .feasible)
  }

  @Test func degenerateVertexWithOneOfItsDuals() async throws {
    // minimize −x over x ≤ 1 stated three times.
    let f = form([-1], [[1], [2], [1]], [-infinity, -infinity, -infinity], [1, 2, 1])
    for y in [[-1.0, 0, 0], [0, -0.5, 0], [-0.25, -0.25, -0.25]] {
      let verdict = try await judgeLinear(f, report([1], .optimal, y: y))
      #expect(verdict.outcome == .optimal)
    }
  }

  @Test func theReportedValueIsComparedWithTheRecomputedOne() async throws {
    var lying = report([2, 6], .optimal, y: [0, -1.5, -1])
    lying.value = -40
    let verdict = try await judgeLinear(wyndor, lying)
    #expect(verdict.objective == -36)
    #expect(verdict.certificate.note?.contains("-40") == true)
  }

  @Test func residualsDoNotDrownInCancellation() async throws {
    // 1e16·x − 1e16·y + z = 1 holds exactly at (1, 1, 1); plain summation from the left loses z.
    let f = form([0, 0, 1], [[1, 1e16, -1e16]], [1], [1], x: [(1, 1), (1, 1), (1, 1)])
    let verdict = try await judgeLinear(f, report([1, 1, 1], .optimal))
    #expect(verdict.outcome == .optimal)
    #expect(verdict.certificate.primalResidual == 0)
  }

  @Test func aBoundBeyondTheObjectiveIsRefuted() async throws {
    let verdict = try await judgeLinear(wyndor, report([2, 6], nil, bound: -30, by: "Solver 1"))
    #expect(verdict.outcome == .feasible)
    #expect(verdict.bound == nil)
    #expect(verdict.certificate.note?.contains("refuted") == true)
  }
}
