// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Momentum with a Polyak step from a model of the loss.
///
///     m ← βm + (1 − β)g,   f̄ ← βf̄ + (1 − β)f,   γ ← βγ + (1 − β)⟨g, θ⟩      (the first step sets them)
///     τ = min(η, ((1 + ηλ)(f̄ − f_* − γ) + ⟨m, θ⟩)₊/|m|²)
///     θ ← θ − τm − ηλ/(1 + ηλ)·θ
///
/// With `adapt` the bound f_* is halved towards what fits where the model lies below it, and raised to the model's minimum.
///
/// **Needs** gradients and losses. **Keeps** one number a parameter.
/// **Guarantee** min f(θₖ) − f_* = O(1/√k) for convex f, where f_* is its infimum.
/// **Reference** F. Schaipp, R. Ohana, M. Eickenberg, A. Defazio, R. M. Gower, *MoMo: momentum models for adaptive learning
/// rates*, ICML 2024, algorithm 1.
public struct MoMo: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// β.
  public var momentum = 0.9
  /// λ.
  public var decay = 0.0
  /// f_*.
  public var bound = 0.0
  /// The bound follows.
  public var isAdapting = false

  public init() {}

  public static let card = Card(
    "momo", "momentum with a Polyak step from models of the loss",
    guarantee: "O(1/sqrt k) for convex f with a known bound",
    reference: "Schaipp et al. 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "largest step"),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the averages"),
    .decay(\.decay),
    Setting("bound", \.bound, in: -1e30...1e30, "a lower bound of the loss"),
    Setting("adapt", \.isAdapting, "raise the bound by what is seen"),
  ]

  public var needsLoss: Bool { true }

  public var cell: Cell1 { Cell1() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var loss: Double
    var product: Double
    var bound: Double
  }

  public var scalars: Scalars { Scalars(loss: 0, product: 0, bound: bound) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var momentum: Float
    var share: Float
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var step: Float
    var decay: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    let momentum = context.step == 1 ? 0 : self.momentum
    return Beginning(momentum: Float(momentum), share: Float(1 - momentum))
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell1, _ c: Beginning, into sums: inout Sums) {
    cell.first = c.momentum * cell.first + c.share * g
    sums.first += product(cell.first, cell.first)
    sums.second += product(g, parameter)
    sums.third += product(cell.first, parameter)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    guard let loss = context.loss else { preconditionFailure("MoMo needs the loss of the batch") }
    let momentum = context.step == 1 ? 0 : self.momentum
    s.loss = momentum * s.loss + (1 - momentum) * loss
    s.product = momentum * s.product + (1 - momentum) * total(sums.second)
    let (square, inner) = (total(sums.first), total(sums.third))
    let step = rate * context.rateFactor
    let factor = 1 + step * decay
    if isAdapting {
      let cap = factor * (s.loss - s.product) + inner
      if cap < factor * s.bound { s.bound = max(cap / (2 * factor), bound) }
    }
    let wanted = square > 2.3e-16 ? max(factor * (s.loss - s.bound - s.product) + inner, 0) / square : 0
    let taken = min(step, wanted)
    if isAdapting { s.bound = max(s.loss + inner - s.product - 0.5 * taken * square, bound) }
    return Constants(step: Float(-taken), decay: Float(-step * decay / factor))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    u = c.step * cell.first + c.decay * parameter
  }
}
