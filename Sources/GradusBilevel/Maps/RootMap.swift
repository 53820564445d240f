// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// F = g: the root of a square system of equations, as Newton's method and every other root finder leaves it.
public struct RootMap: OptimalityMap {
  public let function: ParametricFunction
  public let structure: JacobianStructure

  /// `structure` is what is known of ∂₁g.
  public init(_ function: ParametricFunction, structure: JacobianStructure = .general) {
    precondition(
      function.pointCount == function.valueCount, "a system has as many equations as unknowns")
    self.function = function
    self.structure = structure
  }

  public var solutionCount: Int { function.pointCount }
  public var parameterCount: Int { function.parameterCount }

  public func residual(at x: Vector, parameters: Vector) async throws -> Vector {
    try await function.value(at: x, parameters: parameters)
  }

  public func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap {
    let here = try await function.derivatives(at: x, parameters: parameters)
    return LinearizedMap(
      residual: here.value, bySolution: here.byPoint, byParameters: here.byParameters, structure: structure)
  }
}

extension RootMap {
  /// F = ∇₁f: a stationary point of f(·, θ), whose Hessian is symmetric, and positive definite at a strict minimum.
  public static func stationarity(
    _ gradient: ParametricFunction, structure: JacobianStructure = .positiveDefinite
  ) -> RootMap {
    RootMap(gradient, structure: structure)
  }

  /// F = T(x, θ) − x: a fixed point of T, as an iteration x ← T(x, θ) leaves it. `structure` is that of ∂₁T − I.
  public static func fixedPoint(_ map: ParametricFunction, structure: JacobianStructure = .general) -> RootMap {
    let function = ParametricFunction(
      pointCount: map.pointCount, parameterCount: map.parameterCount, valueCount: map.valueCount,
      value: { try await map.value(at: $0, parameters: $1) - $0 },
      derivatives: { x, theta in
        let here = try await map.derivatives(at: x, parameters: theta)
        return .init(
          value: here.value - x, byPoint: ShiftedOperator(base: here.byPoint, shift: -1),
          byParameters: here.byParameters)
      })
    return RootMap(function, structure: structure)
  }

  /// F = f(x, θ): a steady state of ẋ = f(x, θ). It is stable when the symmetric part of ∂₁f is negative definite, which the
  /// certificate's monotonicity shows for small n.
  public static func steadyState(_ rightHandSide: ParametricFunction) -> RootMap { RootMap(rightHandSide) }
}
