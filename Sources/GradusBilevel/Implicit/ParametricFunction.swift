// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// A differentiable function g(x, θ) ∈ Rᵐ, from which optimality maps are made: a gradient, a residual, a right-hand side.
public struct ParametricFunction: Sendable {
  /// g, ∂₁g (m × n) and ∂₂g (m × p).
  public struct Derivatives: Sendable {
    public var value: Vector
    public var byPoint: any AdjointOperator
    public var byParameters: any AdjointOperator

    public init(value: Vector, byPoint: any AdjointOperator, byParameters: any AdjointOperator) {
      self.value = value
      self.byPoint = byPoint
      self.byParameters = byParameters
    }
  }

  /// g(x, θ).
  public typealias Value = @Sendable (_ x: Vector, _ parameters: Vector) async throws -> Vector
  /// A product with a Jacobian at (x, θ), or with its transpose.
  public typealias Product = @Sendable (_ x: Vector, _ parameters: Vector, _ along: Vector) -> Vector

  public let pointCount: Int
  public let parameterCount: Int
  public let valueCount: Int
  private let function: Value
  private let differentiated: @Sendable (Vector, Vector) async throws -> Derivatives

  /// From g and from all of its derivatives at a point.
  public init(
    pointCount: Int, parameterCount: Int, valueCount: Int? = nil, value: @escaping Value,
    derivatives: @escaping @Sendable (_ x: Vector, _ parameters: Vector) async throws -> Derivatives
  ) {
    self.pointCount = pointCount
    self.parameterCount = parameterCount
    self.valueCount = valueCount ?? pointCount
    function = value
    differentiated = derivatives
  }

  /// From four products, without any matrix: d ↦ ∂₁g·d, w ↦ ∂₁gᵀ·w, t ↦ ∂₂g·t and w ↦ ∂₂gᵀ·w.
  public init(
    pointCount: Int, parameterCount: Int, valueCount: Int? = nil, operationsPerProduct: Int = 0,
    value: @escaping Value, push: @escaping Product, pull: @escaping Product, pushParameters: @escaping Product,
    pullParameters: @escaping Product
  ) {
    let m = valueCount ?? pointCount
    self.init(pointCount: pointCount, parameterCount: parameterCount, valueCount: m, value: value) { x, theta in
      Derivatives(
        value: try await value(x, theta),
        byPoint: FunctionAdjointOperator(
          rowCount: m, columnCount: pointCount, operationsPerProduct: operationsPerProduct,
          product: { push(x, theta, $0) }, transposed: { pull(x, theta, $0) }),
        byParameters: FunctionAdjointOperator(
          rowCount: m, columnCount: parameterCount, operationsPerProduct: operationsPerProduct,
          product: { pushParameters(x, theta, $0) }, transposed: { pullParameters(x, theta, $0) }))
    }
  }

  /// ∇₁f of a scalar f(x, θ) whose second derivatives nobody wrote down, from ∇₁f and ∇₂f by central differences:
  ///
  ///     ∇²₁₁f·d ≈ (∇₁f(x + hd) − ∇₁f(x − hd))/2h,   ∇²₁₂f·t likewise along θ,   (∇²₁₂f)ᵀ·w by ∇₂f along x
  ///
  /// Relative errors near 1e-10 of well scaled functions; two gradients a product.
  public static func gradient(
    pointCount: Int, parameterCount: Int,
    byPoint: @escaping @Sendable (_ x: Vector, _ parameters: Vector) -> Vector,
    byParameters: @escaping @Sendable (_ x: Vector, _ parameters: Vector) -> Vector
  ) -> ParametricFunction {
    let curvature: Product = { x, theta, d in Differences.along(d, from: x) { byPoint($0, theta) } }
    return ParametricFunction(
      pointCount: pointCount, parameterCount: parameterCount, value: byPoint, push: curvature, pull: curvature,
      pushParameters: { x, theta, t in Differences.along(t, from: theta) { byPoint(x, $0) } },
      pullParameters: { x, theta, w in Differences.along(w, from: x) { byParameters($0, theta) } })
  }

  /// g from its values alone: both Jacobians as dense matrices by central differences, 2(n + p) values a point.
  public static func byDifferences(
    pointCount: Int, parameterCount: Int, valueCount: Int? = nil,
    value: @escaping @Sendable (_ x: Vector, _ parameters: Vector) -> Vector
  ) -> ParametricFunction {
    let m = valueCount ?? pointCount
    return ParametricFunction(
      pointCount: pointCount, parameterCount: parameterCount, valueCount: m, value: value
    ) { x, theta in
      Derivatives(
        value: value(x, theta), byPoint: Differences.jacobian(m, at: x) { value($0, theta) },
        byParameters: Differences.jacobian(m, at: theta) { value(x, $0) })
    }
  }

  /// g(x, θ), of the right length.
  public func value(at x: Vector, parameters: Vector) async throws -> Vector {
    try check(x, parameters)
    let value = try await function(x, parameters)
    guard value.count == valueCount else {
      throw ImplicitError.shape("the function gave \(value.count) numbers in place of \(valueCount)")
    }
    return value
  }

  /// g(x, θ) and its Jacobians, of the right shapes.
  public func derivatives(at x: Vector, parameters: Vector) async throws -> Derivatives {
    try check(x, parameters)
    let found = try await differentiated(x, parameters)
    let shapes = [
      (found.byPoint.rowCount, valueCount), (found.byPoint.columnCount, pointCount),
      (found.byParameters.rowCount, valueCount), (found.byParameters.columnCount, parameterCount),
      (found.value.count, valueCount),
    ]
    for (got, wanted) in shapes where got != wanted {
      throw ImplicitError.shape("a Jacobian of the function has \(got) rows or columns in place of \(wanted)")
    }
    return found
  }

  private func check(_ x: Vector, _ parameters: Vector) throws(ImplicitError) {
    guard x.count == pointCount else {
      throw .shape("the point has \(x.count) numbers, and the map is about \(pointCount)")
    }
    guard parameters.count == parameterCount else {
      throw .shape("there are \(parameters.count) parameters, and the map has \(parameterCount)")
    }
  }
}
