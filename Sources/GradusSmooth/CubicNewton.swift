// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Newton's method with a cubic term in place of a shift or a ball, adapted as it goes (ARC).
///
///     d = argmin m(d) = gᵀd + ½dᵀHd + (σ/3)|d|³,   globally:  (H + λI)d = −g,  λ = σ|d|,  H + λI ⪰ 0
///     ρ = (f(x) − f(x + d))/(−m(d)):   x⁺ = x + d when ρ > η
///     σ⁺ = min(σ, |∇f(x⁺)|)/2 when ρ > 0.9,  2σ when ρ ≤ η,  σ otherwise
///
/// One spectral decomposition of H serves all σ at a point: the equation λ = σ|d(λ)| has one root, found by bisection in
/// O(n) operations a step, the hard case included. Directions of negative curvature are followed as far as the cubic lets
/// them. Where the model promises less than the rounding error of f, a step counts when it makes the gradient smaller.
/// A matrix that is not finite counts as zero.
///
/// **Needs** values, gradients and Hessians. **Keeps** one n × n matrix and four vectors. Cost of a step: about 9n³
/// operations.
/// **Guarantee** |∇f| ≤ ε within O(ε^(−3/2)) steps for Lipschitz Hessians, the best order there is; f(xₖ) − f* = O(1/k²) for
/// convex f; superlinear near a minimum with positive definite Hessian.
/// **Reference** Yu. Nesterov, B. T. Polyak, *Cubic regularization of Newton method and its global performance*, Math.
/// Program. 108 (2006); C. Cartis, N. I. M. Gould, Ph. L. Toint, *Adaptive cubic regularisation methods*, Math. Program. 127
/// (2011), algorithm 2.1.
public struct CubicNewton: Catalogued {
  /// The first σ.
  public var weight = 1.0
  /// η, the least ratio of actual to predicted decrease.
  public var acceptance = 0.1

  public init() {}

  public static let card = Card(
    "cubic-newton", "Newton's method with an adaptive cubic term",
    guarantee: "stationary limit points, O(eps^-1.5) steps for Lipschitz Hessians; superlinear near strong minima",
    reference: "Nesterov & Polyak 2006; Cartis, Gould & Toint 2011",
    trials: [
      Trial("quadratic,n=10", answers: 200, value: 1e-12), Trial("rosenbrock,n=2", answers: 200, value: 1e-12),
      Trial("beale", answers: 200, value: 1e-12), Trial("wood", answers: 400, value: 1e-12),
    ], invariances: [.translation, .permutation], rate: .superlinear)

  public static let settings: [Setting<Self>] = [
    Setting("weight", \.weight, in: 1e-9...1e12, "first weight of the cubic term"),
    Setting("acceptance", \.acceptance, in: 1e-6...0.9, "least ratio of actual to predicted decrease"),
  ]

  /// The point with its gradient and the spectrum of its Hessian, σ, and the step under trial.
  public struct State: Sendable, Codable {
    var descent: DenseDescent
    var model = CubicModel()
    var weight: Double
    /// −m(d) of the step under trial.
    var decrease = 0.0
    /// Spectral decompositions so far.
    public internal(set) var factorizations = 0
  }

  /// At the start, with the first σ of the settings.
  public func start(_ problem: Unconstrained, random: RandomStream) -> State {
    State(descent: DenseDescent(at: problem.start), weight: weight)
  }

  /// The gradient at the start or at a trial point, or the Hessian at an accepted one.
  public func ask(_ s: inout State) -> DenseCurve? { s.descent.question }

  /// Decomposes a new model, or accepts or refuses the trial and adapts σ.
  public func tell(_ s: inout State, _ answer: consuming DenseCurve.Answer, to question: consuming DenseCurve) {
    switch s.descent.take(answer, to: question, of: Self.card.name) {
    case .none: return
    case .matrix(let matrix):
      guard let here = s.descent.here else { return }
      s.factorizations += 1
      s.model = CubicModel(matrix, gradient: here.gradient)
      propose(&s)
    case .trial(let point, _, let there): judge(&s, point, there)
    }
  }

  /// The last accepted point with ‖∇f(x)‖ as measure.
  public func report(_ s: State) -> Report<Vector> { s.descent.report }

  private func propose(_ s: inout State) {
    let (step, decrease) = s.model.minimizer(weight: s.weight)
    s.decrease = decrease
    if decrease > 0 { s.descent.attempt(step) } else { s.descent.rest() }
  }

  private func judge(_ s: inout State, _ point: Vector, _ there: Linearization<Vector>) {
    guard let here = s.descent.here, let measure = s.descent.measure else { return }
    guard there.isFinite else {
      s.weight = min(4 * s.weight, 1e100)
      return propose(&s)
    }
    let actual = here.value - there.value
    let gradient = there.gradient.norm
    let noise = 8 * abs(here.value).ulp
    if s.decrease <= noise {
      if abs(actual) <= 2 * noise, gradient < measure { s.descent.arrive(at: point, there) } else { s.descent.rest() }
      return
    }
    let ratio = actual / s.decrease
    if ratio > acceptance {
      if ratio > 0.9 { s.weight = max(min(s.weight, gradient) / 2, 1e-100) }
      s.descent.arrive(at: point, there)
    } else if s.weight < 1e100 {
      s.weight *= 2
      propose(&s)
    } else {
      s.descent.rest()
    }
  }
}
