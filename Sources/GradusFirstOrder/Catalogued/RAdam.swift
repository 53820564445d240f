// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Adam whose adaptive part waits until its variance is known.
///
///     g ← g + λθ,   m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     ρ∞ = 2/(1 − β₂) − 1,   ρ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ),   r = √( (ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ) )
///     ρ > 5:  θ ← θ − ηr·(m/(1 − β₁ᵗ))·√(1 − β₂ᵗ)/(√v + ε),     otherwise  θ ← θ − η·m/(1 − β₁ᵗ)
///
/// This is torch's form. `decoupled` is a decay beside the moments, as in AdamW: θ ← θ − ηλ'θ.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** L. Liu et al., *On the variance of the adaptive learning rate and beyond*, ICLR 2020.
public struct RAdam: CataloguedRule, FusedRule {
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
  /// λ'.
  public var decoupled = 0.0

  public init() {}

  public static let card = Card(
    "radam", "Adam with a rectified start", guarantee: "none in general",
    reference: "Liu et al. 2020", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("decoupled", \.decoupled, in: 0...1e3, "weight decay beside the moments"),
  ]

  public var cell: Cell2 { Cell2() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var adam: AdamConstants
    @usableFromInline var scale: Float
    @usableFromInline var isAdaptive: Bool
    @usableFromInline var shrink: Float
  }

  public static var memory: [MemoryKind] { [.signed, .unsigned] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    let c = AdamConstants(beta1, beta2, epsilon, decay: decay, rate: rate, context)
    let factor = Rectification(beta2, context.step).factor
    let root = (1 - power(beta2, context.step)).squareRoot()
    let step = -context.rateFactor * rate
    return Constants(
      adam: c, scale: Float(step / (1 - power(beta1, context.step)) * (factor.map { $0 * root } ?? 1)),
      isAdaptive: factor != nil, shrink: Float(step * decoupled))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    let g = u + c.adam.decay * parameter
    cell.first += c.adam.share1 * (g - cell.first)
    cell.second += c.adam.share2 * (g * g - cell.second)
    let step = c.scale * cell.first
    u = (c.isAdaptive ? step / (squareRoot(cell.second) + c.adam.epsilon) : step) + c.shrink * parameter
  }
}

/// The factor r that makes up for the variance of a mean square of few gradients.
struct Rectification {
  /// r; nil while the variance is not known (ρ ≤ 5).
  var factor: Double?

  init(_ beta2: Double, _ step: Int) {
    let limit = 2 / (1 - beta2) - 1
    let share = power(beta2, step)
    let length = limit - 2 * Double(step) * share / (1 - share)
    guard length > 5 else { return }
    factor =
      ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)).squareRoot()
  }
}
