// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam damped where the gradient hardly changes.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   ξ = 1/(1 + exp(−|g_{t−1} − g_t|)),   g₀ = 0
///     θ ← θ − η·( ξ·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε) + λθ )
///
/// **Needs** gradients. **Keeps** three numbers a parameter. **Guarantee** none in general.
/// **Reference** S. R. Dubey et al., *diffGrad: an optimization method for convolutional neural networks*, IEEE TNNLS 31 (2020).
public struct DiffGrad: CataloguedRule, FusedRule {
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
    "diffgrad", "Adam damped where the gradient hardly changes", guarantee: "none in general",
    reference: "Dubey et al. 2020", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
  ]

  public var cell: Cell3 { Cell3() }

  public static var memory: [MemoryKind] { [.signed, .unsigned, .signed] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> AdamConstants {
    AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell3, _ c: AdamConstants) {
    cell.first += c.share1 * (u - cell.first)
    cell.second += c.share2 * (u * u - cell.second)
    let friction = 1 + exponentialDecay(magnitude(cell.third - u))
    cell.third = u
    u = (c.pull * cell.first) / ((squareRoot(cell.second) + c.offset) * friction) + c.shrink * parameter
  }
}
