// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Gradients divided by their running standard deviation, with momentum.
///
///     g ← g + λθ,   a ← αa + (1 − α)g,   v ← αv + (1 − α)g²
///     b ← μb + g/(√(v − a²) + ε),   θ ← θ − ηb
///
/// This is torch's form; `inside` puts ε under the root, as optax does.
///
/// **Needs** gradients. **Keeps** three numbers a parameter. **Guarantee** none in general.
/// **Reference** A. Graves, *Generating sequences with recurrent neural networks*, 2013, (38)–(41).
public struct CenteredRMSProp: CataloguedRule, FusedRule {
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
    "rmsprop-centered", "gradients divided by their standard deviation", guarantee: "none in general",
    reference: "Graves 2013", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-3)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("smoothing", \.smoothing, in: 0...0.9999999, "factor of the averages"),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the buffer"),
    .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("inside", \.isInside, "epsilon stands under the root"),
  ]

  public var cell: Cell3 { Cell3() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var smoothing: Float
    @usableFromInline var share: Float
    @usableFromInline var momentum: Float
    @usableFromInline var inside: Float
    @usableFromInline var outside: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned, .signed] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      smoothing: Float(smoothing), share: Float(1 - smoothing), momentum: Float(momentum),
      inside: isInside ? Float(epsilon) : 0, outside: isInside ? 0 : Float(epsilon), decay: Float(decay),
      rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell3, _ c: Constants) {
    let g = u + c.decay * parameter
    cell.third = c.smoothing * cell.third + c.share * g
    cell.second = c.smoothing * cell.second + c.share * (g * g)
    // Rounding may leave a variance just below zero.
    let variance = larger(cell.second - cell.third * cell.third, .zero)
    cell.first = c.momentum * cell.first + g / (squareRoot(variance + c.inside) + c.outside)
    u = c.rate * cell.first
  }
}
