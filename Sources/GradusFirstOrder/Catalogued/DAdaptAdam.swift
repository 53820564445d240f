// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Adam with a rate from a lower bound of the distance to the solution.
///
///     γ = dη·b,   b = 1  (`corrected`: √(1 − β₂ᵗ)/(1 − β₁ᵗ)),   σ = √β₂
///     a = γ⟨g, s/(√v + ε)⟩,   m ← β₁m + γ(1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   s ← σs + γ(1 − σ)g
///     r ← σr + (1 − σ)a,   d ← max(d, min(r/((1 − σ)‖s‖₁), d·`growth`))
///     θ ← θ − m/(√v + ε) − γλθ
///
/// **Needs** gradients. **Keeps** three numbers a parameter.
/// **Guarantee** the form without momentum: for convex Lipschitz f asymptotically the rate of the best fixed step.
/// **Reference** A. Defazio, K. Mishchenko, *Learning-rate-free learning by D-adaptation*, ICML 2023, and the authors' code.
public struct DAdaptAdam: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0
  /// d.
  public var initial = 1e-6
  /// growth.
  public var growth = 1e30
  /// b.
  public var isCorrected = false

  public init() {}

  public static let card = Card(
    "dadapt-adam", "Adam with a learned distance to the solution",
    guarantee: "asymptotically optimal for convex Lipschitz f",
    reference: "Defazio & Mishchenko 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "factor of the step"),
    .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("initial", \.initial, in: 1e-30...1e6, "first estimate of the distance"),
    Setting("growth", \.growth, in: 1...1e30, "largest growth of the estimate in a step"),
    Setting("corrected", \.isCorrected, "correct the moments for their start"),
  ]

  public var cell: Cell3 { Cell3() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var distance: Double
    var numerator: Double
  }

  public var scalars: Scalars { Scalars(distance: initial, numerator: 0) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var beta1: Float
    var beta2: Float
    var root: Float
    var share1: Float
    var share2: Float
    var share3: Float
    var epsilon: Float
    var step: Double
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var epsilon: Float
    var decay: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    let correction =
      isCorrected ? (1 - power(beta2, context.step)).squareRoot() / (1 - power(beta1, context.step)) : 1
    let step = s.distance * rate * context.rateFactor * correction
    let root = beta2.squareRoot()
    return Beginning(
      beta1: Float(beta1), beta2: Float(beta2), root: Float(root), share1: Float(step * (1 - beta1)),
      share2: Float(1 - beta2), share3: Float(step * (1 - root)), epsilon: Float(max(epsilon, 1e-37)), step: step)
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell3, _ c: Beginning, into sums: inout Sums) {
    sums.first += product(g, cell.third / (squareRoot(cell.second) + c.epsilon))
    cell.first = c.beta1 * cell.first + c.share1 * g
    cell.second = c.beta2 * cell.second + c.share2 * (g * g)
    cell.third = c.root * cell.third + c.share3 * g
    sums.second += widened(magnitude(cell.third))
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let step = begin(context, &s).step
    let denominator = total(sums.second)
    let root = beta2.squareRoot()
    if denominator > 0 {
      s.numerator = root * s.numerator + (1 - root) * step * total(sums.first)
      if context.rateFactor > 0 {
        let estimate = s.numerator / ((1 - root) * denominator)
        s.distance = max(s.distance, min(estimate, s.distance * growth))
      }
    }
    return Constants(epsilon: Float(max(epsilon, 1e-37)), decay: denominator > 0 ? Float(step * decay) : 0)
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell3, _ c: Constants) {
    u = -(cell.first / (squareRoot(cell.second) + c.epsilon) + c.decay * parameter)
  }
}
