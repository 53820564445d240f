// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Multiplier method: a sequence of problems with bounds alone.
///
///     x⁺ ≈ argmin over the box of  f(x) + ½ρ Σ dist²(cᵢ(x) + λᵢ/ρ, [lowerᵢ, upperᵢ])
///     λ⁺ = ρ(v − P(v)),  v = c(x⁺) + λ/ρ;       ρ⁺ = 10ρ where |c − P(v)| has not halved
///
/// The subproblems go to a trust-region Newton method in the box, with products of σ∇²f + Σλ⁺ᵢ∇²cᵢ + ρJᵀDJ, D = 1 for the
/// rows outside their sides, and with the diagonal 1 + ρ·diag(JᵀDJ) as preconditioner; or to quasi-Newton descent, which
/// needs gradients alone. Both go to accuracies that fall with the error. Multipliers that grow without limit are set back
/// to zero. Where the violation itself is stationary at a large penalty, that is said.
///
/// **Needs** values, first derivatives and, unless told otherwise, Hessian products. **Keeps** about 30 vectors and one
/// Jacobian; nothing is factorized.
/// **Guarantee** limit points are stationary for the program or for its violation, under mild constraint qualifications.
/// **Reference** R. Andreani, E. G. Birgin, J. M. Martínez, M. L. Schuverdt, *On augmented Lagrangian methods with general
/// lower-level constraints*, SIAM J. Optim. 18 (2007) 1286–1309; E. G. Birgin, J. M. Martínez, *Practical Augmented
/// Lagrangian Methods for Constrained Optimization*, SIAM 2014.
public struct AugmentedLagrangian: Catalogued {
  /// Largest scaled error of an answer.
  public var tolerance = 1e-7
  /// Subproblems at most.
  public var rounds = 100
  /// Steps of descent in one subproblem at most.
  public var steps = 2000
  /// Factor of the penalty.
  public var growth = 10.0
  /// m of the quasi-Newton descent; without meaning for `products`.
  public var memory = 20
  /// What the subproblems learn of the curvature.
  public var curvature = Curvature.products

  /// Where the curvature of a subproblem comes from.
  public enum Curvature: String, Sendable, Codable, Hashable, CaseIterable {
    /// Products with the Hessian of the Lagrangian: truncated Newton steps.
    case products
    /// Changes of gradients: limited-memory quasi-Newton steps.
    case gradients
  }

  public init() {}

  public static let card = Card(
    "augmented-lagrangian", "multiplier method over truncated Newton steps in a box",
    guarantee: "limit points are stationary for the program or its violation",
    reference: "Birgin & Martínez 2014",
    trials: [
      Trial("hs6", answers: 600, value: 1e-8), Trial("hs7", answers: 600, value: -1.7320507),
      Trial("hs71", answers: 900, value: 17.014018), Trial("hs10", answers: 900, value: -0.9999998),
      Trial("hs12", answers: 600, value: -29.99999), Trial("hs26", answers: 900, value: 1e-6),
      Trial("hs30", answers: 300, value: 1.000001), Trial("hs43", answers: 900, value: -43.99999),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-12...1e-2, "largest scaled error of an answer", role: .limit),
    Setting("rounds", \.rounds, in: 1...10_000, "subproblems at most", role: .limit),
    Setting("steps", \.steps, in: 1...1_000_000, "steps of one subproblem at most", role: .limit),
    Setting("growth", \.growth, in: 1.5...1e4, "factor by which the penalty grows"),
    Setting("curvature", choice: \.curvature, "what the subproblems ask for: Hessian products, or gradients alone"),
  ]

  /// At the start, projected onto the box. Throws `Unsuitable` where bounds leave no room or the start is not finite.
  public func start(_ problem: NonlinearProgram, random: RandomStream) throws -> State {
    try problem.requireFiniteStart(Self.card.name)
    return State(problem, method: self)
  }

  /// Values and then first derivatives at the trial point of the subproblem, and Hessian products between.
  public func ask(_ s: inout State) -> Constrained? { s.question() }

  /// Advances the subproblem; at its end multipliers and penalty change.
  public func tell(_ s: inout State, _ answer: consuming Constrained.Answer, to question: consuming Constrained) {
    _ = consume question
    s.advance(answer)
  }

  /// The present iterate; its value where it satisfies the rows within 1e-6.
  public func report(_ s: State) -> Report<Vector> { s.report }
}

extension NonlinearProgram {
  /// Throws `Unsuitable` where bounds leave no room or the start is not finite.
  func requireFiniteStart(_ method: String) throws {
    try domain.requireRoom(method)
    guard start.isFinite else {
      throw Unsuitable(
        method: method, needs: "a finite start", found: "a start that is not",
        remedy: "Give every variable a starting value.")
    }
  }
}
