// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Matrices of the tests below.
enum IterativeFixtures {
  /// Five-point Laplacian plus `shift`, with wind.
  static func grid(_ w: Int, shift: Double = 0, wind: Double = 0) -> SparseMatrix {
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<w {
      for j in 0..<w {
        let k = i * w + j
        entries.append((k, k, 4 + shift))
        if i > 0 { entries.append((k, k - w, -1)) }
        if i + 1 < w { entries.append((k, k + w, -1)) }
        if j > 0 { entries.append((k, k - 1, -1 - wind)) }
        if j + 1 < w { entries.append((k, k + 1, -1 + wind)) }
      }
    }
    return SparseMatrix(rowCount: w * w, columnCount: w * w, triplets: entries)
  }

  static func dense(rows: Int, columns: Int, seed: UInt64, scale: (Int) -> Double = { _ in 1 }) -> SparseMatrix {
    var random = RandomStream(seed: seed)
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<rows { for j in 0..<columns { entries.append((i, j, scale(j) * random.normal())) } }
    return SparseMatrix(rowCount: rows, columnCount: columns, triplets: entries)
  }

  static func point(_ count: Int) -> Vector {
    var random = RandomStream(seed: 5)
    return random.normals(count)
  }

  static func error(_ a: SparseMatrix, _ x: Vector, _ b: Vector) -> Double { (b - a.times(x)).norm / b.norm }
}

@Suite struct IterativeSolverTests {
  @Test(arguments: Preconditioner.allCases) func everyPreconditionerServesEverySolver(_ kind: Preconditioner) throws {
    let a = IterativeFixtures.grid(12)
    let b = a.times(IterativeFixtures.point(144))
    let op = SparseOperator(a)
    let inverse = try kind.inverse(of: a, factor: 1.3)
    var cg = ConjugateGradient(rightHandSide: b)
    cg.run(op, preconditioner: inverse, limit: 200)
    #expect(cg.status == .converged && IterativeFixtures.error(a, cg.solution, b) < 1e-9)
    var gmres = GeneralizedMinimumResidual(rightHandSide: b, restart: 20)
    gmres.run(op, preconditioner: inverse, limit: 400)
    #expect(gmres.status == .converged && IterativeFixtures.error(a, gmres.solution, b) <= 1e-10)
    guard kind != .incompleteLU else { return }
    var minres = MinimumResidual(rightHandSide: b)
    for _ in 0..<300 { minres.step(op, preconditioner: inverse) }
    #expect(minres.status == .converged && IterativeFixtures.error(a, minres.solution, b) < 2e-10)
    #expect(minres.counts.products > 0 && minres.counts.operations > minres.counts.products * 2 * a.entryCount)
  }

  @Test func preconditionersCutIterations() throws {
    let a = IterativeFixtures.grid(30)
    let b = a.times(IterativeFixtures.point(900))
    let iterations = try [Preconditioner.none, .ssor, .incompleteCholesky].map { kind in
      var cg = ConjugateGradient(rightHandSide: b)
      cg.run(SparseOperator(a), preconditioner: try kind.inverse(of: a, factor: 1.5), limit: 500)
      #expect(cg.status == .converged)
      return cg.iterations
    }
    #expect(2 * iterations[1] < iterations[0] && 2 * iterations[2] < iterations[0], "\(iterations)")
  }

  @Test func incompleteFactorsOfTridiagonalMatricesAreExact() throws {
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<20 {
      entries.append((i, i, 4 + Double(i)))
      if i > 0 {
        entries.append((i, i - 1, 1.5))
        entries.append((i - 1, i, 1.5))
      }
    }
    let a = SparseMatrix(rowCount: 20, columnCount: 20, triplets: entries)
    let x = IterativeFixtures.point(20)
    let b = a.times(x)
    for kind in [Preconditioner.incompleteCholesky, .incompleteLU] {
      let inverse = try #require(try kind.inverse(of: a))
      var y = [Double](repeating: .nan, count: 20)
      var span = y.mutableSpan
      inverse.multiply(b.elements.span, into: &span)
      #expect((Vector(y) - x).norm < 1e-13 * x.norm, "\(kind)")
    }
  }

  @Test func ssorPreconditionerIsTheInverseOfItsFormula() throws {
    let a = IterativeFixtures.grid(3)
    let omega = 1.3
    let n = 9
    var (lower, upper) = (Matrix(rowCount: n, columnCount: n), Matrix(rowCount: n, columnCount: n))
    var inverseDiagonal = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for p in a.range(ofColumn: j) {
        let i = Int(a.rows[p])
        if i > j { lower[i, j] = a.values[p] } else if i < j { upper[i, j] = a.values[p] }
        if i == j {
          lower[i, i] = a.values[p] / omega
          upper[i, i] = a.values[p] / omega
          inverseDiagonal[i, i] = 1 / a.values[p]
        }
      }
    }
    let m = (omega / (2 - omega)) * lower.times(inverseDiagonal).times(upper)
    let x = IterativeFixtures.point(n)
    let image = m.times(x)
    var y = [Double](repeating: .nan, count: n)
    var span = y.mutableSpan
    try SSORPreconditioner(a, factor: omega).multiply(image.elements.span, into: &span)
    #expect((Vector(y) - x).norm < 1e-13)
  }

  @Test func minresSolvesIndefiniteSystems() {
    let a = IterativeFixtures.grid(10, shift: -1.3)
    let b = a.times(IterativeFixtures.point(100))
    var minres = MinimumResidual(rightHandSide: b)
    var last = Double.infinity
    for _ in 0..<400 {
      minres.step(SparseOperator(a))
      if let norm = minres.residualNorm {
        #expect(norm <= last * (1 + 1e-10))
        last = norm
      }
    }
    #expect(minres.status == .converged && IterativeFixtures.error(a, minres.solution, b) < 2e-10)
  }

  @Test func singularSystemsEndHonestly() throws {
    // The Laplacian of a path: its null vector is constant.
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<12 {
      entries.append((i, i, i == 0 || i == 11 ? 1 : 2))
      if i > 0 {
        entries.append((i, i - 1, -1))
        entries.append((i - 1, i, -1))
      }
    }
    let a = SparseMatrix(rowCount: 12, columnCount: 12, triplets: entries)
    let consistent = a.times(IterativeFixtures.point(12))
    let inconsistent = consistent + Vector(repeating: 1, count: 12)
    for (b, solvable) in [(consistent, true), (inconsistent, false)] {
      var minres = MinimumResidual(rightHandSide: b)
      var gmres = GeneralizedMinimumResidual(rightHandSide: b)
      var lsqr = LeastSquaresQR(rightHandSide: b, columnCount: 12)
      for _ in 0..<200 {
        minres.step(SparseOperator(a))
        gmres.step(SparseOperator(a))
        lsqr.step(SparseOperator(a))
      }
      #expect(minres.status == (solvable ? .converged : .stalled))
      #expect(gmres.status == (solvable ? .converged : .stalled))
      #expect(lsqr.status == .converged)
      // Either way the least-squares residual is reached: the part along the null vector.
      let least = solvable ? 0 : 12.0.squareRoot()
      #expect(abs((b - a.times(minres.solution)).norm - least) < 1e-7)
      #expect(abs((b - a.times(lsqr.solution)).norm - least) < 1e-7)
    }
  }

  @Test func gmresSolvesWhatIsNotSymmetric() throws {
    let a = IterativeFixtures.grid(10, wind: 0.7)
    let b = a.times(IterativeFixtures.point(100))
    var plain = GeneralizedMinimumResidual(rightHandSide: b, restart: 200)
    plain.run(SparseOperator(a), limit: 200)
    var helped = GeneralizedMinimumResidual(rightHandSide: b, restart: 200)
    helped.run(SparseOperator(a), preconditioner: try IncompleteLU(a), limit: 200)
    #expect(plain.status == .converged && helped.status == .converged)
    #expect(helped.iterations < plain.iterations)
    #expect(IterativeFixtures.error(a, helped.solution, b) <= 1e-10)
    var restarted = GeneralizedMinimumResidual(rightHandSide: b, restart: 5)
    restarted.run(SparseOperator(a), limit: 2000)
    #expect(restarted.status == .converged)
  }

  @Test func gmresKnowsASingularMatrixWithoutSolution() {
    let a = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 1)])
    var gmres = GeneralizedMinimumResidual(rightHandSide: [1, 1])
    gmres.run(SparseOperator(a), limit: 50)
    #expect(gmres.status == .stalled)
  }

  @Test func relaxationConvergesFasterWithTheRightFactor() throws {
    let a = try SplitRows(IterativeFixtures.grid(15))
    let b = IterativeFixtures.grid(15).times(IterativeFixtures.point(225))
    let sweeps = [1.0, 1.67].map { omega in
      var sor = Overrelaxation(rightHandSide: b, relative: 1e-8)
      sor.run(a, factor: omega, limit: 2000)
      #expect(sor.status == .converged)
      return sor.iterations
    }
    #expect(4 * sweeps[1] < sweeps[0])
    var symmetric = Overrelaxation(rightHandSide: b, relative: 1e-8)
    symmetric.run(a, factor: 1.67, symmetric: true, limit: 2000)
    #expect(symmetric.status == .converged && symmetric.counts.sweeps == 2 * symmetric.iterations)
  }

  @Test func relaxationSaysThatItDiverges() throws {
    let a = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 1), (0, 1, 5), (1, 0, 5), (1, 1, 1)])
    var sor = Overrelaxation(rightHandSide: [1, 2])
    sor.run(try SplitRows(a), factor: 1.5, limit: 5000)
    #expect(sor.status == .failed)
  }
}
