// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Adam that estimates the distance to the solution.
///
///     γ = dη·b,   b = 1  (form `corrected`: √(1 − β₂ᵗ)/(1 − β₁ᵗ)),   β₃ = √β₂ where it is 0
///     r ← β₃r + (d/d₀)γ⟨g, θ₀ − θ⟩,   s ← β₃s + (d/d₀)γg
///     m ← β₁m + d(1 − β₁)g,   v ← β₂v + d²(1 − β₂)g²
///     d⁺ = max(d, c·r/‖s‖₁), at most d·`growth`
///     θ ← θ − γ·( m/(√v + d⁺ε) + λθ ),   d ← d⁺
///
/// The rate η is 1 times a schedule. The forms `safe` and `safe-corrected` leave rate and schedule out of s, which a long
/// warm-up needs.
///
/// **Needs** gradients. **Keeps** four numbers a parameter.
/// **Guarantee** for convex Lipschitz f the rate of the best fixed step but for logarithms.
/// **Reference** K. Mishchenko, A. Defazio, *Prodigy: an expeditiously adaptive parameter-free learner*, ICML 2024.
public struct Prodigy: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// β₃.
  public var beta3 = 0.0
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0
  /// d₀.
  public var initial = 1e-6
  /// c.
  public var coefficient = 1.0
  /// growth.
  public var growth = 1e30
  /// Corrections of γ and s.
  public var form = Form.plain

  public init() {}

  public static let card = Card(
    "prodigy", "Adam that estimates the distance to the solution",
    guarantee: "optimal but for logarithms, convex Lipschitz",
    reference: "Mishchenko & Defazio 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "factor of the step"),
    .beta1(\.beta1), .beta2(\.beta2),
    Setting("beta3", \.beta3, in: 0...0.9999999, "factor of the estimate; 0: the root of beta2"),
    .epsilon(\.epsilon), .decay(\.decay),
    Setting("initial", \.initial, in: 1e-30...1e6, "first estimate of the distance"),
    Setting("coefficient", \.coefficient, in: 1e-6...1e6, "factor of the estimate"),
    Setting("growth", \.growth, in: 1...1e30, "largest growth of the estimate in a step"),
    Setting("form", choice: \.form, "corrections of the moments and of the estimate"),
  ]

  /// m, v, θ₀ and s: those that the second pass needs side by side.
  public struct Cell: BitwiseCopyable, Sendable {
    var first = Lane.zero
    var second = Lane.zero
    var start = Lane.zero
    var weighted = Lane.zero
  }

  public var cell: Cell { Cell() }

  /// m and v.
  public var wordsOfSecondPass: Int { 2 }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var distance: Double
    var largest: Double
    var numerator: Double
  }

  public var scalars: Scalars { Scalars(distance: initial, largest: initial, numerator: 0) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var isFirst: Bool
    var beta1: Float
    var beta2: Float
    var beta3: Float
    var share1: Float
    var share2: Float
    var share3: Float
    var step: Double
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var step: Float
    var epsilon: Float
    var decay: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    let correction =
      form.isCorrected ? (1 - power(beta2, context.step)).squareRoot() / (1 - power(beta1, context.step)) : 1
    let d = s.distance
    let step = d * rate * context.rateFactor * correction
    let third = beta3 > 0 ? beta3 : beta2.squareRoot()
    return Beginning(
      isFirst: context.step == 1, beta1: Float(beta1), beta2: Float(beta2), beta3: Float(third),
      share1: Float(d * (1 - beta1)), share2: Float(d * d * (1 - beta2)),
      share3: Float(d / initial * (form.isSafe ? d : step)), step: step)
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell, _ c: Beginning, into sums: inout Sums) {
    if c.isFirst { cell.start = parameter }
    sums.first += product(g, cell.start - parameter)
    cell.first = c.beta1 * cell.first + c.share1 * g
    cell.second = c.beta2 * cell.second + (c.share2 * g) * g
    cell.weighted = c.beta3 * cell.weighted + c.share3 * g
    sums.second += widened(magnitude(cell.weighted))
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let beginning = begin(context, &s)
    let denominator = total(sums.second)
    let third = beta3 > 0 ? beta3 : beta2.squareRoot()
    s.numerator = third * s.numerator + s.distance / initial * beginning.step * total(sums.first)
    var step = beginning.step
    if denominator > 0 {
      let estimate = coefficient * s.numerator / denominator
      if s.distance == initial { s.distance = max(s.distance, estimate) }
      s.largest = max(s.largest, estimate)
      s.distance = min(s.largest, s.distance * growth)
    } else {
      step = 0
    }
    return Constants(step: Float(-step), epsilon: Float(max(s.distance * epsilon, 1e-37)), decay: Float(decay))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell, _ c: Constants) {
    u = c.step * (cell.first / (squareRoot(cell.second) + c.epsilon) + c.decay * parameter)
  }

  /// Which published form.
  public enum Form: String, Sendable, Codable, Hashable, CaseIterable {
    case plain, corrected, safe
    case safeCorrected = "safe-corrected"

    var isCorrected: Bool { self == .corrected || self == .safeCorrected }
    var isSafe: Bool { self == .safe || self == .safeCorrected }
  }
}
