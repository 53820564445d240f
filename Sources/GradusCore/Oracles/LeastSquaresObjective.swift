// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// ½|r(x)|² and Jᵀr of a residual oracle: a least-squares problem read as a smooth one.
public struct LeastSquaresObjective: FirstOrderOracle {
  public let base: any ResidualOracle

  public init(_ base: any ResidualOracle) { self.base = base }

  /// ½|r(x)|².
  public func value(at point: Vector) async throws -> Double {
    let r = try await base.residual(at: point)
    return 0.5 * r.inner(r)
  }

  /// ½|r(x)|² and J(x)ᵀr(x).
  public func linearization(at point: Vector) async throws -> Linearization<Vector> {
    let r = try await base.residual(at: point)
    return Linearization(
      value: 0.5 * r.inner(r), gradient: try await base.jacobianTransposedProduct(at: point, with: r))
  }
}
