// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Gradients divided by the root of the sum of their squares.
///
///     g ← g + λθ,   s ← s + g²  (from s₀),   θ ← θ − η/(1 + (t − 1)ρ)·g/(√s + ε)
///
/// This is torch's form; `inside` puts ε under the root, as optax does.
///
/// **Needs** gradients. **Keeps** one number a parameter.
/// **Guarantee** regret O(√k) for convex losses on a bounded set, better where gradients are sparse.
/// **Reference** J. Duchi, E. Hazan, Y. Singer, *Adaptive subgradient methods*, JMLR 12 (2011).
public struct AdaGrad: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-2
  /// s₀.
  public var initial = 0.0
  /// ρ.
  public var slowing = 0.0
  /// ε.
  public var epsilon = 1e-10
  /// λ.
  public var decay = 0.0
  /// ε under the root.
  public var isInside = false

  public init() {}

  public static let card = Card(
    "adagrad", "gradients divided by the root of the sum of their squares",
    guarantee: "regret O(sqrt k) for convex losses",
    reference: "Duchi, Hazan & Singer 2011", trials: [Trial("quadratic,n=10", answers: 20_000, value: 50)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("initial", \.initial, in: 0...1e6, "what the sum of squares begins with"),
    Setting("slowing", \.slowing, in: 0...1e3, "how the rate falls with the steps"),
    .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("inside", \.isInside, "epsilon stands under the root"),
  ]

  public var cell: Cell1 { Cell1() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var inside: Float
    @usableFromInline var outside: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      inside: isInside ? Float(epsilon + initial) : Float(initial), outside: isInside ? 0 : Float(epsilon),
      decay: Float(decay), rate: Float(-context.rateFactor * rate / (1 + Double(context.step - 1) * slowing)))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    let g = u + c.decay * parameter
    cell.first += g * g
    u = c.rate * g / (squareRoot(cell.first + c.inside) + c.outside)
  }
}
