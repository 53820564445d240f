// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Momentum whose step is a share of the tensor it moves.
///
///     u = g + λθ,   r = κ|θ|/(|u| + ε)     for each tensor; where |θ| or |u| is 0 the factor is 1
///     b ← μb + ηr·u,   θ ← θ − b,   with Nesterov's lookahead  θ ← θ − (ηr·u + μb)
///
/// This is optax's form; `separate` divides by |g| + λ|θ| instead, as the paper does.
///
/// **Needs** gradients. **Keeps** one number a parameter. **Guarantee** none in general.
/// **Reference** Y. You, I. Gitman, B. Ginsburg, *Large batch training of convolutional networks*, 2017.
public struct LARS: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// μ.
  public var momentum = 0.9
  /// κ.
  public var coefficient = 1e-3
  /// ε.
  public var epsilon = 0.0
  /// λ.
  public var decay = 1e-4
  /// Nesterov's form.
  public var isNesterov = false
  /// Lengths added.
  public var isSeparate = false

  public init() {}

  public static let card = Card(
    "lars", "momentum with a step in proportion to each tensor", guarantee: "none in general",
    reference: "You, Gitman & Ginsburg 2017", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the buffer"),
    Setting("coefficient", \.coefficient, in: 1e-9...1e3, "share of the length of a tensor"),
    .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("nesterov", \.isNesterov, "look ahead along the buffer"),
    Setting("separate", \.isSeparate, "lengths of gradient and decay are added"),
  ]

  public var measuresTensors: Bool { true }

  public var cell: Cell1 { Cell1() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var ratio: Double
  }

  public var scalars: Scalars { Scalars(ratio: 1) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var decay: Float
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var momentum: Float
    var decay: Float
    var factor: Float
    var isNesterov: Bool
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(decay: Float(decay))
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell1, _ c: Beginning, into sums: inout Sums) {
    let step = g + c.decay * parameter
    sums.first += product(parameter, parameter)
    sums.second += product(step, step)
    sums.third += product(g, g)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let length = total(sums.first).squareRoot()
    let whole = isSeparate ? total(sums.third).squareRoot() + decay * length : total(sums.second).squareRoot()
    s.ratio = length > 0 && whole > 0 ? coefficient * length / (whole + epsilon) : 1
    let ratio = s.ratio
    return Constants(
      momentum: Float(momentum), decay: Float(decay), factor: Float(-context.rateFactor * rate * ratio),
      isNesterov: isNesterov)
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    let step = c.factor * (u + c.decay * parameter)
    cell.first = c.momentum * cell.first + step
    u = c.isNesterov ? step + c.momentum * cell.first : cell.first
  }
}
