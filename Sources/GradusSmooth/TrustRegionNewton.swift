// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Newton's method in a ball, with steps from truncated conjugate gradients.
///
///     p ≈ argmin gᵀp + ½pᵀHp, |p| ≤ Δ;     ρ = (f(x) − f(x + p))/(model decrease)
///     x⁺ = x + p when ρ > η;     Δ⁺ = |p|/4 when ρ < ¼,  2Δ when ρ > ¾ and |p| = Δ,  Δ otherwise
///
/// The inner iteration stops at |g + Hp| ≤ min(½, |g|^½)|g|, which makes the method superlinear at little cost. Directions of
/// negative curvature are followed to the boundary. Where the model promises less than the rounding error of f, a step
/// counts when it makes the gradient smaller.
///
/// **Needs** values, gradients and Hessian products. **Keeps** about ten vectors.
/// **Guarantee** |∇f(xₖ)| → 0 for f bounded below with Lipschitz gradient; superlinear near a minimum with positive definite
/// Hessian.
/// **Reference** A. R. Conn, N. I. M. Gould & Ph. L. Toint, *Trust-Region Methods*, SIAM 2000, algorithms 6.1.1 and 7.5.1.
public struct TrustRegionNewton: Catalogued {
  /// The first Δ.
  public var radius = 1.0
  /// η, the least ratio of actual to predicted decrease.
  public var acceptance = 1e-4

  public init() {}

  public static let card = Card(
    "trust-region-newton", "Newton's method in a ball, by truncated conjugate gradients",
    guarantee: "stationary limit points, superlinear near strong minima", reference: "Conn, Gould & Toint 2000",
    trials: [
      Trial("quadratic,n=10", answers: 200, value: 1e-12), Trial("ellipsoid,n=10", answers: 1_000, value: 1e-10),
      Trial("rosenbrock,n=20", answers: 2_000, value: 1e-12), Trial("wood", answers: 1_000, value: 1e-12),
    ], invariances: [.translation, .permutation], rate: .superlinear)

  public static let settings: [Setting<Self>] = [
    Setting("radius", \.radius, in: 1e-12...1e12, "first radius of the ball"),
    Setting("acceptance", \.acceptance, in: 0...0.24, "least ratio of actual to predicted decrease"),
  ]

  /// Where in the algorithm the state stands.
  enum Phase: Sendable, Codable {
    /// f and ∇f at the start are wanted.
    case beginning
    /// The inner iteration wants a Hessian product.
    case curving(TruncatedCG)
    /// f and ∇f at x + p are wanted.
    case trying(step: Vector, decrease: Double, isOnBoundary: Bool)
    case ended(Claim)
  }

  /// The point with its gradient, the radius, and the inner iteration or trial step under way.
  public struct State: Sendable, Codable {
    var x: Vector
    var here: Linearization<Vector>?
    var measure: Double?
    var radius: Double
    var phase = Phase.beginning
  }

  /// At the start, with the first radius of the settings.
  public func start(_ problem: Unconstrained, random: RandomStream) -> State {
    State(x: problem.start, radius: radius)
  }

  /// The gradient at x or at a trial point, or the Hessian times a direction of the inner iteration.
  public func ask(_ s: inout State) -> Curve? {
    switch s.phase {
    case .beginning: .linearize(s.x)
    case .curving(let inner): .product(at: s.x, along: inner.direction)
    case .trying(let step, _, _): .linearize(s.x + step)
    case .ended: nil
    }
  }

  /// Advances the inner iteration, or compares the trial with the model and adapts the radius.
  public func tell(_ s: inout State, _ answer: consuming Curve.Answer, to question: consuming Curve) {
    switch (s.phase, answer) {
    case (.beginning, .linearization(let here)):
      guard here.isFinite else {
        s.phase = .ended(.failed)
        return
      }
      arrive(&s, at: s.x, here)
    case (.curving(var inner), .product(let product)):
      if inner.advance(product) != nil {
        s.phase = .curving(inner)
      } else {
        propose(&s, inner)
      }
    case (.trying(let step, let decrease, let isOnBoundary), .linearization(let there)):
      guard case .linearize(let point) = question else { return }
      compare(&s, point, there, step, decrease, isOnBoundary)
    default:
      preconditionFailure("the answer does not fit the question of trust-region-newton")
    }
  }

  /// The last accepted point with ‖∇f(x)‖ as measure.
  public func report(_ s: State) -> Report<Vector> {
    var claim: Claim?
    if case .ended(let end) = s.phase { claim = end }
    return Report(point: s.x, value: s.here?.value, measure: s.measure, claim: claim)
  }

  private func arrive(_ s: inout State, at x: Vector, _ here: Linearization<Vector>) {
    s.x = x
    s.here = here
    s.measure = here.gradient.norm
    curve(&s, here)
  }

  /// Begins an inner iteration at x.
  private func curve(_ s: inout State, _ here: Linearization<Vector>) {
    guard let measure = s.measure, measure > 0 else {
      s.phase = .ended(.stationary)
      return
    }
    s.phase = .curving(
      TruncatedCG(gradient: here.gradient, radius: s.radius, tolerance: min(0.5, measure.squareRoot())))
  }

  private func propose(_ s: inout State, _ inner: TruncatedCG) {
    guard let here = s.here else { return }
    if s.x.isFixed(under: 1, along: inner.step) || !(inner.decrease > 0) {
      s.phase = .ended(here.claimAtRest)
    } else {
      s.phase = .trying(step: inner.step, decrease: inner.decrease, isOnBoundary: inner.isOnBoundary)
    }
  }

  private func compare(
    _ s: inout State, _ point: Vector, _ there: Linearization<Vector>, _ step: Vector, _ decrease: Double,
    _ isOnBoundary: Bool
  ) {
    guard let here = s.here, let measure = s.measure else { return }
    let length = step.norm
    guard there.isFinite else {
      s.radius = length / 4
      return curve(&s, here)
    }
    let noise = 8 * abs(here.value).ulp
    if decrease <= noise {
      if abs(there.value - here.value) <= 2 * noise, there.gradient.norm < measure {
        arrive(&s, at: point, there)
      } else {
        s.phase = .ended(here.claimAtRest)
      }
      return
    }
    let ratio = (here.value - there.value) / decrease
    if ratio < 0.25 {
      s.radius = length / 4
    } else if ratio > 0.75, isOnBoundary {
      s.radius = min(2 * s.radius, 1e100)
    }
    if ratio > acceptance { arrive(&s, at: point, there) } else { curve(&s, here) }
  }
}
