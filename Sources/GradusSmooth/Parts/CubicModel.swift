// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// gᵀd + ½dᵀHd + (σ/3)|d|³ in the basis of the eigenvectors of H, where it can be minimized for any σ in O(n) operations a
/// step of bisection.
struct CubicModel: Sendable, Codable {
  /// λ, ascending.
  private var values: Vector = []
  /// V by columns.
  private var vectors: Vector = []
  /// Vᵀg.
  private var slopes: Vector = []

  init() {}

  /// A matrix that is not finite, or has no spectrum, counts as zero. Cost: about 9n³ operations.
  init(_ matrix: Vector, gradient: Vector) {
    let n = gradient.count
    let stated = Matrix(rowCount: n, columnCount: n, elements: matrix.elements)
    let zero = Matrix(rowCount: n, columnCount: n)
    if let spectrum = try? SymmetricEigen(matrix.isFinite ? stated : zero, on: .portable) {
      (values, vectors) = (spectrum.values, Vector(spectrum.vectors.elements))
    } else {
      (values, vectors) = (.zeros(n), Vector(Matrix.identity(n).elements))
    }
    slopes = basis.transposedTimes(gradient)
  }

  private var basis: Matrix {
    Matrix(rowCount: values.count, columnCount: values.count, elements: vectors.elements)
  }

  /// |(Λ + λI)⁻¹Vᵀg|.
  private func length(_ lambda: Double) -> Double {
    var sum = 0.0
    for i in slopes.indices where slopes[i] != 0 {
      let part = slopes[i] / (values[i] + lambda)
      sum += part * part
    }
    return sum.squareRoot()
  }

  /// The global minimizer and by how much it lowers the model below 0.
  ///
  /// |d(λ)| − λ/σ decreases on λ > max(0, −λ₁). Where it is negative from the start, g has no part in the first eigenvectors
  /// (the hard case), and d is completed by a multiple of the first one.
  func minimizer(weight sigma: Double) -> (step: Vector, decrease: Double) {
    let n = slopes.count
    guard n > 0 else { return ([], 0) }
    let least = max(0, -values[0])
    let scale = max(abs(values[0]), abs(values[n - 1]), 1e-300)
    var lower = least
    // At this λ the shortest d is longer than λ/σ no more: |g|/λ ≤ λ/σ with λ beyond −λ₁.
    var upper = 2 * least + (sigma * slopes.norm).squareRoot() + 1e-16 * scale
    for _ in 0..<200 where length(upper) > upper / sigma { upper *= 2 }
    let first = least * (1 + 1e-15) + 1e-300
    if length(first) > first / sigma {
      for _ in 0..<120 {
        let middle = 0.5 * (lower + upper)
        guard middle > lower, middle < upper else { break }
        if length(middle) > middle / sigma { lower = middle } else { upper = middle }
      }
    } else {
      upper = first
    }
    var parts = Vector(slopes.indices.map { slopes[$0] == 0 ? 0 : -slopes[$0] / (values[$0] + upper) })
    let missing = (upper / sigma) * (upper / sigma) - parts.inner(parts)
    if values[0] < 0, missing > 1e-8 * (upper / sigma) * (upper / sigma) {
      parts[0] += slopes[0] > 0 ? -missing.squareRoot() : missing.squareRoot()
    }
    var model = sigma / 3 * parts.norm * parts.norm * parts.norm
    for i in parts.indices { model += parts[i] * (slopes[i] + 0.5 * values[i] * parts[i]) }
    return (basis.times(parts), -model)
  }
}
