// SPDX-License-Identifier: Apache-2.0
import GradusNative
public import GradusNumerics

/// The thin singular value decomposition of a matrix:
///
///     A = U·diag(σ)·Vᵀ,   σ₁ ≥ σ₂ ≥ … ≥ 0,   UᵀU = VᵀV = I,   k = min(m, n) columns each
///
/// LAPACK's divide and conquer (`dgesdd`) where there is one; otherwise one-sided Jacobi, which finds small singular
/// values of graded matrices to high relative accuracy. Reference: Golub & Van Loan, *Matrix Computations*, 4th ed.,
/// §8.6; Demmel & Veselić, *SIAM J. Matrix Anal. Appl.* 13 (1992).
public struct SingularValues: Sendable {
  public let left: Matrix
  /// σ, descending.
  public let values: Vector
  public let right: Matrix

  /// Decomposes `matrix`. Throws `notFinite` or `noConvergence`.
  public init(_ matrix: Matrix, on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) {
    guard matrix.isFinite else { throw .notFinite }
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    let k = min(m, n)
    if k == 0 {
      (left, values, right) = (Matrix(rowCount: m, columnCount: 0), [], Matrix(rowCount: n, columnCount: 0))
      return
    }
    if let lapack = backend.lapack {
      guard let (u, s, v) = Self.divideAndConquer(matrix, k, lapack) else { throw .noConvergence }
      (left, values, right) = (u, s, v)
    } else if m >= n {
      (left, values, right) = try Self.jacobi(matrix)
    } else {
      let (v, s, u) = try Self.jacobi(matrix.transposed)
      (left, values, right) = (u, s, v)
    }
  }

  /// The number of singular values above `tolerance`·σ₁.
  public func rank(tolerance: Double = 1e-12) -> Int {
    values.elements.count { $0 > tolerance * (values.elements.first ?? 0) }
  }

  /// The shortest x among those that minimize ‖A·x − b‖₂; singular values up to `tolerance`·σ₁ count as zero.
  public func leastSquares(_ b: Vector, tolerance: Double = 1e-12) -> Vector {
    let y = left.transposedTimes(b)
    let kept = rank(tolerance: tolerance)
    return right.times(Vector(y.indices.map { $0 < kept ? y[$0] / values[$0] : 0 }))
  }

  private static func divideAndConquer(_ matrix: Matrix, _ k: Int, _ lapack: LAPACK) -> (Matrix, Vector, Matrix)? {
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    var a = matrix.elements
    var s = [Double](repeating: 0, count: k)
    var u = [Double](repeating: 0, count: m * k)
    var vt = [Double](repeating: 0, count: k * n)
    var integers = [Int32](repeating: 0, count: 8 * k)
    var job = UInt8(ascii: "S")
    var (m32, n32, k32, size, info) = (Int32(m), Int32(n), Int32(k), Int32(-1), Int32(0))
    var work = [0.0]
    lapack.dgesdd(&job, &m32, &n32, &a, &m32, &s, &u, &m32, &vt, &k32, &work, &size, &integers, &info, 1)
    guard info == 0 else { return nil }
    size = Int32(work[0])
    work = [Double](repeating: 0, count: Int(size))
    lapack.dgesdd(&job, &m32, &n32, &a, &m32, &s, &u, &m32, &vt, &k32, &work, &size, &integers, &info, 1)
    guard info == 0 else { return nil }
    return (
      Matrix(rowCount: m, columnCount: k, elements: u), Vector(s),
      Matrix(rowCount: k, columnCount: n, elements: vt).transposed
    )
  }

  /// Columns of A·V are made orthogonal by plane rotations from the right; m ≥ n.
  private static func jacobi(_ matrix: Matrix) throws(FactorizationError) -> (Matrix, Vector, Matrix) {
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    let scale = max(matrix.maximumMagnitude, .leastNormalMagnitude)
    var a = matrix.elements.map { $0 / scale }
    var v = Matrix.identity(n).elements
    var sweep = 0
    var rotated = true
    while rotated {
      guard sweep < 60 else { throw .noConvergence }
      sweep += 1
      rotated = false
      for p in 0..<n {
        for q in p + 1..<max(n, p + 1) {
          var (alpha, beta, gamma) = (0.0, 0.0, 0.0)
          for i in 0..<m {
            let (x, y) = (a[i + p * m], a[i + q * m])
            alpha += x * x
            beta += y * y
            gamma += x * y
          }
          if abs(gamma) <= 1e-15 * (alpha * beta).squareRoot() || gamma == 0 { continue }
          rotated = true
          let zeta = (beta - alpha) / (2 * gamma)
          let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
          let c = 1 / (1 + t * t).squareRoot()
          rotate(&a, m, p, q, c, c * t)
          rotate(&v, n, p, q, c, c * t)
        }
      }
    }
    var norms = (0..<n).map { j in
      (0..<m).reduce(0.0) { $0 + a[$1 + j * m] * a[$1 + j * m] }.squareRoot()
    }
    let order = (0..<n).sorted { (norms[$1], $0) < (norms[$0], $1) }
    var u = Matrix(rowCount: m, columnCount: n)
    var right = Matrix(rowCount: n, columnCount: n)
    let largest = norms.max() ?? 0
    for (new, old) in order.enumerated() {
      for i in 0..<n { right[i, new] = v[i + old * n] }
      if norms[old] > 1e-300 && norms[old] > largest * 0x1p-60 {
        for i in 0..<m { u[i, new] = a[i + old * m] / norms[old] }
      } else {
        norms[old] = 0
        complete(&u, new)
      }
    }
    return (u, Vector(order.map { norms[$0] * scale }), right)
  }

  private static func rotate(_ a: inout [Double], _ m: Int, _ p: Int, _ q: Int, _ c: Double, _ s: Double) {
    for i in 0..<m {
      let (x, y) = (a[i + p * m], a[i + q * m])
      a[i + p * m] = c * x - s * y
      a[i + q * m] = s * x + c * y
    }
  }

  /// A unit column orthogonal to those before: of the coordinate axes the one with the largest remainder.
  private static func complete(_ u: inout Matrix, _ j: Int) {
    let m = u.rowCount
    var best: [Double] = []
    var size = -1.0
    for axis in 0..<m {
      var e = [Double](repeating: 0, count: m)
      e[axis] = 1
      for _ in 0..<2 {
        for k in 0..<j {
          var s = 0.0
          for i in 0..<m { s += u[i, k] * e[i] }
          for i in 0..<m { e[i] -= s * u[i, k] }
        }
      }
      let norm = Vector(e).norm
      if norm > size { (best, size) = (e.map { $0 / norm }, norm) }
      if size > 0.5 { break }
    }
    for i in 0..<m { u[i, j] = best[i] }
  }
}
