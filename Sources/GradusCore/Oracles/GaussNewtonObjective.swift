// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// ½|r(x)|², Jᵀr and the Gauss–Newton matrix JᵀJ in the place of the Hessian.
///
/// The matrix is positive semidefinite and exact where r = 0. Cost of a matrix: one Jacobian and mn² operations.
public struct GaussNewtonObjective: SecondOrderOracle {
  public let base: any ResidualOracle

  public init(_ base: any ResidualOracle) { self.base = base }

  /// ½|r(x)|².
  public func value(at point: Vector) async throws -> Double {
    try await LeastSquaresObjective(base).value(at: point)
  }

  /// ½|r(x)|² and J(x)ᵀr(x).
  public func linearization(at point: Vector) async throws -> Linearization<Vector> {
    try await LeastSquaresObjective(base).linearization(at: point)
  }

  /// Jᵀ(J·d).
  public func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try await base.jacobianTransposedProduct(
      at: point, with: try await base.jacobianProduct(at: point, along: direction))
  }

  /// JᵀJ.
  public func hessianMatrix(at point: Vector) async throws -> Vector {
    let model = try await base.linearizedResidual(at: point)
    let (m, n) = (model.residual.count, point.count)
    precondition(model.jacobian.count == m * n, "a Jacobian has a row for each residual and a column for each variable")
    var product = [Double](repeating: 0, count: n * n)
    let columns = model.jacobian.elements
    for j in 0..<n {
      for i in 0...j {
        var sum = 0.0
        for k in 0..<m { sum += columns[i * m + k] * columns[j * m + k] }
        product[i + j * n] = sum
        product[j + i * n] = sum
      }
    }
    return Vector(product)
  }
}
