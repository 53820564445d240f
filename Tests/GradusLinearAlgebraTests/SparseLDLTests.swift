// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite("Sparse LDLᵀ")
struct SparseLDLTests {
  /// The upper triangle of a random quasi-definite matrix [H, Aᵀ; A, −G] with diagonal-dominant H and diagonal G.
  static func quasiDefinite(_ n: Int, _ m: Int, perColumn: Int, seed: UInt64) -> SparseMatrix {
    var data = Fixtures(seed)
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<n {
      triplets.append((j, j, 2 * Double(perColumn) + 1))
      for _ in 0..<perColumn {
        let i = data.index(below: n)
        if i != j { triplets.append((min(i, j), max(i, j), data.number())) }
      }
    }
    for i in 0..<m {
      triplets.append((n + i, n + i, -0.01 - abs(data.number())))
      for _ in 0..<perColumn { triplets.append((data.index(below: n), n + i, data.number())) }
    }
    return SparseMatrix(rowCount: n + m, columnCount: n + m, triplets: triplets)
  }

  static func multiply(_ upper: SparseMatrix, _ x: Vector) -> Vector {
    var y = Vector.zeros(x.count)
    for j in 0..<upper.columnCount {
      for p in upper.range(ofColumn: j) {
        let i = Int(upper.rows[p])
        y[i] += upper.values[p] * x[j]
        if i != j { y[j] += upper.values[p] * x[i] }
      }
    }
    return y
  }

  @Test(
    "solves quasi-definite systems with the inertia of its blocks", arguments: Backends.allCases,
    [(1, 0, 0), (3, 2, 1), (40, 25, 3), (300, 200, 2), (150, 100, 12), (400, 0, 6)])
  func quasiDefinite(_ which: Backends, _ shape: (Int, Int, Int)) throws {
    let (n, m, density) = shape
    let a = Self.quasiDefinite(n, m, perColumn: density, seed: UInt64(n + m))
    var f = try SparseLDL(a, on: which.backend)
    #expect(f.inertia == Inertia(positive: n, negative: m))
    #expect(f.replacedPivots == 0)
    var data = Fixtures(5)
    let x = data.vector(n + m)
    var b = Self.multiply(a, x).elements
    f.solve(&b)
    let residual = Self.multiply(a, Vector(b)) - Self.multiply(a, x)
    #expect(residual.maximumMagnitude < 1e-11 * Double(max(1, density)))
  }

  @Test("any permutation gives the same solution, and minimum degree less fill than none")
  func orders() throws {
    let a = Self.quasiDefinite(200, 120, perColumn: 3, seed: 3)
    let natural = SymbolicLDL(upper: a, permutation: (0..<320).map { Int32($0) })
    let reversed = SymbolicLDL(upper: a, permutation: (0..<320).reversed().map { Int32($0) })
    let own = SymbolicLDL(upper: a)
    #expect(own.operations < natural.operations)
    var data = Fixtures(8)
    let b = data.vector(320).elements
    var solutions: [Vector] = []
    for symbolic in [natural, reversed, own] {
      #expect(symbolic.permutation.sorted() == (0..<320).map { Int32($0) })
      var f = SparseLDL(symbolic)
      try f.factorize(a.values)
      var x = b
      f.solve(&x)
      solutions.append(Vector(x))
    }
    #expect((solutions[0] - solutions[1]).maximumMagnitude < 1e-10)
    #expect((solutions[0] - solutions[2]).maximumMagnitude < 1e-10)
  }

  @Test("the arrow matrix is ordered without fill")
  func arrow() throws {
    // One dense row and column in front: eliminated last, no entry is added.
    let n = 60
    var triplets: [(row: Int, column: Int, value: Double)] = (0..<n).map { ($0, $0, Double(n)) }
    for j in 1..<n { triplets.append((0, j, 1)) }
    let a = SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
    let symbolic = SymbolicLDL(upper: a)
    // Merged supernodes may hold explicit zeros, but nothing near the n²/2 of the natural order.
    #expect(symbolic.factorEntryCount <= 4 * n)
    let f = try SparseLDL(a)
    let product = f.diagonal.elements.reduce(1) { $0 * $1 / Double(n) }
    // det = nⁿ·(1 − (n − 1)/n²).
    #expect(abs(product - (1 - Double(n - 1) / Double(n * n))) < 1e-12)
  }

  @Test("refactorizing gives the bits of a first factorization")
  func again() throws {
    let a = Self.quasiDefinite(120, 80, perColumn: 4, seed: 1)
    let symbolic = SymbolicLDL(upper: a)
    var f = SparseLDL(symbolic)
    try f.factorize(a.values.map { 3 * $0 })
    try f.factorize(a.values)
    var g = SparseLDL(symbolic)
    try g.factorize(a.values)
    #expect(f.diagonal == g.diagonal)
    var (x, y) = ([Double](repeating: 1, count: 200), [Double](repeating: 1, count: 200))
    f.solve(&x)
    g.solve(&y)
    #expect(x == y)
  }

  @Test("singular, wrongly signed and non-finite matrices are told, not crashed on")
  func failures() throws {
    let singular = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 1), (0, 1, 1), (1, 1, 1)])
    #expect(throws: FactorizationError.self) { try SparseLDL(singular) }
    var f = SparseLDL(SymbolicLDL(upper: singular), signs: [1, 1])
    try f.factorize(singular.values, rule: PivotRule(threshold: 1e-12, replacement: 1e-6))
    #expect(f.replacedPivots == 1)
    #expect(throws: FactorizationError.self) { try f.factorize([1, .nan, 1]) }
    #expect(throws: FactorizationError.self) { try f.factorize([.infinity, 1, 1]) }
    let indefinite = SparseMatrix(rowCount: 2, columnCount: 2, triplets: [(0, 0, 1), (0, 1, 2), (1, 1, 1)])
    #expect(try SparseLDL(indefinite).inertia == Inertia(positive: 1, negative: 1))
    #expect(try SparseLDL(SparseMatrix(rowCount: 0, columnCount: 0)).inertia == Inertia(positive: 0, negative: 0))
  }

  @Test("agrees with dense Cholesky")
  func dense() throws {
    let a = Self.quasiDefinite(30, 0, perColumn: 5, seed: 12)
    var whole = Matrix(rowCount: 30, columnCount: 30)
    for j in 0..<30 {
      for p in a.range(ofColumn: j) {
        whole[Int(a.rows[p]), j] = a.values[p]
        whole[j, Int(a.rows[p])] = a.values[p]
      }
    }
    var data = Fixtures(2)
    let b = data.vector(30)
    var x = b.elements
    var f = try SparseLDL(a)
    f.solve(&x)
    #expect((Vector(x) - (try Cholesky(whole).solve(b))).maximumMagnitude < 1e-13)
  }
}
