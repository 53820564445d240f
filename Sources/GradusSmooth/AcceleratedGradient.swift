// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Nesterov's fast gradient method with a line search, restarted where it would climb.
///
///     x⁺ = y − ∇f(y)/L,   L doubled until   f(x⁺) ≤ f(y) − |∇f(y)|²/(2L)
///     t⁺ = (1 + √(1 + 4t²))/2,   y⁺ = x⁺ + (t − 1)/t⁺·(x⁺ − x);     L shrinks by a factor after every step
///     f(x⁺) > f(x):   back to y = x, t = 1
///
/// Neither a Lipschitz nor a convexity constant is asked for: L is searched, and restarts make the method as fast as one
/// that knows how strongly f is convex. Values at the points x never rise.
///
/// **Needs** values and gradients, two of each a step. **Keeps** six vectors.
/// **Guarantee** f(xₖ) − f* = O(1/k²) for convex f with Lipschitz gradient; linear when strongly convex; ∇f(xₖ) → 0.
/// **Reference** Yu. Nesterov, *Gradient methods for minimizing composite functions*, Math. Program. 140 (2013);
/// B. O'Donoghue, E. Candès, *Adaptive restart for accelerated gradient schemes*, Found. Comput. Math. 15 (2015).
public struct AcceleratedGradient: Catalogued {
  /// The first step 1/L.
  public var step = 1.0
  /// The factor of L after a step that was taken.
  public var relaxation = 0.9

  public init() {}

  public static let card = Card(
    "accelerated-gradient", "fast gradient method with a line search and restarts",
    guarantee: "f(x_k) - f* = O(1/k^2) convex, linear strongly convex", reference: "Nesterov 2013",
    trials: [
      Trial("quadratic,n=10", answers: 800, value: 1e-8), Trial("ellipsoid,n=10", answers: 40_000, value: 1e-4),
      Trial("rosenbrock,n=2", answers: 8_000, value: 1e-6),
    ],
    invariances: [.translation, .permutation], rate: .linear)

  public static let settings: [Setting<Self>] = [
    Setting("step", \.step, in: 1e-12...1e12, "first trial step"),
    Setting("relaxation", \.relaxation, in: 0.1...1, "factor of the Lipschitz constant after a step"),
  ]

  /// Where in the algorithm the state stands.
  enum Phase: Sendable, Codable {
    /// f and ∇f at the start are wanted.
    case beginning
    /// f and ∇f at y are wanted.
    case extrapolated
    /// f and ∇f at y − ∇f(y)/L are wanted.
    case trying
    case ended(Claim)
  }

  /// The last point of descent, the extrapolated point, both with value and gradient, t and L.
  public struct State: Sendable, Codable {
    var x: Vector
    var here: Linearization<Vector>?
    var y: Vector
    /// f and ∇f at y.
    var base: Linearization<Vector>?
    var t = 1.0
    var lipschitz: Double
    var phase = Phase.beginning
    /// How often the momentum was dropped.
    public internal(set) var restarts = 0
  }

  /// At the start, with the first step of the settings.
  public func start(_ problem: Unconstrained, random: RandomStream) -> State {
    State(x: problem.start, y: problem.start, lipschitz: 1 / step)
  }

  /// Value and gradient at x first, then at extrapolated and trial points in turn.
  public func ask(_ s: inout State) -> Linearize<Vector>? {
    switch s.phase {
    case .beginning: return Linearize(point: s.x)
    case .extrapolated: return Linearize(point: s.y)
    case .trying: return s.base.map { Linearize(point: s.y.moved(-1 / s.lipschitz, along: $0.gradient)) }
    case .ended: return nil
    }
  }

  /// Tries a step from the extrapolated point; takes it, or searches on.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    let point = question.point
    _ = consume question
    switch s.phase {
    case .beginning:
      guard answer.isFinite else {
        s.phase = .ended(.failed)
        return
      }
      s.here = answer
      rest(&s)
    case .extrapolated:
      // Where f is no number the momentum went too far.
      guard answer.isFinite else {
        s.restarts += 1
        return rest(&s)
      }
      s.base = answer
      attempt(&s)
    case .trying: judge(&s, point, answer)
    case .ended: preconditionFailure("accelerated-gradient asked nothing")
    }
  }

  /// The last point of descent with ‖∇f(x)‖ as measure.
  public func report(_ s: State) -> Report<Vector> {
    var claim: Claim?
    if case .ended(let end) = s.phase { claim = end }
    return Report(point: s.x, value: s.here?.value, measure: s.here?.gradient.norm, claim: claim)
  }

  /// From x itself, without momentum.
  private func rest(_ s: inout State) {
    (s.y, s.base, s.t) = (s.x, s.here, 1)
    attempt(&s)
  }

  private func attempt(_ s: inout State) {
    guard let base = s.base, let here = s.here else { return }
    if base.gradient.norm > 0, !s.y.isFixed(under: -1 / s.lipschitz, along: base.gradient) {
      s.phase = .trying
    } else if s.t > 1 {
      s.restarts += 1
      rest(&s)
    } else {
      s.phase = .ended(here.claimAtRest)
    }
  }

  private func judge(_ s: inout State, _ point: Vector, _ there: Linearization<Vector>) {
    guard let base = s.base, let here = s.here else { return }
    let slope = dot(base.gradient.elements.span, base.gradient.elements.span)
    let noise = 4 * abs(base.value).ulp
    guard there.isFinite, there.value <= base.value - 0.5 * slope / s.lipschitz + noise else {
      s.lipschitz = min(2 * s.lipschitz, .greatestFiniteMagnitude)
      return attempt(&s)
    }
    if there.value > here.value {
      // A step without momentum that rises rises by rounding alone.
      if s.t == 1 {
        s.phase = .ended(here.claimAtRest)
        return
      }
      s.restarts += 1
      return rest(&s)
    }
    if there.value == here.value, !(there.gradient.norm < here.gradient.norm), s.t == 1 {
      s.phase = .ended(here.claimAtRest)
      return
    }
    let next = 0.5 * (1 + (1 + 4 * s.t * s.t).squareRoot())
    s.y = point.moved((s.t - 1) / next, along: point - s.x)
    (s.x, s.here, s.t) = (point, there, next)
    s.lipschitz = max(relaxation * s.lipschitz, .leastNormalMagnitude)
    if there.gradient.norm == 0 {
      s.phase = .ended(.stationary)
    } else if s.y == point {
      s.base = there
      attempt(&s)
    } else {
      s.phase = .extrapolated
    }
  }
}
