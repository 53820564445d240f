// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A^(−1/p) of a symmetric positive definite matrix.
///
/// By eigenvalues, V·diag(max(λ, ε·λₙ)^(−1/p))·Vᵀ, or by products alone, the coupled Newton iteration
///
///     M₀ = z·A,  H₀ = z^(1/p)·I,   z = (p + 1)/(2‖A‖)
///     T = ((p + 1)·I − M)/p,   M ← Tᵖ·M,   H ← H·T          until max|M − I| ≤ tolerance;  H → A^(−1/p)
///
/// Cost: 9n³ multiplications by eigenvalues; (2 + ⌈log₂ p⌉)·n³/2 a step of Newton's, about 10 + log₂(condition)/log₂(1 +
/// 1/p) steps. Reference: N. Higham, *Functions of Matrices*, SIAM 2008, §7.3; C.-H. Guo & N. Higham, SIAM J. Matrix Anal.
/// Appl. 28 (2006).
public enum InverseRoot {
  /// V·diag(max(λ, ε·λₙ)^(−1/p))·Vᵀ, `shift` added to the diagonal first. Throws `notFinite` or `noConvergence`; the zero
  /// matrix without a shift is `singular`.
  public static func byEigenvalues(
    _ matrix: Matrix, p: Double, shift: Double = 0, floor: Double = 1e-14, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) -> Matrix {
    precondition(p > 0, "a root has a positive order")
    let eigen = try SymmetricEigen(matrix, on: backend)
    let largest = (eigen.values.elements.last ?? 1) + shift
    guard largest > 0 else { throw .singular(step: 0) }
    let n = matrix.rowCount
    var scaled = eigen.vectors
    for k in 0..<n {
      let root = VectorMath.exp(-VectorMath.log(max(eigen.values[k] + shift, floor * largest)) / (2 * p))
      for i in k * n..<(k + 1) * n { scaled.elements[i] *= root }
    }
    var result = Matrix(rowCount: n, columnCount: n)
    scaled.elements.withUnsafeMutableBufferPointer { scaled in
      result.elements.withUnsafeMutableBufferPointer { result in
        guard let v = scaled.baseAddress, let target = result.baseAddress else { return }
        let rows = MatrixView(v, n, n)
        MatrixEngine(backend: backend).symmetricProduct(rows.transposed, rows, into: target)
      }
    }
    return result
  }

  /// What Newton's iteration found.
  public struct Newton: Sendable {
    /// A^(−1/p), nearly.
    public var root: Matrix
    /// max|M − I| at the end: about the relative error of root^p·A − I.
    public var residual: Double
    public var steps: Int
  }

  /// The coupled Newton iteration for a whole p ≥ 1; `shift` is added to the diagonal first. Throws `notFinite`, or
  /// `noConvergence` when `limit` steps do not reach the tolerance.
  public static func byNewton(
    _ matrix: Matrix, p: Int, shift: Double = 0, tolerance: Double = 1e-10, limit: Int = 100,
    on engine: MatrixEngine = MatrixEngine()
  ) throws(FactorizationError) -> Newton {
    precondition(matrix.isSquare && p >= 1, "a root of order \(p) of a square matrix")
    guard matrix.isFinite else { throw .notFinite }
    let n = matrix.rowCount
    var shifted = matrix
    for i in 0..<n { shifted[i, i] += shift }
    let norm = shifted.frobeniusNorm
    guard n > 0, norm > 0 else { throw .singular(step: 0) }
    let z = Double(p + 1) / (2 * norm)
    var places = Places(engine, n)
    for i in 0..<n * n { places.m[i] = z * shifted.elements[i] }
    places.h.update(repeating: 0, count: n * n)
    let first = VectorMath.exp(VectorMath.log(z) / Double(p))
    for i in 0..<n { places.h[i * n + i] = first }
    var steps = 0
    var residual = places.residual
    while residual > tolerance {
      guard steps < limit, residual.isFinite else { throw .noConvergence }
      places.step(p)
      steps += 1
      let now = places.residual
      // Rounding ends the descent before a tolerance that is too small for the condition of the matrix.
      if now >= residual, now < 1e-6 { break }
      residual = now
    }
    let root = Matrix(rowCount: n, columnCount: n, elements: Array(UnsafeBufferPointer(start: places.h, count: n * n)))
    return Newton(root: root, residual: residual, steps: steps)
  }

  /// M, H, T and two matrices to compute powers in.
  private struct Places {
    let engine: MatrixEngine
    let n: Int
    var m: UnsafeMutablePointer<Double>
    var h: UnsafeMutablePointer<Double>
    var t: UnsafeMutablePointer<Double>
    var power: UnsafeMutablePointer<Double>
    var spare: UnsafeMutablePointer<Double>

    init(_ engine: MatrixEngine, _ n: Int) {
      self.engine = engine
      self.n = n
      m = engine.scratch(0, n * n)
      h = engine.scratch(1, n * n)
      t = engine.scratch(2, n * n)
      power = engine.scratch(3, n * n)
      spare = engine.scratch(4, n * n)
    }

    var residual: Double {
      var worst = 0.0
      for i in 0..<n {
        for j in 0..<n {
          let error = abs(m[i * n + j] - (i == j ? 1 : 0))
          worst = error > worst || error.isNaN ? error : worst
        }
      }
      return worst
    }

    private func view(_ x: UnsafeMutablePointer<Double>) -> MatrixView<Double> { MatrixView(x, n, n) }

    mutating func step(_ p: Int) {
      let count = n * n
      for i in 0..<count { t[i] = -m[i] / Double(p) }
      for i in 0..<n { t[i * n + i] += Double(p + 1) / Double(p) }
      engine.symmetricProduct(view(h), view(t), into: spare)
      swap(&h, &spare)
      // Tᵖ·M by the binary digits of p, all factors commute.
      var rest = p
      power.update(from: t, count: count)
      while rest > 0 {
        if rest & 1 == 1 {
          engine.symmetricProduct(view(power), view(m), into: spare)
          swap(&m, &spare)
        }
        rest >>= 1
        if rest > 0 {
          engine.symmetricProduct(view(power), view(power), into: spare)
          swap(&power, &spare)
        }
      }
    }
  }
}
