// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Coin betting on every coordinate: no rate to choose.
///
///     g ← g + λθ,   L ← max(L, |g|)  (from ε),   G ← G + |g|,   r ← max(r − g(θ − θ₀), 0),   s ← s − g
///     θ ← θ₀ + s/(L·max(G + L, αL))·(L + r)
///
/// The rate η, 1 times a schedule, is the share of the way to that point.
///
/// **Needs** gradients. **Keeps** five numbers a parameter.
/// **Guarantee** regret of the best fixed point but for logarithms for convex losses, in the form without α.
/// **Reference** F. Orabona, T. Tommasi, *Training deep networks without learning rates through coin betting*, NeurIPS 2017,
/// algorithm 2.
public struct COCOB: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1.0
  /// α.
  public var bet = 100.0
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "cocob", "coin betting: no rate to choose", guarantee: "optimal but for logarithms, convex",
    reference: "Orabona & Tommasi 2017", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1, "share of the way to the new point"),
    Setting("bet", \.bet, in: 1...1e9, "largest share that is bet first, inverted"),
    Setting("epsilon", \.epsilon, in: 1e-30...1e3, "first bound of gradients"),
    .coupledDecay(\.decay),
  ]

  /// θ₀, the largest gradient, the sum of their sizes, the sum of −g, and what was won.
  public struct Cell: BitwiseCopyable, Sendable {
    @usableFromInline var start = Lane.zero
    @usableFromInline var largest: Lane
    @usableFromInline var total = Lane.zero
    @usableFromInline var pull = Lane.zero
    @usableFromInline var reward = Lane.zero
  }

  public var cell: Cell { Cell(largest: Lane(repeating: Float(epsilon))) }

  public static var memory: [MemoryKind] { [.exact, .unsigned, .unsigned, .signed, .unsigned] }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var isFirst: Bool
    @usableFromInline var bet: Float
    @usableFromInline var rate: Float
    @usableFromInline var decay: Float
  }

  /// The numbers of the settings.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      isFirst: context.step == 1, bet: Float(bet), rate: Float(context.rateFactor * rate), decay: Float(decay))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell, _ c: Constants) {
    if c.isFirst { cell.start = parameter }
    let g = u + c.decay * parameter
    cell.largest = larger(cell.largest, magnitude(g))
    cell.total += magnitude(g)
    cell.reward = larger(cell.reward - g * (parameter - cell.start), .zero)
    cell.pull -= g
    let scale = cell.largest * larger(cell.total + cell.largest, c.bet * cell.largest)
    let target = cell.pull / scale * (cell.largest + cell.reward)
    u = c.rate * (cell.start - parameter + target)
  }
}
