// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite("Dense factorizations")
struct DenseFactorizationTests {
  @Test("LU solves with the matrix and its transpose", arguments: Backends.allCases, [1, 2, 7, 40])
  func lu(_ which: Backends, _ n: Int) throws {
    var data = Fixtures(UInt64(n) + 1)
    let a = data.matrix(n, n)
    let x = data.vector(n)
    let lu = try LUFactorization(a, on: which.backend)
    let scale = 1e-13 * Double(n) * max(1, x.maximumMagnitude)
    #expect((a.times(lu.solve(a.times(x))) - a.times(x)).maximumMagnitude < scale)
    #expect(
      (a.transposedTimes(lu.solveTransposed(a.transposedTimes(x))) - a.transposedTimes(x)).maximumMagnitude < scale)
  }

  @Test("determinants, singular and non-finite matrices", arguments: Backends.allCases)
  func luEdges(_ which: Backends) throws {
    let on = which.backend
    #expect(abs(try LUFactorization(Matrix(rows: [[0, 2], [3, 4]]), on: on).determinant + 6) < 1e-14)
    #expect(try LUFactorization(Matrix(rowCount: 0, columnCount: 0), on: on).determinant == 1)
    #expect(throws: FactorizationError.singular(step: 1)) {
      try LUFactorization(Matrix(rows: [[1, 2], [2, 4]]), on: on)
    }
    #expect(throws: FactorizationError.notFinite) { try LUFactorization(Matrix(rows: [[.infinity]]), on: on) }
  }

  @Test("A = QR with orthonormal Q; least squares", arguments: Backends.allCases, [(1, 1), (5, 3), (30, 30), (60, 20)])
  func qr(_ which: Backends, _ shape: (Int, Int)) throws {
    let (m, n) = shape
    var data = Fixtures(UInt64(m * 100 + n))
    let a = data.matrix(m, n)
    let qr = try QRFactorization(a, on: which.backend)
    let q = qr.orthonormal
    #expect(distance(q.times(qr.triangle), a) < 1e-14 * Double(m))
    #expect(distance(q.transposed.times(q), .identity(n)) < 1e-14 * Double(m))
    let b = data.vector(m)
    let x = try qr.leastSquares(b)
    // The residual is orthogonal to the columns.
    #expect(a.transposedTimes(a.times(x) - b).maximumMagnitude < 1e-13 * Double(m) * max(1, x.maximumMagnitude))
    #expect(qr.rank() == n)
  }

  @Test("a fit of a line by hand", arguments: Backends.allCases)
  func line(_ which: Backends) throws {
    // Points (0, 1), (1, 3), (2, 4): 7/6 + 3/2·t.
    let a = Matrix(rows: [[1, 0], [1, 1], [1, 2]])
    let x = try QRFactorization(a, on: which.backend).leastSquares([1, 3, 4])
    #expect((x - [7.0 / 6, 1.5]).maximumMagnitude < 1e-14)
    #expect(throws: FactorizationError.singular(step: 0)) {
      try QRFactorization(Matrix(rowCount: 2, columnCount: 1), on: which.backend).leastSquares([1, 1])
    }
  }

  @Test("Bunch–Kaufman solves indefinite systems and counts signs", arguments: Backends.allCases, [1, 2, 3, 6, 25, 70])
  func bunchKaufman(_ which: Backends, _ n: Int) throws {
    var data = Fixtures(UInt64(n) + 77)
    var a = data.symmetric(n)
    // Zero diagonals force blocks of order 2.
    if n > 1 { for i in stride(from: 0, to: n, by: 2) { a[i, i] = 0 } }
    let f = try BunchKaufman(a, on: which.backend)
    let x = data.vector(n)
    let b = a.times(x)
    #expect((a.times(try f.solve(b)) - b).maximumMagnitude < 1e-12 * Double(n))
    let values = try SymmetricEigen(a, on: which.backend).values.elements
    #expect(f.inertia == Inertia(positive: values.count { $0 > 0 }, negative: values.count { $0 < 0 }))
  }

  @Test("a singular symmetric matrix is told by its inertia", arguments: Backends.allCases)
  func singular(_ which: Backends) throws {
    let f = try BunchKaufman(Matrix(rows: [[1, 1], [1, 1]]), on: which.backend)
    #expect(f.inertia == Inertia(positive: 1, negative: 0, zero: 1))
    #expect(throws: FactorizationError.self) { try f.solve([1, 2]) }
    #expect(throws: FactorizationError.notFinite) { try BunchKaufman(Matrix(rows: [[.nan]]), on: which.backend) }
  }

  @Test(
    "A = U·Σ·Vᵀ with orthonormal factors", arguments: Backends.allCases, [(1, 1), (6, 3), (3, 6), (25, 25), (40, 12)])
  func svd(_ which: Backends, _ shape: (Int, Int)) throws {
    let (m, n) = shape
    var data = Fixtures(UInt64(m * 31 + n))
    let a = data.matrix(m, n)
    let svd = try SingularValues(a, on: which.backend)
    let k = min(m, n)
    #expect(distance(svd.left.times(.diagonal(svd.values)).times(svd.right.transposed), a) < 1e-13 * Double(m + n))
    #expect(distance(svd.left.transposed.times(svd.left), .identity(k)) < 1e-13 * Double(m + n))
    #expect(distance(svd.right.transposed.times(svd.right), .identity(k)) < 1e-13 * Double(m + n))
    for i in 1..<max(k, 1) { #expect(svd.values[i - 1] >= svd.values[i]) }
  }

  @Test("rank-deficient, zero and non-finite matrices", arguments: Backends.allCases)
  func svdEdges(_ which: Backends) throws {
    let on = which.backend
    let svd = try SingularValues(Matrix(rows: [[1, 2], [2, 4], [3, 6]]), on: on)
    #expect(svd.rank() == 1)
    #expect(abs(svd.values[0] - 70.0.squareRoot()) < 1e-13)
    #expect(distance(svd.left.transposed.times(svd.left), .identity(2)) < 1e-13)
    // The shortest solution of x + 2y = 5 is (1, 2).
    #expect((svd.leastSquares([5, 10, 15]) - [1, 2]).maximumMagnitude < 1e-12)
    #expect(try SingularValues(Matrix(rowCount: 3, columnCount: 2), on: on).values == [0, 0])
    #expect(throws: FactorizationError.notFinite) { try SingularValues(Matrix(rows: [[.nan]]), on: on) }
  }

  @Test("kernels agree with the definition", arguments: Backends.allCases)
  func kernels(_ which: Backends) {
    var data = Fixtures(9)
    let (m, n, k) = (37, 29, 23)
    let a = data.matrix(m, k)
    let b = data.matrix(k, n)
    var expected = Matrix(rowCount: m, columnCount: n)
    for i in 0..<m { for j in 0..<n { for l in 0..<k { expected[i, j] += a[i, l] * b[l, j] } } }
    #expect(distance(a.times(b, on: which.backend), expected) < 1e-13)
    let forms: [LinearAlgebraBackend.Form] = [.plain, .transposed]
    for formA in forms {
      for formB in forms {
        let left = formA == .plain ? a : a.transposed
        let right = formB == .plain ? b : b.transposed
        var c = Matrix(rowCount: m, columnCount: n, elements: [Double](repeating: 1, count: m * n))
        c.elements.withUnsafeMutableBufferPointer { c in
          left.elements.withUnsafeBufferPointer { left in
            right.elements.withUnsafeBufferPointer { right in
              if let c = c.baseAddress, let l = left.baseAddress, let r = right.baseAddress {
                which.backend.gemm(
                  formA, formB, m, n, k, 2, l, formA == .plain ? m : k, r, formB == .plain ? k : n, 3, c, m)
              }
            }
          }
        }
        let three = Matrix(rowCount: m, columnCount: n, elements: [Double](repeating: 3, count: m * n))
        #expect(distance(c, 2 * expected + three) < 1e-12)
      }
    }
  }
}
