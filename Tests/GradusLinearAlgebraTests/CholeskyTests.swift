// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite("Cholesky")
struct CholeskyTests {
  @Test("reproduces the matrix and solves with it", arguments: Backends.allCases, [1, 2, 5, 31, 32, 33, 100])
  func reconstruction(_ which: Backends, _ n: Int) throws {
    var data = Fixtures(UInt64(n))
    let a = data.positiveDefinite(n)
    let c = try Cholesky(a, on: which.backend)
    #expect(distance(c.factor.times(c.factor.transposed), a) <= 1e-14 * Double(n) * a.maximumMagnitude)
    let x = data.vector(n)
    let b = a.times(x)
    let residual = a.times(c.solve(b)) - b
    #expect(residual.maximumMagnitude <= 1e-13 * Double(n) * a.maximumMagnitude)
    #expect(c.shift == 0)
  }

  @Test("the golden example of order 3", arguments: Backends.allCases)
  func golden(_ which: Backends) throws {
    let a = Matrix(rows: [[4, 12, -16], [12, 37, -43], [-16, -43, 98]])
    let c = try Cholesky(a, on: which.backend)
    #expect(distance(c.factor, Matrix(rows: [[2, 0, 0], [6, 1, 0], [-8, 5, 3]])) < 1e-13)
    #expect(abs(c.logDeterminant - 3.58351893845611) < 1e-13)
  }

  @Test("refuses indefinite, singular and non-finite matrices", arguments: Backends.allCases)
  func refusals(_ which: Backends) {
    let on = which.backend
    #expect(throws: FactorizationError.notPositiveDefinite(step: 1)) {
      try Cholesky(Matrix(rows: [[1, 2], [2, 1]]), on: on)
    }
    #expect(throws: FactorizationError.notPositiveDefinite(step: 0)) { try Cholesky(Matrix(rows: [[0]]), on: on) }
    #expect(throws: FactorizationError.notFinite) { try Cholesky(Matrix(rows: [[1, 0], [.nan, 1]]), on: on) }
    #expect(throws: FactorizationError.notFinite) { try Cholesky.shifting(Matrix(rows: [[.infinity]]), on: on) }
  }

  @Test("finds a shift that makes an indefinite matrix definite", arguments: Backends.allCases, [1, 4, 40])
  func shifts(_ which: Backends, _ n: Int) throws {
    var data = Fixtures(UInt64(100 + n))
    let a = data.symmetric(n) - 0.5 * Matrix.identity(n)
    let c = try Cholesky.shifting(a, on: which.backend)
    let least = try SymmetricEigen(a, on: which.backend).values[0]
    #expect(c.shift > -least)
    // Doubling never overshoots by more than a factor of two plus the first step.
    #expect(c.shift <= -2 * least + 2e-3 * a.maximumMagnitude + 2 * a.maximumMagnitude)
    let product = c.factor.times(c.factor.transposed)
    #expect(distance(product, a + c.shift * Matrix.identity(n)) < 1e-13 * Double(n))
  }
}
