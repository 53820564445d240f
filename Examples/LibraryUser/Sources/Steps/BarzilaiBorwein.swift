// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Gradient descent whose step is the Rayleigh quotient of the last move.
///
///     x⁺ = x − t ∇f(x),   t = sᵀs / sᵀy,   s = x − x⁻,   y = ∇f(x) − ∇f(x⁻)
///
/// The objective need not fall in every step. Where the curvature along the move is not positive, the last step is taken
/// again at twice the length.
///
/// **Needs** values and gradients. **Keeps** two points and two gradients.
/// **Guarantee** linear for strongly convex quadratics, superlinear in two dimensions.
/// **Reference** J. Barzilai and J. M. Borwein, *Two-point step size gradient methods*, IMA J. Numer. Anal. 8 (1988).
public struct BarzilaiBorwein: Catalogued {
  /// The first step t.
  public var step = 1e-2

  public init() {}

  public static let card = Card(
    "barzilai-borwein", "gradient descent with two-point steps", guarantee: "linear on strongly convex quadratics",
    reference: "Barzilai and Borwein 1988", trials: [Trial("quadratic,n=10", answers: 200, value: 1e-8)],
    invariances: [.translation, .permutation, .rotation], rate: .linear)

  public static let settings: [Setting<Self>] = [Setting("step", \.step, in: 1e-12...1e6, "first step")]

  public struct State: Sendable, Codable {
    var x: Vector
    var here: Linearization<Vector>?
    var best: Vector
    var bestValue = Double.infinity
    var bestMeasure = Double.infinity
    var step: Double
    var claim: Claim?
  }

  public func start(_ problem: Unconstrained, random: RandomStream) -> State {
    State(x: problem.start, best: problem.start, step: step)
  }

  public func ask(_ s: inout State) -> Linearize<Vector>? {
    guard s.claim == nil else { return nil }
    guard let here = s.here else { return Linearize(point: s.x) }
    return Linearize(point: s.x - s.step * here.gradient)
  }

  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    let point = question.point
    _ = consume question
    guard answer.value.isFinite, answer.gradient.isFinite else {
      s.step *= 0.1
      if s.here == nil || s.step < 1e-300 { s.claim = .failed }
      return
    }
    if let here = s.here {
      let move = point - s.x
      let curvature = move.inner(answer.gradient - here.gradient)
      s.step = curvature > 0 ? move.inner(move) / curvature : 2 * s.step
    }
    let measure = answer.gradient.norm
    if answer.value < s.bestValue { (s.best, s.bestValue, s.bestMeasure) = (point, answer.value, measure) }
    s.x = point
    s.here = answer
    if measure == 0 { s.claim = .stationary }
  }

  public func report(_ s: State) -> Report<Vector> {
    Report(
      point: s.best, value: s.here == nil ? nil : s.bestValue, measure: s.here == nil ? nil : s.bestMeasure,
      claim: s.claim)
  }
}
