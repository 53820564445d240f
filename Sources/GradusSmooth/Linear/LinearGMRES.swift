// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// Restarted GMRES for square linear systems of any kind.
///
///     x = x₀ + M⁻¹·Vₖ·argmin ‖β·e₁ − H̄ₖ·y‖,   A·M⁻¹·Vₖ = Vₖ₊₁·H̄ₖ,   k ≤ restart
///
/// **Needs** nothing: it reads the matrix. One turn is one Arnoldi step; the reported point moves once a cycle. **Keeps**
/// restart + 3 vectors; the preconditioner is made again when a run is resumed.
/// **Guarantee** the residual never grows; without restart, n iterations in exact arithmetic.
/// **Reference** Y. Saad, M. Schultz, SIAM J. Sci. Stat. Comput. 7 (1986).
public struct LinearGMRES: Catalogued {
  public var tolerance = 1e-10
  /// Steps of a cycle.
  public var restart = 30
  public var preconditioner = Preconditioner.none

  public init() {}

  public static let card = Card(
    "gmres", "generalized minimum residuals for square linear systems", guarantee: "the residual never grows",
    reference: "Saad, Schultz 1986",
    trials: [
      Trial("laplacian-system", answers: 60, value: 1e-15), Trial("convection-system", answers: 80, value: 1e-15),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual relative to the right-hand side", role: .limit),
    Setting("restart", \.restart, in: 1...1000, "steps of a cycle"),
    Setting("preconditioner", choice: \.preconditioner, "approximation of the matrix that is inverted beside it"),
  ]

  public typealias State = LinearSolverState<GeneralizedMinimumResidual>

  /// Throws `Unsuitable` for matrices that are not square or do not suit the preconditioner.
  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    try problem.require(for: Self.card.name)
    let system = try suiting(Self.card.name) {
      try PreparedSystem(problem, recipe: .init(preconditioner: preconditioner))
    }
    return State(system: system) { r, size in
      GeneralizedMinimumResidual(
        rightHandSide: r, restart: restart, relative: tolerance, absolute: tolerance * size)
    }
  }

  public func ask(_ s: inout State) -> Turn? { s.isRunning ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }
  public func report(_ s: State) -> Report<Vector> { s.report }
}
