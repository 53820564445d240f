// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam with a falling maximum of gradients in place of the mean square.
///
///     g ← g + λθ,   m ← β₁m + (1 − β₁)g,   w ← max(β₂w, |g| + ε),   θ ← θ − η/(1 − β₁ᵗ)·m/w
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 2.
public struct Adamax: CataloguedRule, FusedRule {
  /// η.
  public var rate = 2e-3
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
    "adamax", "Adam with the largest gradient in place of the mean square", guarantee: "none in general",
    reference: "Kingma & Ba 2015", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2),
    Setting("epsilon", \.epsilon, in: 1e-30...1e3, "keeps the denominator from zero"),
    .coupledDecay(\.decay),
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
    let g = u + c.decay * parameter
    cell.first = c.beta1 * cell.first + c.share1 * g
    cell.second = larger(c.beta2 * cell.second, magnitude(g) + c.epsilon)
    u = c.factor * c.correction1 * cell.first / cell.second
  }
}
