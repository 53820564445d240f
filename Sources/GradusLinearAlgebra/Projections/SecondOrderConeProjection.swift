// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// |x| ≤ t over points (t, x). Between the cone and its polar, with u = x/|x| and r = t/|x|,
///
///     P(t, x) = ½(t + |x|)·(1, u),   ∂P = ½ [ 1  uᵀ ; u  (1 + r)·I − r·u·uᵀ ]
///
/// Reference: Fukushima, Luo & Tseng, *SIAM J. Optim.* 12 (2002).
public struct SecondOrderConeProjection: DifferentiableProjection {
  public let dimension: Int

  public init(dimension: Int) {
    precondition(dimension > 0, "a cone has a dimension")
    self.dimension = dimension
  }

  public func projection(of v: Vector) -> Vector { linearization(at: v).point }

  public func linearization(at v: Vector) -> LinearizedProjection {
    precondition(v.count == dimension, "a point of another dimension")
    let t = v[0]
    let x = Vector(Array(v.elements.dropFirst()))
    let size = x.norm
    let corner =
      LinearizedProjection.isCorner(size - t, t) || LinearizedProjection.isCorner(size + t, t) ? Array(v.indices) : []
    if size <= t {
      return LinearizedProjection(
        point: v, jacobian: DiagonalOperator(Vector(repeating: 1, count: v.count)), kinks: corner)
    }
    if size <= -t {
      return LinearizedProjection(point: .zeros(v.count), jacobian: DiagonalOperator(.zeros(v.count)), kinks: corner)
    }
    let (u, r) = ((1 / size) * x, t / size)
    let jacobian = FunctionAdjointOperator(order: v.count, operationsPerProduct: 7 * v.count) { d in
      let e = Vector(Array(d.elements.dropFirst()))
      let along = u.inner(e)
      let tail = u.indices.map { 0.5 * (u[$0] * d[0] + (1 + r) * e[$0] - r * along * u[$0]) }
      return Vector([0.5 * (d[0] + along)] + tail)
    }
    let height = 0.5 * (t + size)
    return LinearizedProjection(
      point: Vector([height] + u.elements.map { height * $0 }), jacobian: jacobian, kinks: corner)
  }
}
