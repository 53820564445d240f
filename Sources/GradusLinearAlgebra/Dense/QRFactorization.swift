// SPDX-License-Identifier: Apache-2.0
import GradusNative
public import GradusNumerics

/// Householder QR of a matrix with at least as many rows as columns:
///
///     A = Q·R,   QᵀQ = I,   R upper triangular
///
/// Q is kept as the reflectors Hₖ = I − τₖ·vₖ·vₖᵀ. Cost: 2n²(m − n/3) operations. Reference: Golub & Van Loan, *Matrix
/// Computations*, 4th ed., §5.2.
public struct QRFactorization: Sendable {
  public let rowCount: Int
  public let columnCount: Int
  /// R on and above the diagonal; below it vₖ, whose first entry is 1.
  private let packed: [Double]
  private let factors: [Double]
  private let backend: LinearAlgebraBackend

  /// Factorizes `matrix`. Throws `notFinite`.
  public init(_ matrix: Matrix, on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) {
    precondition(matrix.rowCount >= matrix.columnCount, "a QR factorization needs at least as many rows as columns")
    guard matrix.isFinite else { throw .notFinite }
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    var a = matrix.elements
    var tau = [Double](repeating: 0, count: n)
    if n > 0 {
      if let lapack = backend.lapack {
        var (m32, n32, size, info) = (Int32(m), Int32(n), Int32(-1), Int32(0))
        var work = [0.0]
        lapack.dgeqrf(&m32, &n32, &a, &m32, &tau, &work, &size, &info)
        size = Int32(work[0])
        work = [Double](repeating: 0, count: Int(size))
        lapack.dgeqrf(&m32, &n32, &a, &m32, &tau, &work, &size, &info)
      } else {
        for k in 0..<n { tau[k] = Self.reflect(m, n, k, &a) }
      }
    }
    (rowCount, columnCount, packed, factors) = (m, n, a, tau)
    self.backend = backend
  }

  /// R, square.
  public var triangle: Matrix {
    var r = Matrix(rowCount: columnCount, columnCount: columnCount)
    for j in 0..<columnCount { for i in 0...j { r[i, j] = packed[i + j * rowCount] } }
    return r
  }

  /// The first `columnCount` columns of Q.
  public var orthonormal: Matrix {
    if let lapack = backend.lapack, columnCount > 0 {
      var (q, tau, work) = (packed, factors, [0.0])
      var (m, n, k, size, info) = (Int32(rowCount), Int32(columnCount), Int32(columnCount), Int32(-1), Int32(0))
      lapack.dorgqr(&m, &n, &k, &q, &m, &tau, &work, &size, &info)
      size = Int32(work[0])
      work = [Double](repeating: 0, count: Int(size))
      lapack.dorgqr(&m, &n, &k, &q, &m, &tau, &work, &size, &info)
      return Matrix(rowCount: rowCount, columnCount: columnCount, elements: q)
    }
    var q = Matrix(rowCount: rowCount, columnCount: columnCount)
    for j in 0..<columnCount {
      var e = Vector.zeros(rowCount)
      e[j] = 1
      for k in stride(from: columnCount - 1, through: 0, by: -1) { apply(k, &e) }
      for i in 0..<rowCount { q.elements[i + j * rowCount] = e[i] }
    }
    return q
  }

  /// Qᵀ·b.
  public func transposedQTimes(_ b: Vector) -> Vector {
    precondition(b.count == rowCount, "Qᵀ·b needs \(rowCount) elements")
    var x = b
    for k in 0..<columnCount { apply(k, &x) }
    return x
  }

  /// The number of diagonal entries of R above `tolerance`·max |rᵢᵢ|. Without column exchanges this can overestimate the
  /// rank.
  public func rank(tolerance: Double = 1e-12) -> Int {
    let d = (0..<columnCount).map { abs(packed[$0 + $0 * rowCount]) }
    let largest = d.max() ?? 0
    return d.count { $0 > tolerance * largest }
  }

  /// x that minimizes ‖A·x − b‖₂. Throws `singular` when a diagonal entry of R is zero. Cost: 4mn operations.
  public func leastSquares(_ b: Vector) throws(FactorizationError) -> Vector {
    let y = transposedQTimes(b)
    var x = Array(y.elements[0..<columnCount])
    for j in stride(from: columnCount - 1, through: 0, by: -1) {
      let r = packed[j + j * rowCount]
      if r == 0 { throw .singular(step: j) }
      x[j] /= r
      for i in 0..<j { x[i] -= packed[i + j * rowCount] * x[j] }
    }
    return Vector(x)
  }

  /// x ← Hₖ·x.
  private func apply(_ k: Int, _ x: inout Vector) {
    let column = k * rowCount
    var s = x[k]
    for i in k + 1..<max(rowCount, k + 1) { s += packed[column + i] * x[i] }
    s *= factors[k]
    x[k] -= s
    for i in k + 1..<max(rowCount, k + 1) { x[i] -= s * packed[column + i] }
  }

  /// Clears column k below the diagonal and updates the columns behind it; τₖ.
  private static func reflect(_ m: Int, _ n: Int, _ k: Int, _ a: inout [Double]) -> Double {
    let column = k * m
    var largest = 0.0
    for i in k + 1..<max(m, k + 1) { largest = max(largest, abs(a[column + i])) }
    if largest == 0 { return 0 }
    largest = max(largest, abs(a[column + k]))
    var sum = 0.0
    for i in k..<m { sum += (a[column + i] / largest) * (a[column + i] / largest) }
    let norm = largest * sum.squareRoot()
    let head = a[column + k]
    let beta = head > 0 ? -norm : norm
    let tau = (beta - head) / beta
    for i in k + 1..<m { a[column + i] /= head - beta }
    a[column + k] = beta
    for j in k + 1..<max(n, k + 1) {
      let other = j * m
      var s = a[other + k]
      for i in k + 1..<m { s += a[column + i] * a[other + i] }
      s *= tau
      a[other + k] -= s
      for i in k + 1..<m { a[other + i] -= s * a[column + i] }
    }
    return tau
  }
}
