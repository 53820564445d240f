// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite struct LeastSquaresSolverTests {
  @Test func lsqrFindsTheLeastSquaresPoint() throws {
    let a = IterativeFixtures.dense(rows: 60, columns: 8, seed: 1)
    let b = IterativeFixtures.point(60)
    var lsqr = LeastSquaresQR(rightHandSide: b, columnCount: 8, relative: 1e-12)
    lsqr.run(SparseOperator(a), limit: 200)
    #expect(lsqr.status == .converged)
    let r = b - a.times(lsqr.solution)
    #expect(a.transposedTimes(r).norm < 1e-10 * r.norm)
    #expect(abs(lsqr.residualNorm - r.norm) < 1e-10)
  }

  @Test func lsqrTakesWideMatrices() {
    let a = IterativeFixtures.dense(rows: 5, columns: 20, seed: 2)
    let b = IterativeFixtures.point(5)
    var lsqr = LeastSquaresQR(rightHandSide: b, columnCount: 20, relative: 1e-12)
    lsqr.run(SparseOperator(a), limit: 100)
    #expect(lsqr.status == .converged && IterativeFixtures.error(a, lsqr.solution, b) < 1e-11)
  }

  @Test func sketchMakesIterationsIndependentOfTheCondition() throws {
    var iterations: [Int] = []
    for spread in [0.0, 6.0] {
      let a = IterativeFixtures.dense(rows: 2000, columns: 30, seed: 3) { j in
        var scale = 1.0
        for _ in 0..<Int(spread * Double(j) / 29) { scale *= 10 }
        return scale
      }
      let op = SparseOperator(a)
      let b = IterativeFixtures.point(2000)
      let sketch = try SketchPreconditioner(op, rightHandSide: b, random: RandomStream(seed: 4))
      var lsqr = LeastSquaresQR(
        rightHandSide: b - a.times(sketch.start), columnCount: 30, relative: 1e-12)
      lsqr.run(sketch.applied(to: op), limit: 300)
      #expect(lsqr.status == .converged)
      let x = sketch.start + sketch.solve(lsqr.solution)
      let r = b - a.times(x)
      // Column by column, because their scales differ.
      let gradient = a.transposedTimes(r)
      for j in 0..<30 {
        let column = a.range(ofColumn: j).reduce(0.0) { $0 + a.values[$1] * a.values[$1] }
        #expect(abs(gradient[j]) < 1e-8 * column.squareRoot() * r.norm)
      }
      iterations.append(lsqr.iterations)
    }
    #expect(iterations.allSatisfy { $0 <= 60 } && abs(iterations[0] - iterations[1]) <= 10, "\(iterations)")
  }

  @Test func sketchBearsMatricesWithoutFullRank() throws {
    var entries: [(row: Int, column: Int, value: Double)] = []
    let base = IterativeFixtures.dense(rows: 100, columns: 4, seed: 6)
    for j in 0..<4 {
      for p in base.range(ofColumn: j) {
        entries.append((Int(base.rows[p]), j, base.values[p]))
        if j == 0 { entries.append((Int(base.rows[p]), 4, base.values[p])) }
      }
    }
    let a = SparseMatrix(rowCount: 100, columnCount: 5, triplets: entries)
    let b = IterativeFixtures.point(100)
    let op = SparseOperator(a)
    let sketch = try SketchPreconditioner(op, rightHandSide: b, random: RandomStream(seed: 4))
    var lsqr = LeastSquaresQR(rightHandSide: b - a.times(sketch.start), columnCount: 5, relative: 1e-10)
    lsqr.run(sketch.applied(to: op), limit: 100)
    let r = b - a.times(sketch.start + sketch.solve(lsqr.solution))
    #expect(a.transposedTimes(r).norm < 1e-6 * r.norm)
  }

  @Test(arguments: SketchKind.allCases) func everySketchSolvesConsistentSystems(_ kind: SketchKind) {
    let a = IterativeFixtures.dense(rows: 40, columns: 10, seed: 7)
    let b = a.times(IterativeFixtures.point(10))
    var solver = SketchProjection(
      rightHandSide: b, columnCount: 10, kind: kind, width: 4, random: RandomStream(seed: 1))
    var last = Double.infinity
    for _ in 0..<1500 {
      solver.step(SparseOperator(a))
      let distance = (solver.solution - IterativeFixtures.point(10)).norm
      #expect(distance <= last * (1 + 1e-9), "projections never lead away")
      last = distance
    }
    #expect(solver.status == .converged && last < 1e-9)
    #expect(solver.counts.operations > 0)
  }

  @Test func wideSketchesOfNarrowRangesAreProjectedToo() {
    // Rank one: SᵀA has dependent rows.
    let a = SparseMatrix(
      rowCount: 6, columnCount: 3,
      triplets: (0..<6).flatMap { i in (0..<3).map { (i, $0, Double((i + 1) * ($0 + 1))) } })
    let b = a.times([1, -1, 2])
    var solver = SketchProjection(
      rightHandSide: b, columnCount: 3, kind: .gaussian, width: 5, random: RandomStream(seed: 2))
    for _ in 0..<20 { solver.step(SparseOperator(a)) }
    #expect(solver.status == .converged)
  }

  @Test func badDataAreRefusedInWords() throws {
    let good = IterativeFixtures.grid(3)
    let wide = SparseMatrix(rowCount: 2, columnCount: 3, triplets: [(0, 0, 1), (1, 1, 1)])
    let hollow = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 1, 1), (1, 0, 1)])
    let poisoned = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, .nan), (1, 1, 1)])
    let lopsided = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 2), (0, 1, 1), (1, 1, 2)])
    for kind in Preconditioner.allCases where kind != .none {
      #expect(throws: LinearSystemError.notSquare(rows: 2, columns: 3)) { try kind.inverse(of: wide) }
      #expect(throws: LinearSystemError.zeroDiagonal(row: 0)) { try kind.inverse(of: hollow) }
      #expect(throws: LinearSystemError.notFinite(row: 0, column: 0)) { try kind.inverse(of: poisoned) }
    }
    #expect(throws: LinearSystemError.self) { try IncompleteCholesky(lopsided) }
    let b = Vector(repeating: .nan, count: 9)
    #expect(ConjugateGradient(rightHandSide: b).status == .failed)
    #expect(MinimumResidual(rightHandSide: b).status == .failed)
    #expect(GeneralizedMinimumResidual(rightHandSide: b).status == .failed)
    #expect(LeastSquaresQR(rightHandSide: b, columnCount: 9).status == .failed)
    #expect(Overrelaxation(rightHandSide: b).status == .failed)
    let random = RandomStream(seed: 1)
    #expect(
      SketchProjection(rightHandSide: b, columnCount: 9, kind: .gaussian, random: random).status == .failed)
    #expect(throws: LinearSystemError.self) {
      try SketchPreconditioner(SparseOperator(good), rightHandSide: b, random: random)
    }
    #expect(throws: LinearSystemError.self) {
      try SketchPreconditioner(SparseOperator(wide), rightHandSide: [1, 1], random: random)
    }
  }

  @Test func incompleteCholeskyShiftsWhereItBreaksDown() throws {
    // Positive definite, but the pattern without fill has a negative pivot (Kershaw's matrix).
    let rows: [[Double]] = [[3, -2, 0, 2], [-2, 3, -2, 0], [0, -2, 3, -2], [2, 0, -2, 3]]
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<4 { for j in 0..<4 where rows[i][j] != 0 { entries.append((i, j, rows[i][j])) } }
    let a = SparseMatrix(rowCount: 4, columnCount: 4, triplets: entries)
    let inverse = try IncompleteCholesky(a)
    #expect(inverse.shift > 0)
    let b = a.times([1, 2, 3, 4])
    var cg = ConjugateGradient(rightHandSide: b, relative: 1e-12)
    cg.run(SparseOperator(a), preconditioner: inverse, limit: 50)
    #expect(cg.status == .converged)
  }
}
