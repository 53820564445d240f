// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct TruncatedCGTests {
  static func symmetric(_ n: Int, _ eigenvalues: [Double], seed: UInt64) -> (Vector) -> Vector {
    // H = Q·diag·Qᵀ with Q a product of Householder reflections.
    var random = RandomStream(seed: seed)
    let mirrors = (0..<3).map { _ in random.normals(n) }
    func reflect(_ x: Vector) -> Vector {
      mirrors.reduce(x) { y, v in y - (2 * v.inner(y) / v.inner(v)) * v }
    }
    func back(_ x: Vector) -> Vector {
      mirrors.reversed().reduce(x) { y, v in y - (2 * v.inner(y) / v.inner(v)) * v }
    }
    return { x in
      let y = back(x)
      return reflect(Vector(y.indices.map { eigenvalues[$0] * y[$0] }))
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func solvesInsideALargeBall(_ seed: UInt64) {
    var random = RandomStream(seed: seed)
    let n = 8
    let product = Self.symmetric(n, (0..<n).map { 1 + 10 * Double($0) }, seed: seed)
    let g = random.normals(n)
    var inner = TruncatedCG(gradient: g, radius: 1e6, tolerance: 1e-12)
    while inner.advance(product(inner.direction)) != nil {}
    #expect((product(inner.step) + g).norm <= 1e-10 * g.norm)
    #expect(!inner.isOnBoundary)
    let model = g.inner(inner.step) + 0.5 * inner.step.inner(product(inner.step))
    #expect(abs(inner.decrease + model) <= 1e-10 * abs(model))
  }

  @Test(arguments: [1e-3, 0.05, 0.4])
  func stopsOnTheSphere(_ radius: Double) {
    let g: Vector = [1, -2, 3, 0.5]
    let product = Self.symmetric(4, [1, 2, 3, 4], seed: 5)
    var inner = TruncatedCG(gradient: g, radius: radius, tolerance: 1e-12)
    while inner.advance(product(inner.direction)) != nil {}
    #expect(inner.isOnBoundary)
    #expect(abs(inner.step.norm - radius) <= 1e-12)
    // At least as good as the best point along −g in the ball.
    let steepest = -(radius / g.norm) * g
    #expect(-inner.decrease <= g.inner(steepest) + 0.5 * steepest.inner(product(steepest)) + 1e-12)
  }

  @Test func followsNegativeCurvature() {
    var inner = TruncatedCG(gradient: [1, 1], radius: 7, tolerance: 0.1)
    while inner.advance([-inner.direction[0], 2 * inner.direction[1]]) != nil {}
    #expect(inner.isOnBoundary)
    #expect(abs(inner.step.norm - 7) < 1e-12)
    #expect(inner.decrease > 0)
  }
}

@Suite struct DampedLeastSquaresTests {
  @Test(arguments: [(12, 4), (4, 4), (3, 5), (1, 1), (30, 7)])
  func solvesTheNormalEquations(_ shape: (m: Int, n: Int)) {
    var random = RandomStream(seed: UInt64(shape.m * 100 + shape.n))
    let (m, n) = shape
    let jacobian = random.normals(m * n)
    let residual = random.normals(m)
    let model = DampedLeastSquares(jacobian: jacobian, residual: residual, columnCount: n)
    func times(_ p: Vector) -> Vector {
      Vector((0..<m).map { i in (0..<n).reduce(0.0) { $0 + jacobian[$1 * m + i] * p[$1] } })
    }
    func transposed(_ r: Vector) -> Vector {
      Vector((0..<n).map { j in (0..<m).reduce(0.0) { $0 + jacobian[j * m + $1] * r[$1] } })
    }
    #expect((model.gradient - transposed(residual)).norm < 1e-12)
    let scaling = Vector((0..<n).map { 1 + Double($0) })
    for damping in [1e-4, 1, 1e4] {
      let p = model.step(damping: damping, scaling: scaling)
      var rest = transposed(times(p) + residual)
      for j in 0..<n { rest[j] += damping * scaling[j] * scaling[j] * p[j] }
      #expect(rest.norm <= 1e-10 * model.gradient.norm, "damping \(damping)")
      #expect(abs(model.squaredLength(of: p) - times(p).inner(times(p))) <= 1e-10)
    }
  }

  @Test func leavesAColumnOfZerosAlone() {
    let model = DampedLeastSquares(jacobian: [1, 1, 0, 0], residual: [1, 1], columnCount: 2)
    let p = model.step(damping: 1e-8, scaling: [1, 1])
    #expect(abs(p[0] + 1) < 1e-6)
    #expect(p[1] == 0)
  }
}
