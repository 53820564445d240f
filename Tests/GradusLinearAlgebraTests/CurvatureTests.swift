// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// Inverse Fisher matrices and Kronecker-factored curvature against dense solves.
@Suite("Curvature")
struct CurvatureTests {
  /// λI + (1/m)Σ gᵢgᵢᵀ.
  static func fisher(_ gradients: [Vector], _ damping: Double, divisor: Int) -> Matrix {
    let d = gradients[0].count
    var matrix = damping * Matrix.identity(d)
    for g in gradients {
      for j in 0..<d {
        for i in 0..<d { matrix.elements[i + j * d] += g[i] * g[j] / Double(divisor) }
      }
    }
    return matrix
  }

  /// Gradients with exact single precision, so that both forms see the same numbers.
  static func gradients(_ count: Int, _ d: Int, _ seed: UInt64) -> [Vector] {
    var data = Fixtures(seed)
    return (0..<count).map { _ in Vector(data.vector(d).elements.map { Double(Float($0)) }) }
  }

  @Test("both algorithms of M-FAC equal a dense solve, d = 300, m = 16", arguments: [1e-1, 1e-3, 1e-5])
  func inverseFisher(_ damping: Double) throws {
    let gradients = Self.gradients(16, 300, 1)
    var data = Fixtures(2)
    let x = data.vector(300)
    let dense = try Cholesky(Self.fisher(gradients, damping, divisor: 16))
    let wanted = dense.solve(x)
    let recursion = InverseFisher(gradients, damping: damping)
    var sliding = SlidingFisher(count: 300, window: 16, damping: damping)
    for g in gradients { Self.insert(g, into: &sliding) }
    #expect((recursion.times(x) - wanted).norm <= 1e-8 * wanted.norm)
    #expect((try sliding.times(x) - wanted).norm <= 1e-8 * wanted.norm)
    let inverse = dense.solve(Matrix.identity(300))
    #expect((recursion.column(7) - inverse.column(7)).norm <= 1e-8 * inverse.column(7).norm)
    for i in [0, 7, 299] {
      #expect(abs(recursion.diagonal[i] - inverse[i, i]) <= 1e-8 * inverse[i, i])
      #expect(abs(recursion[i, 3] - inverse[i, 3]) <= 1e-8 * inverse[i, i])
      #expect(abs(recursion.saliency(x)[i] - x[i] * x[i] / (2 * inverse[i, i])) <= 1e-8)
    }
  }

  static func insert(_ gradient: Vector, into window: inout SlidingFisher) {
    let single = gradient.elements.map { Float($0) }
    window.insert(single.span)
  }

  static func add(_ weights: [Float], of window: SlidingFisher, to result: inout [Float]) {
    var span = result.mutableSpan
    window.add(weights, to: &span)
  }

  @Test("old gradients leave the window, and a window that is not full has rows of zeros")
  func sliding() throws {
    let gradients = Self.gradients(11, 40, 3)
    var data = Fixtures(4)
    let x = data.vector(40)
    var sliding = SlidingFisher(count: 40, window: 4, damping: 0.01)
    for (t, g) in gradients.enumerated() {
      Self.insert(g, into: &sliding)
      let held = Array(gradients[max(0, t - 3)...t])
      let dense = try Cholesky(Self.fisher(held, 0.01, divisor: 4))
      #expect((try sliding.times(x) - dense.solve(x)).norm <= 1e-9 * dense.solve(x).norm)
      let weights = try sliding.newestWeights().map { Float(-2 * $0) }
      var newest = [Float](repeating: 1, count: 40)
      Self.add(weights, of: sliding, to: &newest)
      let wanted = dense.solve(g)
      for i in 0..<40 { #expect(abs(Double(newest[i]) - (1 - 2 * wanted[i])) < 1e-5 * wanted.norm) }
    }
    #expect(sliding.filled == 4)
  }

  @Test("a gradient that is no number is an error")
  func notFinite() {
    var sliding = SlidingFisher(count: 2, window: 2, damping: 1)
    sliding.insert([Float.nan, 1].span)
    #expect(throws: FactorizationError.notFinite) { try sliding.times([1, 2]) }
  }

  @Test("the damped Kronecker solve is the inverse of the Kronecker product of the damped factors")
  func kroneckerSolve() throws {
    var data = Fixtures(8)
    let (a, d, v) = (data.matrix(50, 6), data.matrix(50, 4), data.matrix(4, 6))
    var curvature = KroneckerCurvature(outputCount: 4, inputCount: 6, share: nil)
    curvature.observe(inputs: a, cotangents: d)
    #expect(distance(curvature.inputs, 0.02 * a.transposed.times(a)) < 1e-15)
    let solver = try curvature.solver(damping: 0.1)
    let (shiftA, shiftS) = solver.shifts
    #expect(abs(shiftA * shiftS - 0.1) < 1e-14)
    let damped = (curvature.inputs + shiftA * .identity(6), curvature.cotangents + shiftS * .identity(4))
    #expect(distance(damped.1.times(solver(v)).times(damped.0), v) < 1e-12)
    let basis = try curvature.eigenbasis()
    #expect(distance(basis.multiply(v), curvature.cotangents.times(v).times(curvature.inputs)) < 1e-12)
    #expect(distance(basis.multiply(basis.solve(v, damping: 0.3), damping: 0.3), v) < 1e-12)
    #expect(basis.usualDamping > 0)
  }

  @Test("moving averages of factors")
  func averages() {
    var data = Fixtures(10)
    let batches = (0..<3).map { _ in (data.matrix(5, 3), data.matrix(5, 2)) }
    var moving = KroneckerCurvature(outputCount: 2, inputCount: 3, share: 0.25)
    var mean = KroneckerCurvature(outputCount: 2, inputCount: 3, share: nil)
    for (a, d) in batches {
      moving.observe(inputs: a, cotangents: d)
      mean.observe(inputs: a, cotangents: d)
    }
    let grams = batches.map { 0.2 * $0.0.transposed.times($0.0) }
    #expect(distance(mean.inputs, (1 / 3) * (grams[0] + grams[1] + grams[2])) < 1e-14)
    #expect(distance(moving.inputs, 0.5625 * grams[0] + 0.1875 * grams[1] + 0.25 * grams[2]) < 1e-14)
  }

  @Test("corrected eigenvalues are the second moments of example gradients in the basis")
  func correction() throws {
    var data = Fixtures(12)
    let (a, d) = (data.matrix(20, 5), data.matrix(20, 3))
    var curvature = KroneckerCurvature(outputCount: 3, inputCount: 5)
    curvature.observe(inputs: a, cotangents: d)
    var basis = try curvature.eigenbasis()
    let (qa, qs) = (basis.inputs, basis.cotangents)
    basis.correct(
      inputs: Matrix(rows: (0..<8).map { a.row($0).elements }),
      cotangents: Matrix(rows: (0..<8).map { d.row($0).elements }))
    basis.correct(
      inputs: Matrix(rows: (8..<20).map { a.row($0).elements }),
      cotangents: Matrix(rows: (8..<20).map { d.row($0).elements }))
    var wanted = Matrix(rowCount: 3, columnCount: 5)
    for e in 0..<20 {
      let (left, right) = (qs.transposedTimes(d.row(e)), qa.transposedTimes(a.row(e)))
      for j in 0..<5 { for i in 0..<3 { wanted[i, j] += left[i] * left[i] * right[j] * right[j] / 20 } }
    }
    #expect(distance(basis.values, wanted) < 1e-14)
  }
}
