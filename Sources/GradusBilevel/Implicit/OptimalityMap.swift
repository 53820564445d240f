// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

/// A condition F(x, θ) = 0 that a solution x = x*(θ) satisfies: what is differentiated in place of a solver.
///
///     F(x*(θ), θ) = 0   ⟹   ∂x*(θ) = −(∂₁F)⁻¹·∂₂F          F: Rⁿ × Rᵖ → Rⁿ
///
/// Questions to a model may have to be awaited, products of linear algebra may not: so a map is linearized once at the
/// solution, and all products with its Jacobians are immediate after that. Reference: Blondel et al., *Efficient and Modular
/// Implicit Differentiation*, NeurIPS 2022.
public protocol OptimalityMap: Sendable {
  /// n.
  var solutionCount: Int { get }
  /// p.
  var parameterCount: Int { get }
  /// F(x, θ). Numbers outside the domain are NaN. Throws when nobody can answer.
  func residual(at x: Vector, parameters: Vector) async throws -> Vector
  /// F(x, θ) with products of ∂₁F and ∂₂F and of their transposes.
  func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap
}

/// F, ∂₁F and ∂₂F at a point.
public struct LinearizedMap: Sendable {
  /// F(x, θ).
  public var residual: Vector
  /// ∂₁F, n × n.
  public var bySolution: any AdjointOperator
  /// ∂₂F, n × p.
  public var byParameters: any AdjointOperator
  public var structure: JacobianStructure
  /// Where F turns a corner, so that derivatives are one-sided.
  public var corners: [Corner]
  /// Products with (∂₁F)⁻¹ and its transpose, where the map has a factorization of its own.
  public var inverse: (any AdjointOperator)?

  public init(
    residual: Vector, bySolution: any AdjointOperator, byParameters: any AdjointOperator,
    structure: JacobianStructure = .general, corners: [Corner] = [], inverse: (any AdjointOperator)? = nil
  ) {
    self.residual = residual
    self.bySolution = bySolution
    self.byParameters = byParameters
    self.structure = structure
    self.corners = corners
    self.inverse = inverse
  }

  /// An equation of F that is not differentiable here.
  public struct Corner: Sendable, Hashable, CustomStringConvertible {
    /// The position in F, from 0.
    public var index: Int
    /// What is met there, such as "row 3 holds without a multiplier".
    public var description: String

    public init(index: Int, _ description: String) {
      self.index = index
      self.description = description
    }
  }
}

/// What is known of ∂₁F, which decides how systems with it are solved.
public enum JacobianStructure: String, Sendable, Codable, Hashable, CaseIterable {
  case general, symmetric
  /// Symmetric with positive, or with negative, eigenvalues.
  case positiveDefinite, negativeDefinite

  public var isSymmetric: Bool { self != .general }
}
