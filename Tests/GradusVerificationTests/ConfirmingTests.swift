// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusVerification
import Testing

@Suite("Verifying true answers")
struct ConfirmingTests {
  private func verify(_ form: StandardForm, _ document: ResultDocument) -> VerificationReport {
    Verifier().verify(form, document)
  }

  @Test func optimaWithTheirDualsAreConfirmed() {
    for (form, document) in [(wyndor, wyndorAnswer), (bowl, bowlAnswer)] {
      let report = verify(form, document)
      #expect(report.outcome == .confirmed, "\(report.summary)")
      #expect(report.exitCode == 0)
      #expect(report["point"]?.residuals["primalResidual"] == 0)
      #expect(report["optimality"]?.finding == .confirmed)
    }
  }

  @Test func optimaWithoutDualsAreNotChecked() {
    var document = wyndorAnswer
    document.duals = nil
    document.reducedCosts = nil
    let report = verify(wyndor, document)
    #expect(report.outcome == .unchecked)
    #expect(report.exitCode == 4)
    #expect(report["point"]?.finding == .confirmed)
  }

  @Test func theFingerprintAndTheSizesMayBeAbsent() {
    var document = wyndorAnswer
    document.problem = ResultDocument.ProblemSummary()
    #expect(verify(wyndor, document).outcome == .confirmed)
  }

  @Test func smallIntegerOptimaAreProvedByEnumeration() {
    let report = verify(
      farm, answer(farm, .optimal, x: [4, 0], objective: 20, bound: 20, voucher: .reported(by: "S 1")))
    #expect(report.outcome == .confirmed, "\(report.summary)")
  }

  @Test func integerBoundsBeyondEnumerationAreNamed() {
    // Irrational weights keep whole-number enumeration out.
    var hard = farm
    hard.matrix.values[0] = 6.1
    let document = answer(hard, .optimal, x: [3, 1], objective: 19, bound: 19, voucher: .reported(by: "HiGHS 1.15.1"))
    let report = verify(hard, document)
    #expect(report.outcome == .unchecked)
    #expect(report.exitCode == 4)
    #expect(report.summary.contains("the point is feasible"))
    #expect(report.summary.contains("from HiGHS 1.15.1"))
  }

  @Test func boundsThatTheDataProveNeedNoName() {
    // maximize 2x over 0 ≤ x ≤ 3.5, x whole, weights not: the grid of the objective proves 6 from 7.
    let f = form([1], [[0.1]], [-infinity], [0.35], x: [(0, 9)], kinds: [.integer], sense: .maximize)
    let report = verify(f, answer(f, .optimal, x: [3], objective: 3, bound: 3, y: [10], voucher: .checked))
    #expect(report.outcome == .confirmed, "\(report.summary)")
  }

  @Test func raysAreConfirmed() {
    for ray in [[1.0, -1.0], [-1, 1], [1e6, -1e6]] {
      #expect(verify(empty, answer(empty, .infeasible, ray: ray)).outcome == .confirmed)
    }
    let report = verify(endless, answer(endless, .unbounded, x: [1, 0], objective: -1, ray: [1, 1]))
    #expect(report.outcome == .confirmed, "\(report.summary)")
    let withoutPoint = verify(endless, answer(endless, .unbounded, ray: [1, 1]))
    #expect(withoutPoint.outcome == .unchecked)
  }

  @Test func contradictionsAtSightNeedNoRay() {
    let crossed = form([1], [[1]], [0], [5], x: [(3, 2)])
    #expect(verify(crossed, answer(crossed, .infeasible)).outcome == .confirmed)
    let far = form([1, 1], [[1, 1]], [5], [infinity], x: [(0, 2), (0, 2)])
    #expect(verify(far, answer(far, .infeasible)).outcome == .confirmed)
    #expect(verify(empty, answer(empty, .infeasible)).outcome == .unchecked)
  }

  @Test func integerInfeasibilityBySmallEnumeration() {
    let odd = form([0, 0], [[2, 2]], [3], [3], x: [(0, 5), (0, 5)], kinds: [.integer, .integer])
    #expect(verify(odd, answer(odd, .infeasible, voucher: .reported(by: "S"))).outcome == .confirmed)
    let open = form([0, 0], [[2, -2]], [3], [3], kinds: [.integer, .integer])
    #expect(verify(open, answer(open, .infeasible, voucher: .reported(by: "S"))).outcome == .unchecked)
  }

  @Test func feasiblePointsWithoutStatement() {
    let document = answer(farm, .feasible, x: [3, 1], objective: 19, bound: 21, voucher: .reported(by: "S"))
    #expect(verify(farm, document).outcome == .confirmed)
    #expect(verify(farm, answer(farm, .limit)).outcome == .unchecked)
  }

  @Test func nonconvexOptimaAreNotConfirmed() {
    let saddle = form([0, 0], [[1, 1]], [-infinity], [infinity], x: [(-1, 1), (-1, 1)], q: [[1, 2], [2, 1]])
    let report = verify(saddle, answer(saddle, .optimal, x: [0, 0], objective: 0, bound: 0, y: [0]))
    #expect(report.outcome == .unchecked)
    let stationary = verify(saddle, answer(saddle, .stationary, x: [0, 0], objective: 0, y: [0]))
    #expect(stationary.outcome == .confirmed)
  }

  @Test func semicontinuousSetsAndIndicators() {
    var f = form(
      [1, 1, 1], [[1, 1, 1], [1, 0, 0]], [3, -infinity], [infinity, 1], x: [(2, 5), (0, 9), (0, 1)],
      kinds: [.semicontinuous, .continuous, .integer])
    f.indicators = [Indicator(row: 1, column: 2, active: true)]
    f.specialOrderedSets = [SpecialOrderedSet(name: "s", kind: .one, columns: [0, 1], weights: [1, 2])]
    func finding(_ x: [Double]) -> VerificationReport.Finding? {
      verify(f, answer(f, .feasible, x: x, objective: x.reduce(0, +)))["point"]?.finding
    }
    #expect(finding([0, 3, 0]) == .confirmed)
    #expect(finding([3, 0, 0]) == .confirmed)
    #expect(finding([3, 0, 1]) == .refuted)
    #expect(finding([1, 2, 0]) == .refuted)
    #expect(finding([2, 1, 0]) == .refuted)
  }

  @Test func quadraticRowsCount() {
    // x² ≤ 4 as ½ xᵀ[2]x.
    var f = form([-1], [[0]], [-infinity], [4])
    f.quadraticTerms = [
      QuadraticTerm(row: 0, matrix: SparseMatrix(rowCount: 1, columnCount: 1, triplets: [(0, 0, 2)]))
    ]
    #expect(verify(f, answer(f, .feasible, x: [2], objective: -2))["point"]?.finding == .confirmed)
    #expect(verify(f, answer(f, .feasible, x: [2.1], objective: -2.1))["point"]?.finding == .refuted)
  }

  @Test func minimalConflictsAreConfirmed() {
    var document = answer(empty, .infeasible, ray: [1, -1])
    document.conflict = ResultDocument.Conflict(rows: ["r0", "r1"], bounds: ["x1"])
    let report = verify(empty, document)
    #expect(report["conflict"]?.finding == .confirmed, "\(report.summary)")
    document.conflict = ResultDocument.Conflict(rows: ["r0", "r1"], bounds: [])
    #expect(verify(empty, document)["conflict"]?.finding == .refuted)
    document.conflict = ResultDocument.Conflict(rows: ["r0", "r1"], bounds: ["x0", "x1"])
    #expect(verify(empty, document)["conflict"]?.finding != .confirmed)
    document.conflict = ResultDocument.Conflict(rows: ["r0", "nobody"], bounds: [])
    #expect(verify(empty, document)["conflict"]?.finding == .refuted)
  }
}
