// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Gradients divided by the root of their mean square, with momentum.
///
///     g ← g + λθ,   v ← αv + (1 − α)g²,   b ← μb + g/(√v + ε),   θ ← θ − ηb
///
/// This is torch's form; `inside` puts ε under the root, √(v + ε), as optax does.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** T. Tieleman, G. Hinton, *Neural networks for machine learning*, lecture 6.5, 2012.
public struct RMSProp: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-2
  /// α.
  public var smoothing = 0.99
  /// μ.
  public var momentum = 0.0
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0
  /// ε under the root.
  public var isInside = false

  public init() {}

  public static let card = Card(
    "rmsprop", "gradients divided by their root mean square", guarantee: "none in general",
    reference: "Tieleman & Hinton 2012", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-3)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("smoothing", \.smoothing, in: 0...0.9999999, "factor of the mean square"),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the buffer"),
    .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("inside", \.isInside, "epsilon stands under the root"),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var share: Float
    @usableFromInline var momentum: Float
    @usableFromInline var inside: Float
    @usableFromInline var outside: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      share: Float(1 - smoothing), momentum: Float(momentum),
      inside: isInside ? Float(epsilon) : 0, outside: isInside ? 0 : Float(epsilon), decay: Float(decay),
      rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    let g = u + c.decay * parameter
    cell.second += c.share * (g * g - cell.second)
    cell.first = c.momentum * cell.first + g / (squareRoot(cell.second + c.inside) + c.outside)
    u = c.rate * cell.first
  }
}
