// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Steepest descent with backtracking.
///
///     x⁺ = x − t ∇f(x),   t shrunk until   f(x⁺) ≤ f(x) − c t |∇f(x)|²
///
/// An accepted step is tried longer the next time, by the factor it would have been shrunk.
///
/// **Needs** values and gradients. **Keeps** one point and one gradient.
/// **Guarantee** f(xₖ) − f* = O(1/k) for convex f with Lipschitz gradient; linear when strongly convex.
/// **Reference** L. Armijo, *Minimization of functions having Lipschitz continuous first partial derivatives*,
/// Pacific J. Math. 16 (1966).
public struct GradientDescent: Catalogued {
  /// The first trial step t.
  public var step = 1.0
  /// The factor of a rejected step, between 0 and 1.
  public var shrink = 0.5
  /// The sufficient decrease constant c.
  public var decrease = 1e-4

  public init() {}

  public static let card = Card(
    "gradient-descent", "steepest descent with backtracking",
    guarantee: "f(x_k) - f* = O(1/k) convex, linear strongly convex", reference: "Armijo 1966",
    trials: [
      Trial("quadratic,n=10", answers: 1_500, value: 1e-8), Trial("rosenbrock,n=2", answers: 30_000, value: 1e-4),
    ],
    invariances: [.translation, .permutation], rate: .linear)

  public static let settings: [Setting<Self>] = [
    Setting("step", \.step, in: 1e-12...1e12, "first trial step"),
    Setting("shrink", \.shrink, in: 0.01...0.99, "factor of a rejected step"),
    Setting("decrease", \.decrease, in: 0...0.5, "sufficient decrease constant"),
  ]

  /// The point with its value and gradient, and the step that is tried from there.
  public struct State: Sendable, Codable {
    var x: Vector
    /// f(x) and ∇f(x); nil before the first answer.
    var here: Linearization<Vector>?
    var slope = 0.0
    var step: Double
    var claim: Claim?
  }

  /// At the start, with the first step of the settings.
  public func start(_ problem: Unconstrained, random: RandomStream) -> State { State(x: problem.start, step: step) }

  /// Value and gradient at x first, then at the trial point x − t∇f(x).
  public func ask(_ s: inout State) -> Linearize<Vector>? {
    guard s.claim == nil else { return nil }
    guard let here = s.here else { return Linearize(point: s.x) }
    return Linearize(point: s.x.moved(-s.step, along: here.gradient))
  }

  /// Moves to a trial point that decreases enough; shortens the step otherwise.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    let point = question.point
    _ = consume question
    if let here = s.here {
      guard answer.isFinite, answer.value <= here.value - decrease * s.step * s.slope else {
        s.step *= shrink
        // Below the rounding error of every coordinate the trial is x itself.
        if s.x.isFixed(under: -s.step, along: here.gradient) { s.claim = .stalled }
        return
      }
      s.step = min(s.step / shrink, .greatestFiniteMagnitude)
    } else if !answer.isFinite {
      s.claim = .failed
      return
    }
    s.slope = dot(answer.gradient.elements.span, answer.gradient.elements.span)
    s.x = point
    s.here = answer
    if s.slope == 0 { s.claim = .stationary }
  }

  /// The last accepted point with ‖∇f(x)‖ as measure.
  public func report(_ s: State) -> Report<Vector> {
    Report(point: s.x, value: s.here?.value, measure: s.here.map { _ in s.slope.squareRoot() }, claim: s.claim)
  }
}
