// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The sign of interpolated momentum.
///
///     c = β₁m + (1 − β₁)g,   θ ← θ − η·(sign c + λθ),   m ← β₂m + (1 − β₂)g
///
/// Rates are 3 to 10 times smaller and decay 3 to 10 times larger than Adam's. With decay it minimizes f within |θⱼ| ≤ 1/λ;
/// `lion-k` has other sets.
///
/// **Needs** gradients. **Keeps** one number a parameter.
/// **Guarantee** limit points are stationary for f in the box ‖θ‖∞ ≤ 1/λ, with a falling rate.
/// **Reference** X. Chen et al., *Symbolic discovery of optimization algorithms*, NeurIPS 2023; L. Chen, B. Liu, K. Liang,
/// Q. Liu, *Lion secretly solves constrained optimization*, ICLR 2024, for the guarantee.
public struct Lion: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-4
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.99
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "lion", "the sign of interpolated momentum", guarantee: "minimizes f in the box |x| <= 1/decay",
    reference: "Chen et al. 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 50)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("beta1", \.beta1, in: 0...0.99999, "share of the average in the direction"),
    Setting("beta2", \.beta2, in: 0...0.9999999, "factor of the average"),
    .decay(\.decay),
  ]

  public var cell: Cell1 { Cell1() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var beta1: Float
    @usableFromInline var beta2: Float
    @usableFromInline var share1: Float
    @usableFromInline var share2: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.signed] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      beta1: Float(beta1), beta2: Float(beta2), share1: Float(1 - beta1), share2: Float(1 - beta2), decay: Float(decay),
      rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    let direction = c.beta1 * cell.first + c.share1 * u
    cell.first = c.beta2 * cell.first + c.share2 * u
    u = c.rate * (sign(direction) + c.decay * parameter)
  }
}
