// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Sequential quadratic programming for small, dense nonlinear programs.
///
///     min  ∇fᵀd + ½dᵀBd    subject to  rowLower ≤ c + J·d ≤ rowUpper,  lower ≤ x + d ≤ upper
///     x⁺ = x + t·d with enough decrease of  f(x) + ν Σ |cᵢ(x) − P(cᵢ(x))|
///
/// B is the Hessian of the Lagrangian, made positive definite by the normals of the sides that the last program held, and
/// where these do not suffice by a multiple of the identity. A full step that is refused gets one second-order correction.
/// Where the linearized rows contradict each other, violated ones become elastic at the price ν, which grows.
///
/// **Needs** values, first derivatives and Hessians of the Lagrangian. **Keeps** one dense matrix; at most 1,000 variables.
/// Cost of a step: about n³ operations and 6n² for each side that becomes active. Every point lies within its bounds.
/// **Guarantee** limit points are stationary for the program or for its violation; locally quadratic.
/// **Reference** J. Nocedal, S. J. Wright, *Numerical Optimization*, 2nd ed., algorithms 18.3 and 18.4, (18.36);
/// D. Goldfarb, A. Idnani, Math. Program. 27 (1983), for the quadratic programs.
public struct SequentialQuadratic: Catalogued {
  /// Largest scaled error of an answer.
  public var tolerance = 1e-8
  public var iterations = 500
  /// The largest entry of a gradient that is not scaled down.
  public var largestGradient = 100.0
  /// The first ν.
  public var price = 1.0

  public init() {}

  /// More would be slow and large with dense matrices.
  static let variableLimit = 1000

  public static let card = Card(
    "sqp", "sequential quadratic programming for small, dense nonlinear programs",
    guarantee: "limit points are stationary for the program or its violation; locally quadratic",
    reference: "Nocedal & Wright 2006",
    trials: [
      Trial("hs6", answers: 100, value: 1e-8), Trial("hs7", answers: 100, value: -1.7320508),
      Trial("hs71", answers: 60, value: 17.0140174), Trial("hs10", answers: 80, value: -0.9999998),
      Trial("hs12", answers: 60, value: -29.99999), Trial("hs26", answers: 120, value: 1e-8),
      Trial("hs30", answers: 60, value: 1.000001), Trial("hs43", answers: 60, value: -43.99999),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("tolerance", \.tolerance, in: 1e-12...1e-2, "largest scaled error of an answer", role: .limit),
    Setting("iterations", \.iterations, in: 1...1_000_000, "steps after which it gives up", role: .limit),
    Setting("largest_gradient", \.largestGradient, in: 1e-2...1e20, "largest gradient that is not scaled down"),
    Setting("price", \.price, in: 1e-6...1e12, "first price of violations"),
  ]

  /// At the start, projected onto the box. Throws `Unsuitable` for more than 1,000 variables.
  public func start(_ problem: NonlinearProgram, random: RandomStream) throws -> State {
    try problem.requireFiniteStart(Self.card.name)
    guard problem.variableCount <= Self.variableLimit, problem.constraintCount <= 10 * Self.variableLimit else {
      throw Unsuitable(
        method: Self.card.name, needs: "at most \(Self.variableLimit) variables and ten times as many rows",
        found: "\(problem.variableCount) variables and \(problem.constraintCount) rows",
        remedy: "The methods interior-point and augmented-lagrangian are made for large programs.")
    }
    return State(problem, method: self)
  }

  /// Derivatives and the Hessian at the iterate, values at trial points.
  public func ask(_ s: inout State) -> Constrained? { s.question() }

  /// Solves the quadratic program once its data are told, or judges a trial point.
  public func tell(_ s: inout State, _ answer: consuming Constrained.Answer, to question: consuming Constrained) {
    _ = consume question
    s.advance(answer)
  }

  /// The present iterate; its value where it satisfies the rows within 1e-6.
  public func report(_ s: State) -> Report<Vector> { s.report }
}
