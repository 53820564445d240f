// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite("Conjugate gradients")
struct ConjugateGradientTests {
  /// The one-dimensional Laplacian with `shift` on the diagonal.
  static func laplacian(_ n: Int, shift: Double = 0) -> SparseMatrix {
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<n {
      triplets.append((i, i, 2 + shift))
      if i > 0 { triplets += [(i - 1, i, -1), (i, i - 1, -1)] }
    }
    return SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
  }

  @Test("ends within n iterations and counts what it spent")
  func finite() {
    let a = Self.laplacian(20)
    var data = Fixtures(1)
    let b = data.vector(20)
    var cg = ConjugateGradient(rightHandSide: b, relative: 1e-12)
    cg.run(a, limit: 25)
    #expect(cg.status == .converged)
    #expect(cg.counts.products <= 21)
    #expect(cg.counts.operations == cg.counts.products * (2 * a.entryCount + 200))
    #expect((a.times(cg.solution) - b).maximumMagnitude < 1e-10)
  }

  @Test("a preconditioner that is the inverse needs one iteration")
  func preconditioned() {
    let d = Vector((1...50).map { Double($0 * $0) })
    let inverse = FunctionOperator(rowCount: 50, columnCount: 50, operationsPerProduct: 50) { x, y in
      for i in y.indices { y[i] = x[i] / Double((i + 1) * (i + 1)) }
    }
    var cg = ConjugateGradient(rightHandSide: Vector(repeating: 1, count: 50), relative: 1e-12)
    cg.run(Matrix.diagonal(d), preconditioner: inverse, limit: 10)
    #expect(cg.status == .converged)
    #expect(cg.counts.products == 1)
    #expect(cg.counts.preconditionings == 1)
  }

  @Test("negative curvature, zero and non-finite right-hand sides")
  func edges() {
    var cg = ConjugateGradient(rightHandSide: [1, 1])
    cg.run(Matrix(rows: [[1, 0], [0, -3]]), limit: 10)
    #expect(cg.status == .indefinite)
    let p = cg.direction
    #expect(p[0] * p[0] - 3 * p[1] * p[1] <= 0)
    #expect(ConjugateGradient(rightHandSide: [0, 0]).status == .converged)
    #expect(ConjugateGradient(rightHandSide: [.nan]).status == .failed)
    var poisoned = ConjugateGradient(rightHandSide: [1])
    poisoned.run(Matrix(rows: [[.infinity]]), limit: 3)
    #expect(poisoned.status == .failed)
  }
}
