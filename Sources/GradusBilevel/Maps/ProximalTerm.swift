// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// A convex term h(x, θ) by its proximal map, with derivatives in the point and in the parameters.
///
///     prox(v; θ, η) = argmin_u h(u, θ) + |u − v|²/(2η)
public protocol ProximalTerm: Sendable {
  /// n.
  var dimension: Int { get }
  /// prox(v; θ, η).
  func proximal(_ v: Vector, parameters: Vector, step: Double) -> Vector
  /// prox and its Jacobians.
  func linearization(at v: Vector, parameters: Vector, step: Double) -> LinearizedProximal
}

/// A proximal point with its derivatives.
public struct LinearizedProximal: Sendable {
  public var point: Vector
  /// ∂prox/∂v, symmetric with eigenvalues in [0, 1].
  public var byPoint: any AdjointOperator
  /// ∂prox/∂θ, n × p; nil where θ does not enter.
  public var byParameters: (any AdjointOperator)?
  /// Coordinates of v at which prox turns a corner.
  public var corners: [Int]

  public init(
    point: Vector, byPoint: any AdjointOperator, byParameters: (any AdjointOperator)? = nil, corners: [Int] = []
  ) {
    self.point = point
    self.byPoint = byPoint
    self.byParameters = byParameters
    self.corners = corners
  }
}

/// h = 0 on a closed convex set and +∞ outside: prox is the projection.
public struct IndicatorTerm: ProximalTerm {
  public let projection: any DifferentiableProjection

  public init(_ projection: any DifferentiableProjection) { self.projection = projection }

  public var dimension: Int { projection.dimension }

  public func proximal(_ v: Vector, parameters: Vector, step: Double) -> Vector { projection.projection(of: v) }

  public func linearization(at v: Vector, parameters: Vector, step: Double) -> LinearizedProximal {
    let here = projection.linearization(at: v)
    return LinearizedProximal(point: here.point, byPoint: here.jacobian, corners: here.kinks)
  }
}

/// h = w(θ)·|x|₁ with w(θ) = θ_k, or w fixed, times the weight of each coordinate:
///
///     prox(v) = sign(v)·max(|v| − η·w·cᵢ, 0),   ∂prox/∂θ_k = −η·cᵢ·sign(v)  on the support
public struct AbsoluteTerm: ProximalTerm {
  /// Where w comes from.
  public enum Weight: Sendable, Hashable {
    case fixed(Double)
    /// θ at this position.
    case parameter(Int)
  }

  public let weight: Weight
  /// c ≥ 0.
  public let coefficients: Vector

  public init(_ weight: Weight, coefficients: Vector) {
    self.weight = weight
    self.coefficients = coefficients
  }

  /// All coordinates alike.
  public init(_ weight: Weight, dimension: Int) {
    self.init(weight, coefficients: Vector(repeating: 1, count: dimension))
  }

  public var dimension: Int { coefficients.count }

  public func proximal(_ v: Vector, parameters: Vector, step: Double) -> Vector {
    let w = step * value(parameters)
    return Vector(
      v.indices.map { i in
        let t = w * coefficients[i]
        return v[i] > t ? v[i] - t : v[i] < -t ? v[i] + t : v[i].isNaN || t.isNaN ? .nan : 0
      })
  }

  public func linearization(at v: Vector, parameters: Vector, step: Double) -> LinearizedProximal {
    let w = step * value(parameters)
    let signs = Vector(
      v.indices.map { i in v[i] > w * coefficients[i] ? 1.0 : v[i] < -w * coefficients[i] ? -1 : 0 })
    let moved = Vector(v.indices.map { -step * coefficients[$0] * signs[$0] })
    var byParameters: (any AdjointOperator)?
    if case .parameter(let k) = weight {
      let p = parameters.count
      byParameters = FunctionAdjointOperator(
        rowCount: v.count, columnCount: p, operationsPerProduct: 2 * v.count, product: { $0[k] * moved },
        transposed: { y in
          var image = Vector.zeros(p)
          image[k] = moved.inner(y)
          return image
        })
    }
    return LinearizedProximal(
      point: proximal(v, parameters: parameters, step: step),
      byPoint: DiagonalOperator(Vector(signs.elements.map(abs))), byParameters: byParameters,
      corners: v.indices.filter { i in
        let t = w * coefficients[i]
        return t > 0 && abs(abs(v[i]) - t) <= 1e-12 * max(1, t)
      })
  }

  private func value(_ parameters: Vector) -> Double {
    switch weight {
    case .fixed(let w): w
    case .parameter(let k): parameters[k]
    }
  }
}
