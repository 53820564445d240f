// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam with the largest second moment so far, and decoupled weight decay.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   w ← max(w, v)
///     θ ← θ − η·( (m/(1 − β₁ᵗ)) / (√(w/(1 − β₂ᵗ)) + ε) + λθ )
///
/// As published (and in torch) the maximum is taken of v; `corrected` takes it of v/(1 − β₂ᵗ), as optax does.
///
/// **Needs** gradients. **Keeps** three numbers a parameter.
/// **Guarantee** regret O(√k) for convex losses with a rate falling like 1/√k.
/// **Reference** S. J. Reddi, S. Kale, S. Kumar, *On the convergence of Adam and beyond*, ICLR 2018.
public struct AMSGrad: CataloguedRule, FusedRule {
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
  /// The maximum of corrected moments.
  public var isCorrected = false

  public init() {}

  public static let card = Card(
    "amsgrad", "Adam with the largest second moment so far",
    guarantee: "regret O(sqrt k) for convex losses and a falling rate",
    reference: "Reddi, Kale & Kumar 2018", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("corrected", \.isCorrected, "the maximum is of corrected moments"),
  ]

  public var cell: Cell3 { Cell3() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var adam: AdamConstants
    /// What the second moment is multiplied by before the maximum.
    @usableFromInline var inner: Float
    @usableFromInline var pull: Float
    @usableFromInline var offset: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    let c = AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
    return Constants(
      adam: c, inner: isCorrected ? c.correction2 : 1, pull: isCorrected ? c.factor * c.correction1 : c.pull,
      offset: isCorrected ? c.epsilon : c.offset)
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell3, _ c: Constants) {
    cell.first += c.adam.share1 * (u - cell.first)
    cell.second += c.adam.share2 * (u * u - cell.second)
    cell.third = larger(cell.third, c.inner * cell.second)
    u = (c.pull * cell.first) / (squareRoot(cell.third) + c.offset) + c.adam.shrink * parameter
  }
}
