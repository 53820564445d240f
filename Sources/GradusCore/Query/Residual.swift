// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// r(x) and J(x).
public struct LinearizedResidual: Sendable, Codable {
  public var residual: Vector
  /// m × n, column after column.
  public var jacobian: Vector

  public init(residual: Vector, jacobian: Vector) {
    self.residual = residual
    self.jacobian = jacobian
  }
}

/// Tells r(x) ∈ Rᵐ of a least-squares problem ½|r(x)|² and products with its Jacobian J (m × n).
public protocol ResidualOracle: Sendable {
  /// r(x).
  func residual(at point: Vector) async throws -> Vector
  /// J(x)·d.
  func jacobianProduct(at point: Vector, along direction: Vector) async throws -> Vector
  /// J(x)ᵀ·w.
  func jacobianTransposedProduct(at point: Vector, with weights: Vector) async throws -> Vector
  /// r(x) and J(x). The default asks for n products.
  func linearizedResidual(at point: Vector) async throws -> LinearizedResidual
}

extension ResidualOracle {
  /// r(x) and the Jacobian column by column, each from the product with a unit vector.
  public func linearizedResidual(at point: Vector) async throws -> LinearizedResidual {
    let residual = try await residual(at: point)
    var columns: [Double] = []
    columns.reserveCapacity(residual.count * point.count)
    for j in point.indices {
      var unit = Vector.zeros(point.count)
      unit[j] = 1
      columns += try await jacobianProduct(at: point, along: unit).elements
    }
    return LinearizedResidual(residual: residual, jacobian: Vector(columns))
  }
}

/// What is r(x); what are r(x) and J(x); what is J·d or Jᵀ·w?
public enum Residuals: Query, Codable {
  case evaluate(Vector)
  case linearize(Vector)
  case product(at: Vector, along: Vector)
  case transposed(at: Vector, with: Vector)

  /// The residuals, with their Jacobian, or the Jacobian or its transpose times a vector.
  public enum Answer: Sendable, Codable {
    case residual(Vector)
    case linearized(LinearizedResidual)
    case product(Vector)
  }

  public static var needs: String { "residuals and Jacobian products" }

  public var kind: String {
    switch self {
    case .evaluate: "residual"
    case .linearize: "jacobian"
    case .product, .transposed: "jacobian product"
    }
  }

  /// Residuals, Jacobian or product, as asked.
  public func put(to oracle: any ResidualOracle) async throws -> Answer {
    switch self {
    case .evaluate(let x): .residual(try await oracle.residual(at: x))
    case .linearize(let x): .linearized(try await oracle.linearizedResidual(at: x))
    case .product(let x, let d): .product(try await oracle.jacobianProduct(at: x, along: d))
    case .transposed(let x, let w): .product(try await oracle.jacobianTransposedProduct(at: x, with: w))
    }
  }
}
