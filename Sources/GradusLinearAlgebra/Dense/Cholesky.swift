// SPDX-License-Identifier: Apache-2.0
import GradusNative
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The Cholesky factorization of a symmetric positive definite matrix, read from its lower triangle:
///
///     A + shift·I = L·Lᵀ
///
/// Cost: n³/3 operations. Backward stable without pivoting. Reference: Golub & Van Loan, *Matrix Computations*, 4th ed.,
/// §4.2; the search for a shift is Nocedal & Wright, *Numerical Optimization*, 2nd ed., Algorithm 3.3.
public struct Cholesky: Sendable {
  /// L, with zeros above the diagonal.
  public let factor: Matrix
  /// What was added to the diagonal; 0 unless a shift was asked for.
  public let shift: Double
  private let backend: LinearAlgebraBackend

  /// Factorizes `matrix + shift·I`.
  ///
  /// Throws `notPositiveDefinite` when a pivot is not positive and `notFinite` when an entry is not a number.
  public init(_ matrix: Matrix, shift: Double = 0, on backend: LinearAlgebraBackend = .best())
    throws(FactorizationError)
  {
    precondition(matrix.isSquare, "a Cholesky factorization needs a square matrix")
    let n = matrix.rowCount
    var a = matrix.elements
    for j in 0..<n {
      a[j + j * n] += shift
      for i in 0..<j { a[i + j * n] = 0 }
      for i in j..<n where !a[i + j * n].isFinite { throw .notFinite }
    }
    let failed = a.withUnsafeMutableBufferPointer { a -> Int? in
      guard let base = a.baseAddress else { return nil }
      if let lapack = backend.lapack {
        var lower = UInt8(ascii: "L"), n32 = Int32(n), info: Int32 = 0
        lapack.dpotrf(&lower, &n32, base, &n32, &info, 1)
        return info > 0 ? Int(info) - 1 : nil
      }
      return Self.factorize(n, base, backend)
    }
    if let failed { throw .notPositiveDefinite(step: failed) }
    factor = Matrix(rowCount: n, columnCount: n, elements: a)
    self.shift = shift
    self.backend = backend
  }

  /// Factorizes A + τI with the first τ of 0, β·‖A‖, 2β·‖A‖, … (or just above −min aᵢᵢ) for which it exists.
  ///
  /// Throws only `notFinite`, or `noConvergence` when no shift below the largest number serves.
  public static func shifting(
    _ matrix: Matrix, smallest beta: Double = 1e-3, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) -> Cholesky {
    precondition(matrix.isSquare && beta > 0, "a shift search needs a square matrix and a positive first shift")
    guard matrix.isFinite else { throw .notFinite }
    let n = matrix.rowCount
    let scale = max(matrix.maximumMagnitude, Double.leastNormalMagnitude)
    let lowest = (0..<n).map { matrix[$0, $0] }.min() ?? 1
    var tau = lowest > 0 ? 0 : -lowest + beta * scale
    while tau.isFinite {
      do {
        return try Cholesky(matrix, shift: tau, on: backend)
      } catch .notFinite {
        throw .notFinite
      } catch {
        tau = max(2 * tau, beta * scale)
      }
    }
    throw .noConvergence
  }

  /// x with (A + shift·I)·x = b. Cost: 2n² operations.
  public func solve(_ b: Vector) -> Vector {
    var x = b
    solveLower(&x)
    solveLowerTransposed(&x)
    return x
  }

  /// X with (A + shift·I)·X = B.
  public func solve(_ b: Matrix) -> Matrix {
    var x = b
    solveLower(&x.elements, columns: b.columnCount, .plain)
    solveLower(&x.elements, columns: b.columnCount, .transposed)
    return x
  }

  /// x ← L⁻¹·x.
  public func solveLower(_ x: inout Vector) { solveLower(&x.elements, columns: 1, .plain) }

  /// X ← L⁻¹·X.
  public func solveLower(_ x: inout Matrix) {
    let columns = x.columnCount
    solveLower(&x.elements, columns: columns, .plain)
  }

  /// x ← L⁻ᵀ·x.
  public func solveLowerTransposed(_ x: inout Vector) { solveLower(&x.elements, columns: 1, .transposed) }

  /// log det(A + shift·I) = 2 Σ log lᵢᵢ.
  public var logDeterminant: Double {
    var sum = 0.0
    for i in 0..<factor.rowCount { sum += log(factor[i, i]) }
    return 2 * sum
  }

  /// The factorization of the matrix with one more row and column, from the new row:
  ///
  ///     [A a; aᵀ α] = [L 0; ℓᵀ λ]·[L 0; ℓᵀ λ]ᵀ,   Lℓ = a,   λ = √(α − ℓᵀℓ)
  ///
  /// `row` holds a and α. Throws `notPositiveDefinite` when the larger matrix is not. Cost: n² operations and a copy.
  public func bordered(by row: Vector) throws(FactorizationError) -> Cholesky {
    let n = factor.rowCount
    precondition(row.count == n + 1, "the new row has one more entry than the matrix has rows")
    guard row.isFinite else { throw .notFinite }
    var half = Vector(Array(row.elements[..<n]))
    solveLower(&half)
    let rest = row[n] + shift - half.inner(half)
    guard rest > 0 else { throw .notPositiveDefinite(step: n) }
    var elements = [Double](repeating: 0, count: (n + 1) * (n + 1))
    for j in 0..<n {
      for i in j..<n { elements[i + j * (n + 1)] = factor.elements[i + j * n] }
      elements[n + j * (n + 1)] = half[j]
    }
    elements[n + n * (n + 1)] = rest.squareRoot()
    return Cholesky(
      factor: Matrix(rowCount: n + 1, columnCount: n + 1, elements: elements), shift: shift, backend: backend)
  }

  private init(factor: Matrix, shift: Double, backend: LinearAlgebraBackend) {
    self.factor = factor
    self.shift = shift
    self.backend = backend
  }

  private func solveLower(_ x: inout [Double], columns: Int, _ form: LinearAlgebraBackend.Form) {
    let n = factor.rowCount
    precondition(x.count == n * columns, "a system of order \(n) needs right-hand sides of \(n) elements")
    factor.elements.withUnsafeBufferPointer { l in
      x.withUnsafeMutableBufferPointer { x in
        guard let l = l.baseAddress, let x = x.baseAddress else { return }
        backend.solveLowerLeft(form, unit: false, n, columns, l, n, x, n)
      }
    }
  }

  /// Blocked, right-looking; the index of the first pivot that is not positive, or nil.
  private static func factorize(_ n: Int, _ a: UnsafeMutablePointer<Double>, _ backend: LinearAlgebraBackend) -> Int? {
    let width = 32
    var first = 0
    while first < n {
      let w = min(width, n - first)
      let rest = n - first - w
      for j in first..<first + w {
        let pivot = a[j + j * n]
        guard pivot > 0 else { return j }
        let root = pivot.squareRoot()
        a[j + j * n] = root
        for i in j + 1..<max(n, j + 1) { a[i + j * n] /= root }
        for k in j + 1..<max(first + w, j + 1) {
          let s = a[k + j * n]
          for i in k..<n { a[i + k * n] -= a[i + j * n] * s }
        }
      }
      let below = a + first + w + first * n
      backend.syrk(.plain, rest, w, -1, below, n, 1, a + (first + w) * (n + 1), n)
      first += w
    }
    return nil
  }
}
