// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

@Suite("Judging quadratic programs")
struct JudgingQuadraticTests {
  /// minimize ½ xᵀQx + cᵀx with Q = [[2, 1], [1, 2]], c = (−8, −10), x + y ≤ 3.
  /// Stationarity with the row active: 2x + y − 8 = x + 2y − 10 = μ, so x = 0.5, y = 2.5, dual −4.5, value −21.25.
  let convex = form([-8, -10], [[1, 1]], [-infinity], [3], q: [[2, 1], [1, 2]])

  @Test func convexOptimum() async throws {
    let verdict = try await judgeQuadratic(convex, report([0.5, 2.5], .optimal, y: [-4.5]))
    #expect(verdict.outcome == .optimal && verdict.certificate.verified)
    #expect(abs((verdict.objective ?? 0) + 21.25) < 1e-12)
    #expect(abs((verdict.bound ?? 0) + 21.25) < 1e-12)
    let off = try await judgeQuadratic(convex, report([0.6, 2.4], .optimal, y: [-4.5]))
    #expect(off.outcome == .feasible)
  }

  @Test func concaveMaximizationIsConvex() async throws {
    var f = convex
    f.sense = .maximize
    f.costs = [8, 10]
    f.quadratic = symmetric([[-2, -1], [-1, -2]])
    let verdict = try await judgeQuadratic(f, report([0.5, 2.5], .optimal, y: [4.5]))
    #expect(verdict.outcome == .optimal)
    f.sense = .minimize
    f.costs = [0, 0]
    let wrongSense = try await judgeQuadratic(f, report([0, 0], .optimal, y: [0]))
    #expect(wrongSense.outcome == .stationary)
  }

  @Test(arguments: [
    [[1.0, 2.0], [2.0, 1.0]], [[-1, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 1.0001], [1.0001, 1]],
  ])
  func nonconvexIsNeverOptimal(q: [[Double]]) async throws {
    // The origin satisfies the first-order conditions of ½ xᵀQx over free variables.
    let f = form([0, 0], [[1, 1]], [-infinity], [infinity], x: [(-1, 1), (-1, 1)], q: q)
    let verdict = try await judgeQuadratic(f, report([0, 0], .optimal, y: [0]))
    #expect(verdict.outcome == .stationary)
    #expect(verdict.bound == nil)
    #expect(!verdict.certificate.verified)
  }

  @Test func singularConvexMatrices() {
    #expect(Curvature.of(symmetric([[1, -1], [-1, 1]])) == .convex(allowance: 0))
    let gram = gramMatrix(rank: 3, size: 20)
    #expect(Curvature.of(gram) == .convex(allowance: Curvature.allowance))
    // Positive definite without being diagonally dominant, beside variables that Q does not mention.
    let partial = symmetric([[0, 0, 0, 0], [0, 2, 3, 0], [0, 3, 5, 0], [0, 0, 0, 0]])
    #expect(Curvature.of(partial) == .convex(allowance: Curvature.allowance))
  }

  @Test(arguments: 1...20)
  func curvatureAgreesWithConstruction(seed: UInt64) {
    // B = GᵀG is positive semidefinite; B − t·vvᵀ with vᵀv = 1, vᵀBv < t is not.
    var random = RandomStream(seed: seed)
    let n = 8
    var b = dense(gramMatrix(rank: 8, size: n, seed: seed))
    #expect(isConvex(symmetric(b)))
    var v = (0..<n).map { _ in random.normal() }
    let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
    v = v.map { $0 / norm }
    var vbv = 0.0
    for i in 0..<n { for j in 0..<n { vbv += v[i] * b[i][j] * v[j] } }
    for i in 0..<n { for j in 0..<n { b[i][j] -= 1.001 * vbv * v[i] * v[j] } }
    for i in 0..<n { for j in 0..<i { b[i][j] = b[j][i] } }
    #expect(!isConvex(symmetric(b)))
  }

  @Test func sparsePatternsWithFillAreFactorized() {
    // The Laplacian of a 12 × 12 grid is semidefinite; minus a little on one diagonal entry it is not.
    let side = 12
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for a in 0..<side {
      for b in 0..<side {
        let k = a * side + b
        for (da, db) in [(1, 0), (0, 1)] where a + da < side && b + db < side {
          let l = (a + da) * side + b + db
          triplets += [(k, l, -1), (l, k, -1), (k, k, 1), (l, l, 1)]
        }
      }
    }
    let n = side * side
    let laplacian = SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
    #expect(isConvex(laplacian))
    let tilted = SparseMatrix(rowCount: n, columnCount: n, triplets: triplets + [(70, 70, -1e-3)])
    #expect(!isConvex(tilted))
    let firm = SparseMatrix(rowCount: n, columnCount: n, triplets: triplets + [(70, 70, -1e-3), (3, 3, 1)])
    #expect(isConvex(firm))
  }

  @Test func unboundedQuadraticNeedsAFlatDirection() async throws {
    let f = form([-1, -1], [[1, 0]], [-infinity], [4], q: [[1, 0], [0, 0]])
    let flat = try await judgeQuadratic(f, report([0, 0], .unbounded, ray: [0, 1]))
    #expect(flat.outcome == .unbounded)
    let curved = try await judgeQuadratic(f, report([0, 0], .unbounded, ray: [1, 1]))
    #expect(curved.outcome == .feasible)
  }

  private func isConvex(_ q: SparseMatrix) -> Bool {
    if case .convex = Curvature.of(q) { return true }
    return false
  }

  private func gramMatrix(rank: Int, size: Int, seed: UInt64 = 5) -> SparseMatrix {
    var random = RandomStream(seed: seed)
    let g = (0..<rank).map { _ in (0..<size).map { _ in random.normal() } }
    var q = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for i in 0..<size { for j in 0...i { for r in g { q[i][j] += r[i] * r[j] } } }
    for i in 0..<size { for j in 0..<i { q[j][i] = q[i][j] } }
    return symmetric(q)
  }

  private func dense(_ q: SparseMatrix) -> [[Double]] {
    var d = [[Double]](repeating: [Double](repeating: 0, count: q.columnCount), count: q.rowCount)
    for j in 0..<q.columnCount { for p in q.range(ofColumn: j) { d[Int(q.rows[p])][j] = q.values[p] } }
    return d
  }
}
