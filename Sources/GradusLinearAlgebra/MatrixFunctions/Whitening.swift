// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// (X·Xᵀ)^(−1/2)·X by products alone, on the short side:
///
///     X ← X/‖X‖_F,   Y = X·Xᵀ,  Z = I,   s times:   M = 3I − Z·Y,   Y ← β·Y·M,   Z ← β·Z·M;        Z·X
///
/// With β = ½ the iteration converges: a relative eigenvalue μ of X·Xᵀ/‖X‖² is reached after about log(1/μ)/log(9/4)
/// steps. Rows of the result are then orthonormal.
///
/// Cost: s·3m³/2 + 3m²n/2 multiplications with m the short side. Reference: N. Higham, *Functions of Matrices*, SIAM 2008,
/// equation (6.35); C. Ma et al., *SWAN*, 2024, algorithm 1.
public struct Whitening: Sendable, Codable, Hashable {
  /// β.
  public var share: Double
  public var steps: Int
  /// What the norm is divided by at least.
  public var floor: Double

  /// β and the number of steps.
  public init(share: Double = 0.5, steps: Int = 10, floor: Double = 1e-30) {
    precondition(steps >= 0 && floor >= 0, "a whitening takes \(steps) steps and divides by at least \(floor)")
    self.share = share
    self.steps = steps
    self.floor = floor
  }

  /// The whitened matrix.
  public func callAsFunction(_ matrix: Matrix, on engine: MatrixEngine = MatrixEngine()) -> Matrix {
    var result = matrix
    result.elements.withUnsafeMutableBufferPointer { elements in
      guard let base = elements.baseAddress else { return }
      let end = run(MatrixView(base, matrix.columnCount, matrix.rowCount), on: engine)
      base.update(from: end.elements, count: elements.count)
    }
    return result
  }

  /// Scales `x`, rows one behind the other, and leaves the result in the engine's place 5.
  @specialized(where T == Float)
  @specialized(where T == Double)
  package func run<T: MatrixScalar>(_ x: MatrixView<T>, on engine: MatrixEngine) -> MatrixView<T> {
    precondition(x.stride == x.columns && !x.isTransposed, "a matrix is whitened from rows one behind the other")
    let norm = max(MatrixEngine.squares(x.elements, x.count).squareRoot(), floor)
    if norm > 0 { MatrixEngine.scale(x.elements, x.count, T(1 / norm)) }
    let m = min(x.rows, x.columns)
    let rows = x.rows <= x.columns ? x : x.transposed
    var (y, z) = (engine.scratch(0, m * m, T.self), engine.scratch(1, m * m, T.self))
    let factor = engine.scratch(2, m * m, T.self)
    var (nextY, nextZ) = (engine.scratch(3, m * m, T.self), engine.scratch(4, m * m, T.self))
    engine.symmetricProduct(rows, rows.transposed, into: y)
    z.update(repeating: 0, count: m * m)
    for i in 0..<m { z[i * m + i] = 1 }
    let beta = T(share)
    for _ in 0..<steps {
      engine.symmetricProduct(MatrixView(z, m, m), MatrixView(y, m, m), into: factor, -1, diagonal: 3)
      let third = MatrixView(factor, m, m)
      engine.symmetricProduct(MatrixView(y, m, m), third, into: nextY, beta)
      engine.symmetricProduct(MatrixView(z, m, m), third, into: nextZ, beta)
      swap(&y, &nextY)
      swap(&z, &nextZ)
    }
    let result = MatrixView(engine.scratch(5, x.count, T.self), x.rows, x.columns)
    if x.rows <= x.columns {
      engine.multiply(MatrixView(z, m, m), x, into: result)
    } else {
      engine.multiply(x, MatrixView(z, m, m), into: result)
    }
    return result
  }
}
