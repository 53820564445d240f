// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra

/// How systems with ∂₁F are solved.
public enum ImplicitSolver: String, Sendable, Codable, Hashable, CaseIterable {
  /// The map's own factorization; else `dense` up to `denseLimit`; else by structure: `cg`, `minres`, `gmres`.
  case automatic
  /// LU factors of the assembled matrix.
  case dense
  /// For definite ∂₁F.
  case conjugateGradient = "cg"
  /// For symmetric ∂₁F.
  case minres
  case gmres
  /// The shortest least-squares solution, also where ∂₁F is singular.
  case lsqr
}

/// What is asked of a derivative of a solution.
public struct ImplicitOptions: Sendable {
  public var solver = ImplicitSolver.automatic
  /// Residual of every system, relative to its right-hand side.
  public var tolerance = 1e-12
  /// Iterations a system; nil: 20n + 200.
  public var iterationLimit: Int?
  /// ρ ≥ 0: definite systems get ρ added to the magnitude of their eigenvalues, others become
  /// min |Az − b|² + ρ²|z|², solved by `dense` or `lsqr`.
  public var ridge = 0.0
  /// M⁻¹ for ∂₁F (for −∂₁F where it is negative definite), and for its transpose where the two differ.
  public var preconditioner: (any LinearOperator)?
  public var transposedPreconditioner: (any LinearOperator)?
  /// Derivatives are given at corners too: one of those that F has nearby.
  public var allowsOneSided = false
  /// The largest distance from a zero of F, relative to max(1, |x|), that passes without a warning.
  public var convergence = 1e-6
  /// Largest n that `automatic` solves densely.
  public var denseLimit = 256
  /// σ_min ≤ this·σ_max is singular; 0 switches the test off, and spares a system of an iterative solver.
  public var singularity = 1e-11
  /// μ of a map that is known to be strongly monotone, for `errorBound`; nil: computed where LU factors are made.
  public var monotonicity: Double?

  public init() {}
}
