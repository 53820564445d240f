// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The orthogonal factor of a matrix, nearly, by products alone:
///
///     X ← X/‖X‖_F,   s times:   A = X·Xᵀ,   X ← (a·I + b·A + c·A²)·X
///
/// on the short side (XᵀX from the right for tall matrices). With the coefficients of Muon every singular value σ > 0.003
/// of the scaled matrix ends in about [0.7, 1.2] after five steps; with (15/8, −10/8, 3/8) the values converge to 1.
///
/// Cost: s·(3m²n + m³) multiplications with m the short side, since A and A² are symmetric.
/// Reference: K. Jordan et al., *Muon* (2024); Å. Björck & C. Bowie, SIAM J. Numer. Anal. 8 (1971).
public struct Orthogonalization: Sendable, Codable, Hashable {
  /// a, b, c.
  public var coefficients: [Double]
  public var steps: Int
  /// What the norm is divided by at least.
  public var floor: Double

  /// a, b, c of every step, and how many there are.
  public init(coefficients: [Double] = muon, steps: Int = 5, floor: Double = 1e-7) {
    precondition(coefficients.count == 3, "a quintic iteration has three coefficients")
    precondition(steps >= 0 && floor >= 0, "an orthogonalization takes \(steps) steps and divides by at least \(floor)")
    self.coefficients = coefficients
    self.steps = steps
    self.floor = floor
  }

  /// Steepest at zero among those that keep singular values near one.
  public static let muon = [3.4445, -4.7750, 2.0315]
  /// Converges to the orthogonal factor with order three.
  public static let convergent = [15.0 / 8, -10.0 / 8, 3.0 / 8]

  /// The factor of a matrix.
  public func callAsFunction(_ matrix: Matrix, on engine: MatrixEngine = MatrixEngine()) -> Matrix {
    var result = matrix
    result.elements.withUnsafeMutableBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      // Columns one behind the other are the rows of the transposed matrix, whose factor is the transposed one.
      let end = run(MatrixView(base, matrix.columnCount, matrix.rowCount), on: engine)
      if end.elements != base { base.update(from: end.elements, count: elements.count) }
    }
    return result
  }

  /// Overwrites `x`, rows one behind the other; the result lies in the view that is returned, in the memory of `x` or of the
  /// engine's places 0 to 2.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package func run<T: MatrixScalar>(_ x: MatrixView<T>, on engine: MatrixEngine) -> MatrixView<T> {
    precondition(x.stride == x.columns && !x.isTransposed, "a matrix is orthogonalized from rows one behind the other")
    let norm = max(MatrixEngine.squares(x.elements, x.count).squareRoot(), floor)
    if norm > 0 { MatrixEngine.scale(x.elements, x.count, T(1 / norm)) }
    let isWide = x.rows <= x.columns
    let m = min(x.rows, x.columns)
    let (gram, polynomial) = (engine.scratch(0, m * m, T.self), engine.scratch(1, m * m, T.self))
    var here = x
    var there = MatrixView(engine.scratch(2, x.count, T.self), x.rows, x.columns)
    let (a, b, c) = (T(coefficients[0]), T(coefficients[1]), T(coefficients[2]))
    for _ in 0..<steps {
      let rows = isWide ? here : here.transposed
      engine.symmetricProduct(rows, rows.transposed, into: gram)
      let square = MatrixView(gram, m, m)
      engine.symmetricProduct(square, square, into: polynomial, c, plus: b, times: gram, diagonal: a)
      let factor = MatrixView(polynomial, m, m)
      if isWide {
        engine.multiply(factor, here, into: there)
      } else {
        engine.multiply(here, factor, into: there)
      }
      swap(&here, &there)
    }
    return here
  }
}

extension Matrix {
  /// U·Vᵀ of A = U·diag(σ)·Vᵀ: the orthogonal factor of the polar decomposition, and the subgradient of the nuclear norm.
  ///
  /// Directions with σ ≤ `tolerance`·σ₁ are left out. Throws `notFinite` or `noConvergence`.
  public func polarFactor(
    tolerance: Double = 1e-12, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) -> Matrix {
    let singular = try SingularValues(self, on: backend)
    let kept = singular.rank(tolerance: tolerance)
    var left = singular.left
    for j in kept..<max(kept, left.columnCount) {
      for i in 0..<left.rowCount { left[i, j] = 0 }
    }
    return left.times(singular.right.transposed)
  }
}
