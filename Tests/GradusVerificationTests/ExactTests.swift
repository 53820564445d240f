// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusVerification
import Testing

@Suite struct ExactTests {
  /// max 3x + 5y under x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: the optimum is 36 at (2, 6).
  private let wyndor = form(
    [3, 5], [[1, 0], [0, 2], [3, 2]], [-infinity, -infinity, -infinity], [4, 12, 18], sense: .maximize)

  @Test func anOptimumIsProvedFromItsNumbers() {
    let answer = answer(
      wyndor, .optimal, x: [2 + 1e-12, 6 - 1e-12], objective: 36, bound: 36, y: [0, 1.5 + 1e-13, 1])
    let report = Verifier().verifyExactly(wyndor, answer)
    #expect(report["exact"]?.finding == .confirmed)
    #expect(report["exact"]?.text.contains("the optimum is 36") == true)
    #expect(report.certificate == .exact)
  }

  @Test func anOptimumIsProvedFromItsBasis() {
    var answer = answer(wyndor, .optimal, x: [2, 6], objective: 36, bound: 36, y: [0, 1.5, 1])
    answer.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    #expect(Verifier().verifyExactly(wyndor, answer)["exact"]?.finding == .confirmed)
  }

  @Test func aWrongBasisIsNotTakenForAProof() {
    var answer = answer(wyndor, .optimal, x: [2, 6], objective: 36, bound: 36, y: [0, 1.5, 1])
    answer.basis = Basis(columns: [.basic, .basic], rows: [.upper, .basic, .upper])
    let report = Verifier().verifyExactly(wyndor, answer)
    #expect(report["exact"]?.finding == .unchecked)
    #expect(report.certificate == nil)
  }

  @Test func aWrongOptimumIsRefuted() {
    var answer = answer(wyndor, .optimal, x: [2, 6], objective: 36.5, bound: 36.5, y: [0, 1.5, 1])
    answer.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    #expect(Verifier().verifyExactly(wyndor, answer)["exact"]?.finding == .refuted)
  }

  @Test func thirdsAreExact() {
    // x = y = 1/3 has no double; the optimum of x + y under 3x ≥ 1, 3y ≥ 1 is 2/3.
    let program = form([1, 1], [[3, 0], [0, 3]], [1, 1], [infinity, infinity])
    let answer = answer(program, .optimal, x: [1 / 3, 1 / 3], objective: 2 / 3, bound: 2 / 3, y: [1 / 3, 1 / 3])
    let report = Verifier().verifyExactly(program, answer)
    #expect(report["exact"]?.text.contains("2/3") == true)
    #expect(report["exact"]?.finding == .confirmed)
  }

  @Test func degenerateVerticesAreProved() {
    // Three rows meet in (1, 1); the objective is parallel to one of them.
    let program = form([-1, -1], [[1, 1], [2, 1], [1, 2]], [-infinity, -infinity, -infinity], [2, 3, 3])
    let answer = answer(program, .optimal, x: [1, 1], objective: -2, bound: -2, y: [-1, 0, 0])
    #expect(Verifier().verifyExactly(program, answer)["exact"]?.finding == .confirmed)
  }

  @Test func raysAreCorrectedByTheirRoundingErrors() {
    // 0.1x + 0.3y ≥ 1 and 0.2x + 0.6y ≤ 1.9 over free x, y: 0.3 and 0.6 are not exactly 3 and 6 tenths.
    let program = form(
      [0, 0], [[0.1, 0.3], [0.2, 0.6]], [1, -infinity], [infinity, 1.9],
      x: [(-infinity, infinity), (-infinity, infinity)])
    let clean = answer(program, .infeasible, ray: [2, -1])
    #expect(Verifier().verifyExactly(program, clean)["exact"]?.finding == .confirmed)
    let noisy = answer(program, .infeasible, ray: [2 + 4e-16, -1])
    let report = Verifier().verifyExactly(program, noisy)
    #expect(report["exact"]?.finding == .confirmed)
    #expect(report["exact"]?.text.contains("corrected") == true)
    var feasible = program
    feasible.rowUpper[1] = 2.1
    let wrong = answer(feasible, .infeasible, ray: [2, -1])
    #expect(Verifier().verifyExactly(feasible, wrong)["exact"]?.finding == .unchecked)
  }

  /// Rows that differ in the last digit cross far out: the ray excludes near points only, and says so.
  @Test func aRayThatHoldsNearbyOnlyIsNotAProof() {
    let program = form(
      [0, 0], [[1, 0.1], [1, 0.1.nextUp]], [1, -infinity], [infinity, 0],
      x: [(-infinity, infinity), (-infinity, infinity)])
    let report = Verifier().verifyExactly(program, answer(program, .infeasible, ray: [1, -1]))
    #expect(report["exact"]?.finding == .unchecked)
    #expect(report["exact"]?.text.contains("excludes every point with entries up to") == true)
    // The point y = −1/ulp, x = 0.1/ulp + 1 satisfies both rows, so there is no proof to be found.
    #expect(report.certificate == nil)
  }

  @Test func integerPointsAreRoundedAndCheckedExactly() {
    let program = form([1, 1], [[2, 3]], [7], [infinity], kinds: [.integer, .integer])
    let near = answer(program, .feasible, x: [2 + 1e-9, 1], objective: 3)
    #expect(Verifier().verifyExactly(program, near)["exact"]?.finding == .confirmed)
    // 3·0.1 is above 0.3: within the tolerance only.
    let tight = form([1], [[0.1]], [-infinity], [0.3], kinds: [.integer], sense: .maximize)
    let three = answer(tight, .feasible, x: [3], objective: 3)
    let report = Verifier().verifyExactly(tight, three)
    #expect(report["exact"]?.finding == .unchecked)
    #expect(report["exact"]?.text.contains("within the tolerances only") == true)
  }

  @Test func theContinuousPartIsSolvedFor() {
    // y = x/3 with x a whole number.
    let program = form([0, 1], [[1, -3]], [0], [0], kinds: [.integer, .continuous])
    let report = Verifier().verifyExactly(program, answer(program, .feasible, x: [1, 1 / 3], objective: 1 / 3))
    #expect(report["exact"]?.finding == .confirmed)
    #expect(report["exact"]?.text.contains("1/3") == true)
  }

  /// Random bases with entries of many digits: the exact solution must satisfy complementarity and nothing else will do.
  @Test(arguments: 0..<12) func randomProgramsAreProved(seed: Int) {
    var random = RandomStream(seed: UInt64(seed))
    func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    let n = 5 + 3 * seed
    // x = t is optimal for rows that hold with equality there and positive multipliers.
    let rows = (0..<n).map { i in
      (0..<n).map { j in i == j ? 3 + uniform() : uniform() < 0.3 ? uniform() - 0.5 : 0 }
    }
    let y = (0..<n).map { _ in 1 + uniform() }
    let costs = (0..<n).map { j in (0..<n).reduce(0.0) { $0 + rows[$1][j] * y[$1] } }
    let sides = (0..<n).map { i in rows[i].reduce(0, +) }
    let program = form(
      costs, rows, sides, [Double](repeating: infinity, count: n),
      x: [(Double, Double)](repeating: (-infinity, infinity), count: n))
    let ones = [Double](repeating: 1, count: n)
    let value = costs.reduce(0, +)
    var answer = answer(program, .optimal, x: ones, objective: value, bound: value, y: y)
    answer.basis = Basis(
      columns: [BasisStatus](repeating: .basic, count: n), rows: [BasisStatus](repeating: .lower, count: n))
    let report = Verifier().verifyExactly(program, answer)
    #expect(report["exact"]?.finding == .confirmed, "\(report.summary)")
  }

  @Test func theTimeLimitIsKept() {
    var answer = answer(wyndor, .optimal, x: [2, 6], objective: 36, bound: 36, y: [0, 1.5, 1])
    answer.basis = Basis(columns: [.basic, .basic], rows: [.basic, .upper, .upper])
    let report = Verifier().verifyExactly(wyndor, answer, timeLimit: 0)
    #expect(report["exact"]?.finding == .unchecked)
    #expect(report["exact"]?.text.contains("time") == true)
  }
}
