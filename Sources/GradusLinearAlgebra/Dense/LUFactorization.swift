// SPDX-License-Identifier: Apache-2.0
import GradusNative
public import GradusNumerics

/// LU factorization of a square matrix with partial pivoting:
///
///     P·A = L·U,   L unit lower triangular,   U upper triangular
///
/// Cost: 2n³/3 operations. Reference: Golub & Van Loan, *Matrix Computations*, 4th ed., §3.4.
public struct LUFactorization: Sendable {
  private let n: Int
  /// U on and above the diagonal, the multipliers of L below it.
  private let packed: [Double]
  /// Row `pivots[k]` was exchanged with row k, in order.
  private let pivots: [Int32]
  private let backend: LinearAlgebraBackend

  /// Factorizes `matrix`. Throws `notFinite`, or `singular` when a pivot is exactly zero.
  public init(_ matrix: Matrix, on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) {
    precondition(matrix.isSquare, "an LU factorization needs a square matrix")
    guard matrix.isFinite else { throw .notFinite }
    let n = matrix.rowCount
    var a = matrix.elements
    var pivots = [Int32](repeating: 0, count: n)
    if n > 0 {
      var zero: Int?
      if let lapack = backend.lapack {
        var n32 = Int32(n), info: Int32 = 0
        lapack.dgetrf(&n32, &n32, &a, &n32, &pivots, &info)
        for k in 0..<n { pivots[k] -= 1 }
        if info > 0 { zero = Int(info) - 1 }
      } else {
        zero = Self.factorize(n, &a, &pivots)
      }
      if let zero { throw .singular(step: zero) }
    }
    self.n = n
    packed = a
    self.pivots = pivots
    self.backend = backend
  }

  /// x with A·x = b. Cost: 2n² operations.
  public func solve(_ b: Vector) -> Vector {
    precondition(b.count == n, "a system of order \(n) needs a right-hand side of \(n) elements")
    var x = b.elements
    for k in 0..<n where Int(pivots[k]) != k { x.swapAt(k, Int(pivots[k])) }
    packed.withUnsafeBufferPointer { a in
      x.withUnsafeMutableBufferPointer { x in
        guard let a = a.baseAddress, let x = x.baseAddress else { return }
        backend.solveLowerLeft(.plain, unit: true, n, 1, a, n, x, n)
        for j in stride(from: n - 1, through: 0, by: -1) {
          x[j] /= a[j + j * n]
          let s = x[j]
          for i in 0..<j { x[i] -= a[i + j * n] * s }
        }
      }
    }
    return Vector(x)
  }

  /// x with Aᵀ·x = b. Cost: 2n² operations.
  public func solveTransposed(_ b: Vector) -> Vector {
    precondition(b.count == n, "a system of order \(n) needs a right-hand side of \(n) elements")
    var x = b.elements
    packed.withUnsafeBufferPointer { a in
      x.withUnsafeMutableBufferPointer { x in
        guard let a = a.baseAddress, let x = x.baseAddress else { return }
        for j in 0..<n {
          var s = x[j]
          for i in 0..<j { s -= a[i + j * n] * x[i] }
          x[j] = s / a[j + j * n]
        }
        backend.solveLowerLeft(.transposed, unit: true, n, 1, a, n, x, n)
      }
    }
    for k in stride(from: n - 1, through: 0, by: -1) where Int(pivots[k]) != k { x.swapAt(k, Int(pivots[k])) }
    return Vector(x)
  }

  /// det A; overflows to infinity where the number is too large.
  public var determinant: Double {
    var product = 1.0
    for k in 0..<n {
      product *= packed[k + k * n]
      if Int(pivots[k]) != k { product = -product }
    }
    return product
  }

  /// Column by column; the step whose pivot is zero, or nil.
  private static func factorize(_ n: Int, _ a: inout [Double], _ pivots: inout [Int32]) -> Int? {
    for k in 0..<n {
      var p = k
      for i in k + 1..<max(n, k + 1) where abs(a[i + k * n]) > abs(a[p + k * n]) { p = i }
      pivots[k] = Int32(p)
      if a[p + k * n] == 0 { return k }
      if p != k { for j in 0..<n { a.swapAt(k + j * n, p + j * n) } }
      let pivot = a[k + k * n]
      for i in k + 1..<max(n, k + 1) { a[i + k * n] /= pivot }
      for j in k + 1..<max(n, k + 1) {
        let s = a[k + j * n]
        if s == 0 { continue }
        for i in k + 1..<n { a[i + j * n] -= a[i + k * n] * s }
      }
    }
    return nil
  }
}
