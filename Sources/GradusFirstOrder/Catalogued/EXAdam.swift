// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam whose two moments correct each other, with the gradient itself in the numerator.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     d₁ = 1 + β₂ᵗ·v/(v + ε),   d₂ = 1 + β₁ᵗ·m²/(m² + ε)
///     θ ← θ − η·( (d₁m/(1 − β₁ᵗ) + d₁g/(1 − β₁ᵗ)) / (√(d₂v/(1 − β₂ᵗ)) + ε) + λθ )
///
/// The numerator is about twice Adam's, which is what most of its advantage at an equal rate comes from. `growth` multiplies η
/// by ln(√2·√(t + 1)), as the abstract of the first version has it and the published code does not.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** A. M. Adly, *EXAdam: the power of adaptive cross-moments*, 2024.
public struct EXAdam: CataloguedRule, FusedRule {
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
  /// A growing rate.
  public var isGrowing = false

  public init() {}

  public static let card = Card(
    "exadam", "Adam whose moments correct each other", guarantee: "none in general",
    reference: "Adly 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2),
    Setting("epsilon", \.epsilon, in: 1e-30...1e3, "keeps the denominators from zero"),
    .decay(\.decay),
    Setting("growth", \.isGrowing, "the rate grows with the logarithm of the steps"),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var adam: AdamConstants
    @usableFromInline var share1: Float
    /// False where β₁ᵗ is lost beside 1 in single precision, which spares a division.
    @usableFromInline var hasSecond: Bool
    @usableFromInline var share2: Float
    /// True where ε² is no number close to zero in single precision.
    @usableFromInline var isOrdinary: Bool
    @usableFromInline var pull: Float
    @usableFromInline var shrink: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    let c = AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
    let growth = isGrowing ? 0.5 * naturalLogarithm(2 * Double(context.step + 1)) : 1
    let step = -context.rateFactor * rate * growth
    let (share1, share2) = (power(beta1, context.step), power(beta2, context.step))
    let pull = step * (1 - share2).squareRoot() / (1 - share1)
    return Constants(
      adam: c, share1: Float(share1), hasSecond: share1 > 0x1p-25, share2: Float(share2),
      isOrdinary: epsilon >= 1e-12, pull: Float(pull), shrink: Float(step * decay))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    cell.first += c.adam.share1 * (u - cell.first)
    cell.second += c.adam.share2 * (u * u - cell.second)
    var corrected = cell.second
    if c.hasSecond {
      let square = cell.first * cell.first
      corrected *= 1 + c.share1 * square / (square + c.adam.epsilon)
    }
    let (sum, root) = (cell.second + c.adam.epsilon, squareRoot(corrected) + c.adam.offset)
    // One division in place of two where the product of the denominators is a normal number.
    let direction =
      c.isOrdinary && !isAny(cell.second, above: 1e24)
      ? (cell.first + u) * (sum + c.share2 * cell.second) / (sum * root)
      : (1 + c.share2 * cell.second / sum) * (cell.first + u) / root
    u = c.pull * direction + c.shrink * parameter
  }
}
