// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// f(x) and c(x) of a nonlinear program.
public struct ConstrainedValues: Sendable, Codable {
  public var objective: Double
  public var constraints: Vector

  public init(objective: Double, constraints: Vector) {
    self.objective = objective
    self.constraints = constraints
  }
}

/// ∇f(x) and the sparse Jacobian of c at x.
public struct ConstrainedDerivatives: Sendable, Codable {
  public var gradient: Vector
  public var jacobian: SparseMatrix

  public init(gradient: Vector, jacobian: SparseMatrix) {
    self.gradient = gradient
    self.jacobian = jacobian
  }
}

/// Tells a nonlinear program: minimize f(x) subject to lower ≤ c(x) ≤ upper.
public protocol ConstraintOracle: Sendable {
  func values(at point: Vector) async throws -> ConstrainedValues
  func derivatives(at point: Vector) async throws -> ConstrainedDerivatives
  /// (σ·∇²f(x) + Σ yᵢ·∇²cᵢ(x))·d.
  func lagrangianProduct(at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector)
    async throws -> Vector
}

/// What are the values, the derivatives, or a product with the Hessian of the Lagrangian at x?
public enum Constrained: Query, Codable {
  case evaluate(Vector)
  case derivatives(Vector)
  case lagrangianProduct(at: Vector, multipliers: Vector, objectiveWeight: Double, along: Vector)

  public enum Answer: Sendable, Codable {
    case values(ConstrainedValues)
    case derivatives(ConstrainedDerivatives)
    case product(Vector)
  }

  public static var needs: String { "values and derivatives of objective and constraints" }

  public var kind: String {
    switch self {
    case .evaluate: "value"
    case .derivatives: "gradient"
    case .lagrangianProduct: "hessian product"
    }
  }

  public func put(to oracle: any ConstraintOracle) async throws -> Answer {
    switch self {
    case .evaluate(let x): .values(try await oracle.values(at: x))
    case .derivatives(let x): .derivatives(try await oracle.derivatives(at: x))
    case .lagrangianProduct(let x, let y, let sigma, let d):
      .product(try await oracle.lagrangianProduct(at: x, multipliers: y, objectiveWeight: sigma, along: d))
    }
  }
}
