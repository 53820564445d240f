// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite("Sparse indefinite LDLᵀ")
struct SparseIndefiniteTests {
  /// The dense front and the multifrontal way, natural order and minimum degree.
  enum Way: String, CaseIterable, Sendable {
    case automatic, frontal, natural, native

    func prepare(_ a: SparseMatrix) -> SparseIndefinite {
      let natural = (0..<a.columnCount).map { Int32($0) }
      switch self {
      case .automatic: return SparseIndefinite(pattern: a)
      case .frontal: return SparseIndefinite(pattern: a, symbolic: SymbolicLDL(upper: a), on: .portable)
      case .natural:
        return SparseIndefinite(pattern: a, symbolic: SymbolicLDL(upper: a, permutation: natural), on: .portable)
      case .native: return SparseIndefinite(pattern: a, symbolic: SymbolicLDL(upper: a), on: .best())
      }
    }
  }

  @Test(
    "inertia as the eigenvalues, solutions with small residuals", arguments: Way.allCases,
    IndefiniteMatrices.allCases)
  func solves(_ way: Way, _ kind: IndefiniteMatrices) throws {
    for n in [0, 1, 2, 3, 5, 9, 20, 47, 90] {
      for seed in UInt64(1)...4 {
        let a = kind.example(n, seed: seed)
        var f = way.prepare(a)
        try f.factorize(a.values)
        let inertia = f.inertia
        #expect(inertia.positive + inertia.negative + inertia.zero == n)
        if kind != .badlyScaled { #expect(try inertia == IndefiniteMatrices.inertia(a), "n = \(n), seed \(seed)") }
        var data = Fixtures(seed)
        // A right-hand side in the range of the matrix has a solution even when it is singular.
        let b = SparseLDLTests.multiply(a, data.vector(n)).elements
        var x = b
        let reached = f.solveRefined(&x, values: a.values)
        #expect(reached.backwardError < 1e-13, "n = \(n), seed \(seed), inertia \(inertia)")
        let (residual, size) = IndefiniteMatrices.residual(a, x, b)
        for i in 0..<n { #expect(residual[i] <= 1.1e-13 * size[i], "row \(i) of \(n), seed \(seed)") }
      }
    }
  }

  @Test("the inertia does not depend on the scaling of rows and columns", arguments: Way.allCases)
  func scaling(_ way: Way) throws {
    for seed in UInt64(1)...12 {
      let n = 6 + 11 * Int(seed)
      let a = IndefiniteMatrices.saddlePoint.example(n, seed: seed)
      var data = Fixtures(seed)
      let powers = (0..<n).map { _ in IndefiniteMatrices.power(10 * data.number()) }
      var b = a
      for j in 0..<n { for p in a.range(ofColumn: j) { b.values[p] *= powers[j] * powers[Int(a.rows[p])] } }
      var f = way.prepare(a)
      try f.factorize(a.values)
      #expect(f.inertia == Inertia(positive: n - n / 3, negative: n / 3))
      try f.factorize(b.values)
      #expect(f.inertia == Inertia(positive: n - n / 3, negative: n / 3))
      let exact = data.vector(n)
      var x = SparseLDLTests.multiply(b, exact).elements
      #expect(f.solveRefined(&x, values: b.values).backwardError < 1e-13)
    }
  }

  @Test(
    "dependent constraints are zero pivots; a small shift makes them negative", arguments: Way.allCases, [4, 25, 80])
  func rankDeficient(_ way: Way, _ n: Int) throws {
    for seed in UInt64(1)...6 {
      var data = Fixtures(seed)
      let m = n / 2
      var triplets: [(row: Int, column: Int, value: Double)] = (0..<n).map { ($0, $0, 1 + data.number() / 2) }
      for k in 0..<m {
        // Every second constraint is twice the one before it.
        let source = Fixtures(seed &* 1000 &+ UInt64(k / 2))
        var entries = source
        triplets.append((k / 2, n + k, k % 2 == 0 ? 1 : 2))
        for _ in 0..<3 {
          let v = m + entries.index(below: n - m)
          triplets.append((v, n + k, (k % 2 == 0 ? 1 : 2) * entries.number()))
        }
        triplets.append((n + k, n + k, 0))
      }
      let a = SparseMatrix(rowCount: n + m, columnCount: n + m, triplets: triplets)
      var f = way.prepare(a)
      try f.factorize(a.values)
      #expect(f.inertia == Inertia(positive: n, negative: m - m / 2, zero: m / 2))
      var shifted = a
      for k in n..<n + m { shifted.values[a.range(ofColumn: k).upperBound - 1] = -1e-8 }
      try f.factorize(shifted.values)
      #expect(f.inertia == Inertia(positive: n, negative: m))
      var x = SparseLDLTests.multiply(a, data.vector(n + m)).elements
      // Refined against the unshifted matrix: the system is consistent.
      #expect(f.solveRefined(&x, values: a.values, steps: 20).backwardError < 1e-8)
    }
  }

  @Test("constraints eliminated before their variables are delayed, not broken", arguments: [1e-8, 0.01, 0.5])
  func delays(_ threshold: Double) throws {
    let a = IndefiniteMatrices.saddlePointFirst.example(150, seed: 3)
    var f = Way.natural.prepare(a)
    f.options.threshold = threshold
    try f.factorize(a.values)
    #expect(f.delayedPivots > 0)
    #expect(f.inertia == Inertia(positive: 100, negative: 50))
    var data = Fixtures(3)
    var x = SparseLDLTests.multiply(a, data.vector(150)).elements
    #expect(f.solveRefined(&x, values: a.values).backwardError < 1e-14)
  }

  @Test("fronts wider than a block: partners across blocks and delays out of the middle", arguments: [90, 140])
  func wide(_ n: Int) throws {
    // Zero diagonal with large couplings far from it: partners lie outside the first block.
    var data = Fixtures(4)
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<n {
      for i in 0..<j { triplets.append((i, j, 1e-9 * data.number())) }
    }
    for j in n / 2..<n { triplets.append((j - n / 2, j, 1 + data.number() / 2)) }
    let a = SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
    for way in Way.allCases {
      var f = way.prepare(a)
      try f.factorize(a.values)
      #expect(f.inertia == Inertia(positive: n / 2, negative: n / 2))
      var x = SparseLDLTests.multiply(a, data.vector(n)).elements
      #expect(f.solveRefined(&x, values: a.values).backwardError < 1e-14)
    }
  }

  @Test("a coupling next to nothing makes no block of order 2", arguments: [1e-184, 1e-300, 1e-20, 1e-12])
  func weakCoupling(_ coupling: Double) throws {
    // Columns 0 and 1 are a front of their own whose large entries all lie below it.
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for first in [0, 2] {
      triplets += [(first, first, -1e-11), (first, first + 1, coupling), (first + 1, first + 1, -0.01)]
      for row in 4...5 { triplets += [(first, row, 1), (first + 1, row, Double(first + row) - 1)] }
    }
    for j in 4..<9 { for i in 4...j { triplets.append((i, j, i == j ? 3 : 0.5)) } }
    let a = SparseMatrix(rowCount: 9, columnCount: 9, triplets: triplets)
    let expected = try IndefiniteMatrices.inertia(a)
    for way in Way.allCases {
      var f = way.prepare(a)
      try f.factorize(a.values)
      #expect(f.inertia == expected)
      var data = Fixtures(6)
      var x = SparseLDLTests.multiply(a, data.vector(9)).elements
      #expect(f.solveRefined(&x, values: a.values).backwardError < 1e-14)
    }
  }

  @Test("refactorizing gives the bits of a first factorization", arguments: Way.allCases)
  func again(_ way: Way) throws {
    for n in [40, 130] {
      let a = IndefiniteMatrices.saddlePointFirst.example(n, seed: 9)
      var f = way.prepare(a)
      var g = f
      var data = Fixtures(2)
      try f.factorize(a.values.map { $0 * data.number() })
      try f.factorize(a.values)
      try g.factorize(a.values)
      #expect(f.inertia == g.inertia)
      #expect(f.factorEntryCount == g.factorEntryCount)
      var x = data.vector(n).elements
      var y = x
      f.solve(&x)
      g.solve(&y)
      #expect(x == y)
    }
  }

  @Test("values that are no numbers are refused", arguments: Way.allCases)
  func failures(_ way: Way) throws {
    let a = IndefiniteMatrices.banded.example(80, seed: 1)
    var f = way.prepare(a)
    for bad in [Double.nan, .infinity, -.infinity] {
      var values = a.values
      values[17] = bad
      #expect(throws: FactorizationError.notFinite) { try f.factorize(values) }
    }
    try f.factorize(a.values)
    var x = SparseLDLTests.multiply(a, Vector([Double](repeating: 1, count: 80))).elements
    #expect(f.solveRefined(&x, values: a.values).backwardError < 1e-14)
    // Extreme magnitudes are scaled, not overflowed.
    try f.factorize(a.values.map { $0 * 1e300 })
    try f.factorize(a.values.map { $0 * 1e-300 })
    #expect(f.inertia.zero == 0)
  }
}
