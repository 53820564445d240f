// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam with weight decay as part of the gradient.
///
///     g ← g + λθ,   m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     θ ← θ − η·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)
///
/// With decay the gradient of ½λ|θ|² is scaled like the rest; `adamw` decouples it.
///
/// **Needs** gradients. **Keeps** two numbers a parameter.
/// **Guarantee** none in general: S. J. Reddi, S. Kale, S. Kumar (ICLR 2018) give a convex problem where it does not converge.
/// **Reference** D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.
public struct Adam: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "adam", "adaptive moments, weight decay inside the gradient", guarantee: "none in general",
    reference: "Kingma & Ba 2015", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .coupledDecay(\.decay),
  ]

  public var cell: Cell2 { Cell2() }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> AdamConstants {
    AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: AdamConstants) {
    u += c.decay * parameter
    cell.first += c.share1 * (u - cell.first)
    cell.second += c.share2 * (u * u - cell.second)
    u = (c.pull * cell.first) / (squareRoot(cell.second) + c.offset)
  }
}
