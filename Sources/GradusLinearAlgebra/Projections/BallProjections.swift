// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// |x|₂ ≤ r: outside,
///
///     P(v) = r·v/|v|,   ∂P = (r/|v|)·(I − v·vᵀ/|v|²)
public struct BallProjection: DifferentiableProjection {
  public let dimension: Int
  public let radius: Double

  public init(dimension: Int, radius: Double = 1) {
    precondition(radius > 0 && radius.isFinite, "a ball has a positive radius")
    self.dimension = dimension
    self.radius = radius
  }

  public func projection(of v: Vector) -> Vector {
    precondition(v.count == dimension, "a point of another dimension")
    let norm = v.norm
    return norm <= radius ? v : (radius / norm) * v
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    let norm = v.norm
    let (ratio, unit) = norm <= radius ? (1.0, Vector.zeros(v.count)) : (radius / norm, (1 / norm) * v)
    let jacobian = FunctionAdjointOperator(order: v.count, operationsPerProduct: 5 * v.count) { d in
      let along = unit.inner(d)
      return Vector(d.indices.map { ratio * (d[$0] - along * unit[$0]) })
    }
    let isKink = LinearizedProjection.isCorner(norm - radius, radius)
    return LinearizedProjection(
      point: projection(of: v), jacobian: jacobian, kinks: isKink ? Array(v.indices) : [])
  }
}

/// |x|₁ ≤ r: outside, the projection of |v| onto the simplex of total r with the signs g of v put back,
///
///     ∂P = diag(1_S) − g_S·g_Sᵀ/|S|,   S = the support of P(v)
public struct AbsoluteBallProjection: DifferentiableProjection {
  public let dimension: Int
  public let radius: Double

  public init(dimension: Int, radius: Double = 1) {
    precondition(dimension > 0 && radius > 0 && radius.isFinite, "a ball has a dimension and a positive radius")
    self.dimension = dimension
    self.radius = radius
  }

  public func projection(of v: Vector) -> Vector { linearization(at: v).point }

  public func linearization(at v: Vector) -> LinearizedProjection {
    precondition(v.count == dimension, "a point of another dimension")
    let magnitudes = Vector(v.elements.map(abs))
    let size = magnitudes.elements.reduce(0, +)
    let isKink = LinearizedProjection.isCorner(size - radius, radius)
    guard size > radius || size.isNaN else {
      return LinearizedProjection(
        point: v, jacobian: DiagonalOperator(Vector(repeating: 1, count: v.count)),
        kinks: isKink ? Array(v.indices) : [])
    }
    let image = SimplexProjection(dimension: dimension, total: radius).linearization(at: magnitudes)
    let signs = Vector(v.indices.map { image.point[$0] > 0 ? (v[$0] < 0 ? -1 : 1) : 0 })
    return LinearizedProjection(
      point: Vector(v.indices.map { v[$0] < 0 ? -image.point[$0] : image.point[$0] }),
      jacobian: SimplexProjection.jacobian(signs: signs), kinks: isKink ? Array(v.indices) : image.kinks)
  }
}
