// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam with Nesterov's numerator and decoupled weight decay.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     θ ← θ − η·( ((β₁m + (1 − β₁)g)/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε) + λθ )
///
/// This is the baseline of the AlgoPerf benchmark. `ahead` divides β₁m by 1 − β₁ᵗ⁺¹ instead, as optax does; `nadam` lets β₁
/// itself rise.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** T. Dozat, *Incorporating Nesterov momentum into Adam*, ICLR workshop 2016; G. E. Dahl et al., *Benchmarking
/// neural network training algorithms*, 2023.
public struct NAdamW: CataloguedRule, FusedRule {
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
  /// The correction of the next step.
  public var isAhead = false

  public init() {}

  public static let card = Card(
    "nadamw", "Adam with Nesterov's numerator and decoupled decay", guarantee: "none in general",
    reference: "Dozat 2016; Dahl et al. 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("ahead", \.isAhead, "correct the average as of the next step"),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var adam: AdamConstants
    @usableFromInline var average: Float
    @usableFromInline var here: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    let c = AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
    let step = -context.rateFactor * rate * (1 - power(beta2, context.step)).squareRoot()
    let now = 1 - power(beta1, context.step)
    let next = isAhead ? 1 - power(beta1, context.step + 1) : now
    return Constants(adam: c, average: Float(step * beta1 / next), here: Float(step * (1 - beta1) / now))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    cell.first += c.adam.share1 * (u - cell.first)
    cell.second += c.adam.share2 * (u * u - cell.second)
    let numerator = c.average * cell.first + c.here * u
    u = numerator / (squareRoot(cell.second) + c.adam.offset) + c.adam.shrink * parameter
  }
}
