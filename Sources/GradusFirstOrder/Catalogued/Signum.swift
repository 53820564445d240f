// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The sign of momentum, or of the gradient itself.
///
///     m ← μm + (1 − μ)g,   θ ← θ − η·(sign m + λθ)
///
/// With μ = 0 it is descent by signs.
///
/// **Needs** gradients. **Keeps** one number a parameter.
/// **Guarantee** the mean of ‖∇f‖₁ tends to zero like 1/√k for batches that grow as the steps.
/// **Reference** J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, *signSGD*, ICML 2018.
public struct Signum: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-3
  /// μ.
  public var momentum = 0.9
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "signum", "the sign of momentum", guarantee: "stationary in expectation for large batches",
    reference: "Bernstein et al. 2018", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-3)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the average"),
    .decay(\.decay),
  ]

  public var cell: Cell1 { Cell1() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var momentum: Float
    @usableFromInline var share: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.signed] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      momentum: Float(momentum), share: Float(1 - momentum), decay: Float(decay),
      rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    cell.first = c.momentum * cell.first + c.share * u
    u = c.rate * (sign(cell.first) + c.decay * parameter)
  }
}
