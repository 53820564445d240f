// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Adam with Nesterov momentum whose factor rises.
///
///     μₜ = β₁(1 − ½·0.96^(ψt)),   g ← g + λθ,   m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     θ ← θ − η·( (1 − μₜ)g/(1 − Πᵢ₌₁ᵗ μᵢ) + μₜ₊₁m/(1 − Πᵢ₌₁ᵗ⁺¹ μᵢ) ) / (√(v/(1 − β₂ᵗ)) + ε)
///
/// This is torch's form. `decoupled` is a decay beside the moments, as in AdamW: θ ← θ − ηλ'θ.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** T. Dozat, *Incorporating Nesterov momentum into Adam*, ICLR workshop 2016.
public struct NAdam: CataloguedRule, FusedRule {
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
  /// ψ.
  public var growth = 4e-3
  /// λ'.
  public var decoupled = 0.0

  public init() {}

  public static let card = Card(
    "nadam", "Adam with a rising Nesterov momentum", guarantee: "none in general",
    reference: "Dozat 2016", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("growth", \.growth, in: 0...10, "how fast the momentum rises"),
    Setting("decoupled", \.decoupled, in: 0...1e3, "weight decay beside the moments"),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var adam: AdamConstants
    @usableFromInline var here: Float
    @usableFromInline var average: Float
    @usableFromInline var shrink: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    let c = AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
    // The product vanishes long before this bound.
    var (product, t) = (1.0, 1)
    while t <= context.step, product > 1e-30 {
      product *= momentum(t)
      t += 1
    }
    let (now, next) = (momentum(context.step), momentum(context.step + 1))
    let step = -context.rateFactor * rate * (1 - power(beta2, context.step)).squareRoot()
    return Constants(
      adam: c, here: Float(step * (1 - now) / (1 - product)), average: Float(step * next / (1 - product * next)),
      shrink: Float(-context.rateFactor * rate * decoupled))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    let g = u + c.adam.decay * parameter
    cell.first += c.adam.share1 * (g - cell.first)
    cell.second += c.adam.share2 * (g * g - cell.second)
    let numerator = c.here * g + c.average * cell.first
    u = numerator / (squareRoot(cell.second) + c.adam.offset) + c.shrink * parameter
  }

  /// μₜ.
  private func momentum(_ t: Int) -> Double { beta1 * (1 - 0.5 * exp(growth * Double(t) * -0.040821994520255166)) }
}
