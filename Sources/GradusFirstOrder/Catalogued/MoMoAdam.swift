// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Adam with a Polyak step from a model of the loss.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   D = √(v/(1 − β₂ᵗ)) + ε,   b = 1 − β₁ᵗ
///     f̄ ← β₁f̄ + (1 − β₁)f,   γ ← β₁γ + (1 − β₁)⟨g, θ⟩
///     τ = min(η/b, ((1 + ηλ)(f̄ − b·f_* − γ) + ⟨m, θ⟩)₊/⟨m, m/D⟩)
///     θ ← θ − τm/D − ηλ/(1 + ηλ)·θ
///
/// **Needs** gradients and losses. **Keeps** two numbers a parameter.
/// **Guarantee** none in general.
/// **Reference** F. Schaipp, R. Ohana, M. Eickenberg, A. Defazio, R. M. Gower, *MoMo: momentum models for adaptive learning
/// rates*, ICML 2024, algorithm 2.
public struct MoMoAdam: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1e-2
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0
  /// f_*.
  public var bound = 0.0
  /// The bound follows.
  public var isAdapting = false

  public init() {}

  public static let card = Card(
    "momo-adam", "Adam with a Polyak step from models of the loss", guarantee: "none in general",
    reference: "Schaipp et al. 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "largest step"),
    .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("bound", \.bound, in: -1e30...1e30, "a lower bound of the loss"),
    Setting("adapt", \.isAdapting, "raise the bound by what is seen"),
  ]

  public var needsLoss: Bool { true }

  public var cell: Cell2 { Cell2() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var loss: Double
    var product: Double
    var bound: Double
  }

  public var scalars: Scalars { Scalars(loss: 0, product: 0, bound: bound) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var beta1: Float
    var beta2: Float
    var share1: Float
    var share2: Float
    var correction2: Float
    var epsilon: Float
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var step: Float
    var decay: Float
    var correction2: Float
    var epsilon: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(
      beta1: Float(beta1), beta2: Float(beta2), share1: Float(1 - beta1), share2: Float(1 - beta2),
      correction2: Float(1 / (1 - power(beta2, context.step))), epsilon: Float(max(epsilon, 1e-37)))
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell2, _ c: Beginning, into sums: inout Sums) {
    cell.first = c.beta1 * cell.first + c.share1 * g
    cell.second = c.beta2 * cell.second + c.share2 * (g * g)
    let scaled = cell.first / (squareRoot(c.correction2 * cell.second) + c.epsilon)
    sums.first += product(cell.first, scaled)
    sums.second += product(g, parameter)
    sums.third += product(cell.first, parameter)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    guard let loss = context.loss else { preconditionFailure("MoMo needs the loss of the batch") }
    s.loss = beta1 * s.loss + (1 - beta1) * loss
    s.product = beta1 * s.product + (1 - beta1) * total(sums.second)
    let (square, inner) = (total(sums.first), total(sums.third))
    let step = rate * context.rateFactor
    let factor = 1 + step * decay
    let grown = 1 - power(beta1, context.step)
    if isAdapting {
      let cap = factor * (s.loss - s.product) + inner
      if cap < factor * grown * s.bound { s.bound = max(cap / (2 * grown * factor), bound) }
    }
    let wanted = square > 2.3e-16 ? max(factor * (s.loss - grown * s.bound - s.product) + inner, 0) / square : 0
    let taken = min(step / grown, wanted)
    if isAdapting { s.bound = max((s.loss + inner - s.product - 0.5 * taken * square) / grown, bound) }
    return Constants(
      step: Float(-taken), decay: Float(-step * decay / factor),
      correction2: Float(1 / (1 - power(beta2, context.step))), epsilon: Float(max(epsilon, 1e-37)))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    u = c.step * cell.first / (squareRoot(c.correction2 * cell.second) + c.epsilon) + c.decay * parameter
  }
}
