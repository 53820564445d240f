// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Descent with a rate from a lower bound of the distance to the solution.
///
///     g ← g + λθ,   γ = dη/|g₁|,   r ← r + γ⟨g, s⟩,   s ← s + γg
///     d ← max(d, min(2r/|s|, d·`growth`)),   θ ← βθ + (1 − β)(θ₀ − s)
///
/// **Needs** gradients. **Keeps** two numbers a parameter.
/// **Guarantee** for convex Lipschitz f asymptotically the rate of the best fixed step.
/// **Reference** A. Defazio, K. Mishchenko, *Learning-rate-free learning by D-adaptation*, ICML 2023, and the authors' code.
public struct DAdaptSGD: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// β.
  public var momentum = 0.9
  /// λ.
  public var decay = 0.0
  /// d.
  public var initial = 1e-6
  /// growth.
  public var growth = 1e30

  public init() {}

  public static let card = Card(
    "dadapt-sgd", "descent with a learned distance to the solution",
    guarantee: "asymptotically optimal for convex Lipschitz f",
    reference: "Defazio & Mishchenko 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "factor of the step"),
    Setting("momentum", \.momentum, in: 0...0.99999, "share of the old point in the new"),
    .coupledDecay(\.decay),
    Setting("initial", \.initial, in: 1e-30...1e6, "first estimate of the distance"),
    Setting("growth", \.growth, in: 1...1e30, "largest growth of the estimate in a step"),
  ]

  public var needsGradientNorm: Bool { true }

  public var cell: Cell2 { Cell2() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var distance: Double
    var numerator: Double
    var norm: Double
  }

  public var scalars: Scalars { Scalars(distance: initial, numerator: 0, norm: 0) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var isFirst: Bool
    var decay: Float
    var step: Float
    var exactStep: Double
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var share: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    // A first gradient of zero leaves the length to the next one.
    if s.norm == 0, let norm = context.gradientNorm { s.norm = norm }
    let step = s.norm > 0 ? s.distance * rate * context.rateFactor / s.norm : 0
    return Beginning(isFirst: context.step == 1, decay: Float(decay), step: Float(step), exactStep: step)
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell2, _ c: Beginning, into sums: inout Sums) {
    if c.isFirst { cell.first = parameter }
    let g = g + c.decay * parameter
    sums.first += product(g, cell.second)
    cell.second += c.step * g
    sums.second += product(cell.second, cell.second)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let step = begin(context, &s).exactStep
    s.numerator += step * total(sums.first)
    let length = total(sums.second).squareRoot()
    if length > 0, step > 0 { s.distance = max(s.distance, min(2 * s.numerator / length, s.distance * growth)) }
    return Constants(share: length > 0 ? Float(1 - momentum) : 0)
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    u = c.share * (cell.first - cell.second - parameter)
  }
}
