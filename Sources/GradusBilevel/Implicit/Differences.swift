// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Central differences of functions of vectors.
enum Differences {
  /// ∛ε.
  static let step = 6.055454452393343e-6

  /// (g(x + hd) − g(x − hd))/2h, h = ∛ε·max(1, |x|∞)/|d|∞; zero for d = 0.
  static func along(_ d: Vector, from x: Vector, step: Double = step, _ g: (Vector) throws -> Vector) rethrows
    -> Vector
  {
    guard let h = width(d, x, step) else { return 0 * (try g(x)) }
    return (0.5 / h) * (try g(x + h * d) - g(x - h * d))
  }

  /// The same with values that are awaited.
  static func along(
    _ d: Vector, from x: Vector, step: Double = step, _ g: (Vector) async throws -> Vector
  ) async rethrows -> Vector {
    guard let h = width(d, x, step) else { return 0 * (try await g(x)) }
    let ahead = try await g(x + h * d)
    return (0.5 / h) * (ahead - (try await g(x - h * d)))
  }

  /// The Jacobian of g with m values, column by column.
  static func jacobian(_ m: Int, at x: Vector, _ g: (Vector) -> Vector) -> Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(m * x.count)
    for j in x.indices {
      let h = step * max(1, abs(x[j]))
      var (ahead, behind) = (x, x)
      ahead[j] += h
      behind[j] -= h
      elements += ((1 / (ahead[j] - behind[j])) * (g(ahead) - g(behind))).elements
    }
    return Matrix(rowCount: m, columnCount: x.count, elements: elements)
  }

  private static func width(_ d: Vector, _ x: Vector, _ step: Double) -> Double? {
    let size = d.maximumMagnitude
    return size > 0 ? step * max(1, x.maximumMagnitude) / size : size.isNaN ? .nan : nil
  }
}
