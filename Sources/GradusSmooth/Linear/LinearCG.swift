// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// Preconditioned conjugate gradients for symmetric positive definite linear systems.
///
///     α = ρ / pᵀAp,   x ← x + αp,   r ← r − αAp,   z = M⁻¹r,   ρ⁺ = rᵀz,   p ← z + (ρ⁺/ρ)·p
///
/// **Needs** nothing: it reads the matrix. One turn is one iteration. A direction with pᵀAp ≤ 0 ends it: the matrix is not
/// positive definite. **Keeps** five vectors; the preconditioner is made again when a run is resumed.
/// **Guarantee** error in the A-norm falls at least by (√κ − 1)/(√κ + 1) an iteration, κ the condition of M⁻¹A.
/// **Reference** M. Hestenes, E. Stiefel, J. Res. NBS 49 (1952).
public struct LinearCG: Catalogued {
  public var tolerance = 1e-10
  public var preconditioner = Preconditioner.ssor
  /// ω of the SSOR preconditioner.
  public var factor = 1.0

  public init() {}

  public static let card = Card(
    "cg", "conjugate gradients for positive definite linear systems", guarantee: "linear with rate (√κ−1)/(√κ+1)",
    reference: "Hestenes, Stiefel 1952",
    trials: [Trial("laplacian-system", answers: 40, value: 1e-15), Trial("graded-system", answers: 60, value: 1e-15)])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual relative to the right-hand side", role: .limit),
    Setting("preconditioner", choice: \.preconditioner, "approximation of the matrix that is inverted beside it"),
    Setting("factor", \.factor, in: 0.01...1.99, "relaxation factor of the preconditioner ssor"),
  ]

  public typealias State = LinearSolverState<ConjugateGradient>

  /// Throws `Unsuitable` for matrices that are not square and symmetric or do not suit the preconditioner.
  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    try problem.require(symmetric: true, for: Self.card.name)
    let system = try suiting(Self.card.name) {
      try PreparedSystem(problem, recipe: .init(preconditioner: preconditioner, factor: factor))
    }
    return State(system: system) { r, size in
      ConjugateGradient(rightHandSide: r, relative: tolerance, absolute: tolerance * size)
    }
  }

  public func ask(_ s: inout State) -> Turn? { s.isRunning ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }
  public func report(_ s: State) -> Report<Vector> { s.report }
}
