// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLinearAlgebra
public import GradusNumerics

/// MINRES for symmetric linear systems, definite or not, with a positive definite preconditioner.
///
///     x = the point of the Krylov space with the smallest ‖b − A·x‖ (in the norm of M⁻¹), by short recurrences
///
/// **Needs** nothing: it reads the matrix. One turn is one iteration. Where no solution exists it ends at a least-squares
/// point. **Keeps** seven vectors; the preconditioner is made again when a run is resumed.
/// **Guarantee** the residual never grows; n iterations in exact arithmetic.
/// **Reference** C. Paige, M. Saunders, SIAM J. Numer. Anal. 12 (1975).
public struct LinearMINRES: Catalogued {
  public var tolerance = 1e-10
  public var preconditioner = Preconditioner.none

  public init() {}

  public static let card = Card(
    "minres", "minimum residuals for symmetric linear systems", guarantee: "the residual never grows",
    reference: "Paige, Saunders 1975",
    trials: [
      Trial("laplacian-system", answers: 40, value: 1e-15), Trial("saddle-system", answers: 40, value: 1e-15),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-15...1, "residual relative to the right-hand side", role: .limit),
    Setting("preconditioner", choice: \.preconditioner, "approximation of the matrix that is inverted beside it"),
  ]

  public typealias State = LinearSolverState<MinimumResidual>

  /// Throws `Unsuitable` for matrices that are not square and symmetric or do not suit the preconditioner.
  public func start(_ problem: LinearSystem, random: RandomStream) throws -> State {
    try problem.require(symmetric: true, for: Self.card.name)
    let system = try suiting(Self.card.name) {
      try PreparedSystem(problem, recipe: .init(preconditioner: preconditioner))
    }
    return State(system: system) { r, size in
      MinimumResidual(rightHandSide: r, relative: tolerance, absolute: tolerance * size)
    }
  }

  public func ask(_ s: inout State) -> Turn? { s.isRunning ? Turn() : nil }
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }
  public func report(_ s: State) -> Report<Vector> { s.report }
}
