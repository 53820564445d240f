// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Steps in the units of the parameters.
///
///     g ← g + λθ,   v ← ρv + (1 − ρ)g²,   d = √(s + ε)/√(v + ε)·g,   s ← ρs + (1 − ρ)d²,   θ ← θ − ηd
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** M. D. Zeiler, *ADADELTA: an adaptive learning rate method*, 2012, algorithm 1.
public struct AdaDelta: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1.0
  /// ρ.
  public var smoothing = 0.9
  /// ε.
  public var epsilon = 1e-6
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "adadelta", "steps in the units of the parameters", guarantee: "none in general",
    reference: "Zeiler 2012", trials: [Trial("quadratic,n=10", answers: 20_000, value: 0.1)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("smoothing", \.smoothing, in: 0...0.9999999, "factor of the mean squares"),
    Setting("epsilon", \.epsilon, in: 1e-30...1e3, "the first step, and what keeps the denominator from zero"),
    .coupledDecay(\.decay),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var smoothing: Float
    @usableFromInline var share: Float
    @usableFromInline var epsilon: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.unsigned, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      smoothing: Float(smoothing), share: Float(1 - smoothing), epsilon: Float(epsilon), decay: Float(decay),
      rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    let g = u + c.decay * parameter
    cell.first = c.smoothing * cell.first + c.share * (g * g)
    let step = squareRoot(cell.second + c.epsilon) / squareRoot(cell.first + c.epsilon) * g
    cell.second = c.smoothing * cell.second + c.share * (step * step)
    u = c.rate * step
  }
}
