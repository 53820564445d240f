// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam with the variance of the gradient around its own prediction.
///
///     m ← β₁m + (1 − β₁)g,   s ← β₂s + (1 − β₂)(g − m)² + ε
///     θ ← θ − η·( (m/(1 − β₁ᵗ)) / (√(s/(1 − β₂ᵗ)) + ε) + λθ )
///
/// `rectified` multiplies the step by RAdam's r and takes η·m/(1 − β₁ᵗ) while that is not known, as the authors' later code.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** regret O(√k) as Adam with a maximum; none in general.
/// **Reference** J. Zhuang et al., *AdaBelief optimizer: adapting stepsizes by the belief in observed gradients*, NeurIPS 2020.
public struct AdaBelief: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-16
  /// λ.
  public var decay = 0.0
  /// Rectified as RAdam.
  public var isRectified = false

  public init() {}

  public static let card = Card(
    "adabelief", "Adam with the variance around its own prediction", guarantee: "none in general",
    reference: "Zhuang et al. 2020", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("rectified", \.isRectified, "wait until the variance is known"),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var adam: AdamConstants
    @usableFromInline var scale: Float
    @usableFromInline var isAdaptive: Bool
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    let c = AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
    let factor = isRectified ? Rectification(beta2, context.step).factor : 1
    return Constants(
      adam: c, scale: factor.map { c.pull * Float($0) } ?? c.factor * c.correction1, isAdaptive: factor != nil)
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    cell.first += c.adam.share1 * (u - cell.first)
    let surprise = u - cell.first
    cell.second += c.adam.share2 * (surprise * surprise - cell.second) + c.adam.epsilon
    let step = c.scale * cell.first
    u = (c.isAdaptive ? step / (squareRoot(cell.second) + c.adam.offset) : step) + c.adam.shrink * parameter
  }
}
