// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Primal-dual interior point for convex quadratic (and linear) programs.
///
///     min  cᵀx + ½ xᵀQx    subject to  rowLower ≤ Ax ≤ rowUpper,  lower ≤ x ≤ upper
///
/// Mehrotra's predictor and corrector with Gondzio's centrality corrections on a presolved, equilibrated problem. Each
/// turn factorizes one regularized quasi-definite matrix [Q + Θ + δI, Aᵀ; A, −Δ − δI] as sparse LDLᵀ and refines against
/// the unregularized one. Where no optimum is reached, two auxiliary programs look for the reason: the least violation of
/// the rows, whose residual is a Farkas ray when it is not zero, and the steepest direction of recession.
///
/// **Needs** nothing: it reads the program. A non-convex objective is refused. **Keeps** primal and dual iterates; the
/// factorization is rebuilt when a run is resumed.
/// **Guarantee** polynomial for exact arithmetic and a careful choice of steps; locally superlinear.
/// **Reference** S. Mehrotra, *SIAM J. Optim.* 2 (1992) 575–601; J. Gondzio, *Comput. Optim. Appl.* 6 (1996) 137–156;
/// R. J. Vanderbei, *SIAM J. Optim.* 5 (1995) 100–113.
public struct QPInteriorPoint: Catalogued {
  /// Largest relative primal residual, dual residual and gap of an answer, in the user's units.
  public var tolerance = 1e-8
  /// Turns after which each phase gives up.
  public var turns = 200
  /// Centrality corrections a turn at most.
  public var corrections = 2
  /// δ of the regularization.
  public var regularization = 1e-9

  public init() {}

  public static let card = Card(
    "qp-interior-point", "primal-dual interior point for convex quadratic programs",
    guarantee: "solution or proof that there is none; superlinear at the end", reference: "Mehrotra 1992, Gondzio 1996",
    trials: [
      Trial("portfolio", answers: 30, value: 1.0 / 30 + 1e-6), Trial("blending", answers: 30, value: -36 + 1e-4),
      Trial("transport", answers: 30, value: 870.001),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-12...1e-4, "largest relative residual and gap of an answer", role: .limit),
    Setting("turns", \.turns, in: 1...10_000, "turns after which it gives up", role: .limit),
    Setting("corrections", \.corrections, in: 0...10, "centrality corrections a turn at most"),
    Setting("regularization", \.regularization, in: 1e-14...1e-4, "shift of the diagonal that refinement takes back"),
  ]

  /// Throws `Unsuitable` when the objective is not convex (not concave, for a maximization).
  public func start(_ problem: QuadraticProgram, random: RandomStream) throws -> State {
    let form = problem.form
    if let q = form.quadratic, q.entryCount > 0 {
      let sign: Double = form.sense == .minimize ? 1 : -1
      guard ConvexityTest.isPositiveSemidefinite(q, sign: sign) else {
        throw Unsuitable(
          method: Self.card.name, needs: "a convex objective",
          found: "a quadratic form with a negative eigenvalue in the sense of the objective",
          remedy:
            "Local methods for nonlinear programs give a stationary point; 'gradus methods --for FILE' lists them.")
      }
    }
    return State(problem, method: self)
  }

  /// One more turn, until something can be claimed.
  public func ask(_ s: inout State) -> Turn? { s.claim == nil ? Turn() : nil }

  /// Does one iteration: factorizes, steps and measures.
  public func tell(_ s: inout State, _ answer: consuming Done, to question: consuming Turn) { s.advance() }

  /// The answer in the user's variables with its multipliers, or the ray that shows that there is none.
  public func report(_ s: State) -> Report<Vector> { s.report }
}
