// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// x ≥ 0, Σxᵢ = s: over the support S = {xᵢ > 0},
///
///     P(v) = max(v − τ, 0),   τ = (Σ_S vᵢ − s)/|S|,   ∂P = diag(1_S) − 1_S·1_Sᵀ/|S|
///
/// τ by sorting, O(n log n). Reference: Duchi et al., *Efficient Projections onto the ℓ₁-Ball*, ICML 2008.
public struct SimplexProjection: DifferentiableProjection {
  public let dimension: Int
  /// s > 0.
  public let total: Double

  public init(dimension: Int, total: Double = 1) {
    precondition(dimension > 0 && total > 0 && total.isFinite, "a simplex needs a dimension and a positive total")
    self.dimension = dimension
    self.total = total
  }

  public func projection(of v: Vector) -> Vector {
    let tau = threshold(v)
    return Vector(v.elements.map { $0.isNaN || tau.isNaN ? .nan : max($0 - tau, 0) })
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    let tau = threshold(v)
    let kinks = v.indices.filter { LinearizedProjection.isCorner(v[$0] - tau, tau) }
    // A simplex of one element is a point, and its projection has no corner.
    return LinearizedProjection(
      point: projection(of: v), jacobian: Self.jacobian(signs: Vector(v.elements.map { $0 > tau ? 1 : 0 })),
      kinks: dimension == 1 ? [] : kinks)
  }

  /// diag(g²) − g·gᵀ/|S| for signs g that are ±1 on S and 0 elsewhere.
  static func jacobian(signs g: Vector) -> FunctionAdjointOperator {
    let size = g.inner(g)
    return FunctionAdjointOperator(order: g.count, operationsPerProduct: 4 * g.count) { d in
      let mean = size > 0 ? g.inner(d) / size : 0
      return Vector(g.indices.map { g[$0] == 0 ? 0 : d[$0] - g[$0] * mean })
    }
  }

  /// τ with Σ max(vᵢ − τ, 0) = s; NaN where v is not finite.
  private func threshold(_ v: Vector) -> Double {
    precondition(v.count == dimension, "a point of another dimension")
    guard v.isFinite else { return .nan }
    var (sum, tau) = (0.0, 0.0)
    for (k, value) in v.elements.sorted(by: >).enumerated() {
      sum += value
      let candidate = (sum - total) / Double(k + 1)
      if k > 0, candidate >= value { break }
      tau = candidate
    }
    return tau
  }
}
