// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam with decoupled weight decay.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     θ ← θ − η·( (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε) + λθ )
///
/// **Needs** gradients. **Keeps** two numbers a parameter.
/// **Guarantee** bounded regret for convex losses with AMSGrad's maximum; none in general without it.
/// **Reference** D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015; I. Loshchilov, F. Hutter,
/// *Decoupled weight decay regularization*, ICLR 2019.
public struct AdamW: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.01

  public init() {}

  public static let card = Card(
    "adamw", "Adam with decoupled weight decay", guarantee: "none in general",
    reference: "Loshchilov & Hutter 2019", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2),
    Setting("epsilon", \.epsilon, in: 0...1e3, "added to the root of the second moment"),
    .decay(\.decay),
  ]

  public var cell: Cell2 { Cell2() }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// The two averages, corrected for their start at zero, and the rate.
  public func constants(_ context: StepContext) -> AdamConstants {
    AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: AdamConstants) {
    cell.first += c.share1 * (u - cell.first)
    cell.second += c.share2 * (u * u - cell.second)
    u = (c.pull * cell.first) / (squareRoot(cell.second) + c.offset) + c.shrink * parameter
  }
}

/// What all coordinates of a step of the Adam family share.
public struct AdamConstants: Sendable {
  @usableFromInline var beta1: Float
  @usableFromInline var beta2: Float
  /// 1 − β₁ and 1 − β₂, rounded once.
  @usableFromInline var share1: Float
  @usableFromInline var share2: Float
  /// 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ).
  @usableFromInline var correction1: Float
  @usableFromInline var correction2: Float
  @usableFromInline var epsilon: Float
  @usableFromInline var decay: Float
  /// −φη.
  @usableFromInline var factor: Float
  /// −φη·√(1 − β₂ᵗ)/(1 − β₁ᵗ) and ε·√(1 − β₂ᵗ): with them the moments need no correction of their own.
  @usableFromInline var pull: Float
  @usableFromInline var offset: Float
  /// −φηλ.
  @usableFromInline var shrink: Float

  init(
    _ beta1: Double, _ beta2: Double, _ epsilon: Double, decay: Double, rate: Double, _ context: StepContext
  ) {
    (self.beta1, self.beta2, self.epsilon, self.decay) = (Float(beta1), Float(beta2), Float(epsilon), Float(decay))
    (share1, share2) = (Float(1 - beta1), Float(1 - beta2))
    correction1 = Float(1 / (1 - power(beta1, context.step)))
    correction2 = Float(1 / (1 - power(beta2, context.step)))
    let (step, root) = (-context.rateFactor * rate, (1 - power(beta2, context.step)).squareRoot())
    factor = Float(step)
    pull = Float(step * root / (1 - power(beta1, context.step)))
    offset = Float(epsilon * root)
    shrink = Float(step * decay)
  }
}
