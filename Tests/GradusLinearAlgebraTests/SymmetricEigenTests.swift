// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite("Symmetric eigenvalues")
struct SymmetricEigenTests {
  @Test("A·V = V·Λ, VᵀV = I, ascending", arguments: Backends.allCases, [0, 1, 2, 3, 10, 57])
  func laws(_ which: Backends, _ n: Int) throws {
    var data = Fixtures(UInt64(n) + 5)
    let a = data.symmetric(n)
    let eigen = try SymmetricEigen(a, on: which.backend)
    let v = eigen.vectors
    #expect(distance(a.times(v), v.times(.diagonal(eigen.values))) <= 1e-14 * Double(max(n, 4)))
    #expect(distance(v.transposed.times(v), .identity(n)) <= 1e-14 * Double(max(n, 4)))
    for i in 1..<max(n, 1) { #expect(eigen.values[i - 1] <= eigen.values[i]) }
    #expect(distance(eigen.applying { $0 }, a) <= 1e-14 * Double(max(n, 4)))
  }

  @Test("with and without LAPACK the values agree")
  func agreement() throws {
    var data = Fixtures(11)
    let a = data.symmetric(40)
    let p = try SymmetricEigen(a, on: .portable).values
    let q = try SymmetricEigen(a, on: .best()).values
    #expect((p - q).maximumMagnitude < 1e-13)
  }

  @Test("the second difference matrix: λₖ = 2 − 2cos(kπ/(n+1))", arguments: Backends.allCases)
  func golden(_ which: Backends) throws {
    // n = 3: 2 − √2, 2, 2 + √2
    let a = Matrix(rows: [[2, -1, 0], [-1, 2, -1], [0, -1, 2]])
    let values = try SymmetricEigen(a, on: which.backend).values
    let root = 2.0.squareRoot()
    #expect((values - [2 - root, 2, 2 + root]).maximumMagnitude < 1e-14)
  }

  @Test("repeated, zero and widely graded spectra", arguments: Backends.allCases)
  func hardCases(_ which: Backends) throws {
    let on = which.backend
    #expect(try SymmetricEigen(.identity(6), on: on).values == Vector(repeating: 1, count: 6))
    #expect(try SymmetricEigen(Matrix(rowCount: 4, columnCount: 4), on: on).values == Vector.zeros(4))
    var data = Fixtures(3)
    let q = try SymmetricEigen(data.symmetric(12), on: on).vectors
    let spectrum = Vector((0..<12).map { i in (0..<i).reduce(1e-8) { x, _ in 10 * x } })
    let a = q.times(.diagonal(spectrum)).times(q.transposed)
    let symmetric = 0.5 * (a + a.transposed)
    let found = try SymmetricEigen(symmetric, on: on).values
    #expect((found - spectrum).maximumMagnitude < 1e-12 * 1e3)
    #expect(throws: FactorizationError.notFinite) { try SymmetricEigen(Matrix(rows: [[.nan]]), on: on) }
  }

  @Test("entries whose squares over- and underflow", arguments: [1e-200, 1e-150, 1e150, 1e200])
  func extremeMagnitudes(_ scale: Double) throws {
    var data = Fixtures(8)
    let a = data.symmetric(9)
    let plain = try SymmetricEigen(a, on: .portable).values
    let scaled = try SymmetricEigen(scale * a, on: .portable).values
    #expect(((1 / scale) * scaled - plain).maximumMagnitude < 1e-13)
  }
}
