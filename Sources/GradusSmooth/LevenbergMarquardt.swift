// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Damped Gauss–Newton steps for f(x) = ½|r(x)|².
///
///     p = argmin |Jp + r|² + λ|Dp|²,   Dⱼ = the largest |Jeⱼ| so far
///     ρ = (f(x) − f(x + p))/(½|Jp|² + λ|Dp|²)
///     ρ > 0:  x⁺ = x + p,  λ⁺ = λ·max(⅓, 1 − (2ρ − 1)³),  ν⁺ = 2;      otherwise  λ⁺ = νλ,  ν⁺ = 2ν
///
/// The scaling D makes the method invariant under changes of the units of x. A residual that is not finite counts as a
/// rejected step. The method ends where no step lowers f any more within rounding errors.
///
/// **Needs** residuals and Jacobian products. **Keeps** one Jacobian, factored: mn + n² numbers.
/// **Guarantee** Jᵀr → 0 for bounded level sets; quadratic near solutions with r = 0 and J of full rank.
/// **Reference** J. J. Moré, LNM 630 (1978), for D; H. B. Nielsen, report IMM-REP-1999-05, TU Denmark, for λ.
public struct LevenbergMarquardt: Catalogued {
  /// The first λ.
  public var damping = 1e-3
  /// The least ratio ρ of an accepted step.
  public var acceptance = 1e-4

  public init() {}

  public static let card = Card(
    "levenberg-marquardt", "damped Gauss-Newton steps for nonlinear least squares",
    guarantee: "stationary limit points, quadratic for zero residuals", reference: "Moré 1978, Nielsen 1999",
    trials: [
      Trial("rosenbrock-residuals", answers: 100, value: 1e-20), Trial("powell-singular", answers: 200, value: 1e-12),
      Trial("exponential-fit", answers: 100, value: 1e-20), Trial("osborne-1", answers: 300, value: 2.7325e-5),
    ], invariances: [.translation, .permutation, .scaling])

  public static let settings: [Setting<Self>] = [
    Setting("damping", \.damping, in: 1e-15...1e15, "first damping"),
    Setting("acceptance", \.acceptance, in: 0...0.5, "least ratio of actual to predicted decrease"),
  ]

  enum Phase: Sendable, Codable {
    /// r and J at x are wanted.
    case linearizing
    /// r at x + p is wanted.
    case trying(step: Vector, decrease: Double)
    case ended(Claim)
  }

  /// The point, the damped linear model of the residuals there, and the step that is being tried.
  public struct State: Sendable, Codable {
    var x: Vector
    /// ½|r(x)|²; nil before the first answer.
    var value: Double?
    var measure: Double?
    var model: DampedLeastSquares?
    var scaling: Vector
    var damping: Double
    var growth = 2.0
    var phase = Phase.linearizing
  }

  /// At the start, with the damping of the settings and no scale of the variables yet.
  public func start(_ problem: LeastSquares, random: RandomStream) -> State {
    State(x: problem.start, scaling: .zeros(problem.start.count), damping: damping)
  }

  /// Residuals and Jacobian at x, or the residuals alone at a trial point.
  public func ask(_ s: inout State) -> Residuals? {
    switch s.phase {
    case .linearizing: .linearize(s.x)
    case .trying(let step, _): .evaluate(s.x + step)
    case .ended: nil
    }
  }

  /// Builds the model at x, or moves and adapts the damping to how well the model foretold the trial.
  public func tell(_ s: inout State, _ answer: consuming Residuals.Answer, to question: consuming Residuals) {
    switch (s.phase, answer) {
    case (.linearizing, .linearized(let linear)):
      arrive(&s, linear)
    case (.trying(let step, let decrease), .residual(let residual)):
      guard case .evaluate(let point) = question, let value = s.value else { return }
      compare(&s, point, step, decrease, from: value, to: 0.5 * residual.inner(residual))
    default:
      preconditionFailure("the answer does not fit the question of levenberg-marquardt")
    }
  }

  /// The last accepted point with ½‖r‖² as value and ‖Jᵀr‖ as measure.
  public func report(_ s: State) -> Report<Vector> {
    var claim: Claim?
    if case .ended(let end) = s.phase { claim = end }
    return Report(point: s.x, value: s.value, measure: s.measure, claim: claim)
  }

  private func arrive(_ s: inout State, _ linear: LinearizedResidual) {
    guard linear.residual.isFinite, linear.jacobian.isFinite else {
      s.phase = .ended(s.value == nil ? .failed : .stalled)
      return
    }
    let model = DampedLeastSquares(
      jacobian: linear.jacobian, residual: linear.residual, columnCount: s.x.count)
    s.value = 0.5 * linear.residual.inner(linear.residual)
    s.measure = model.gradient.norm
    for j in s.x.indices { s.scaling[j] = max(s.scaling[j], model.columnNorms[j]) }
    s.model = model
    if s.measure == 0 { s.phase = .ended(.stationary) } else { propose(&s) }
  }

  private func propose(_ s: inout State) {
    guard let model = s.model, let value = s.value else { return }
    // A column that was zero so far gives no scale; 1 keeps its step at zero all the same.
    let scaling = Vector(s.scaling.elements.map { $0 > 0 ? $0 : 1 })
    let step = model.step(damping: s.damping, scaling: scaling)
    let stretched = step.indices.reduce(0.0) { $0 + (scaling[$1] * step[$1]) * (scaling[$1] * step[$1]) }
    let decrease = 0.5 * model.squaredLength(of: step) + s.damping * stretched
    let isLost = !step.isFinite || !(decrease > value.ulp / 2) || s.x.isFixed(under: 1, along: step)
    s.phase = isLost ? .ended(atRest(s)) : .trying(step: step, decrease: decrease)
  }

  private func compare(
    _ s: inout State, _ point: Vector, _ step: Vector, _ decrease: Double, from value: Double, to trial: Double
  ) {
    let ratio = trial.isFinite ? (value - trial) / decrease : -.infinity
    if ratio > acceptance {
      s.x = point
      s.value = trial
      let miss = 2 * ratio - 1
      s.damping = max(s.damping * max(1.0 / 3, 1 - miss * miss * miss), 1e-30)
      s.growth = 2
      s.phase = .linearizing
    } else {
      s.damping *= s.growth
      s.growth *= 2
      if s.damping.isFinite, s.growth.isFinite { propose(&s) } else { s.phase = .ended(atRest(s)) }
    }
  }

  private func atRest(_ s: State) -> Claim {
    guard let value = s.value, let measure = s.measure else { return .failed }
    return measure <= 1e-6 * max(1, value) ? .stationary : .stalled
  }
}
