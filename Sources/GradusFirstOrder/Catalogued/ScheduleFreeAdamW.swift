// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Adam with averages in place of first moment and schedule.
///
///     v ← β₂v + (1 − β₂)g²,   d = g/(√(v/(1 − β₂ᵗ)) + ε) + λy
///     z ← z − η_t·d,   x ← (1 − c)x + cz,   y = (1 − β)z + βx
///     c = w_t/Σwᵢ,   w_t = tᵖ·(max ηᵢ)^q,   η_t = η·min(1, t/w)
///
/// The parameters are y, where gradients are asked; the point that is reported is x = y + (1 − 1/β)(z − y).
///
/// **Needs** gradients. **Keeps** two numbers a parameter.
/// **Guarantee** that of `schedule-free-sgd` for its form without moments.
/// **Reference** A. Defazio et al., *The road less scheduled*, NeurIPS 2024, algorithm 1.
public struct ScheduleFreeAdamW: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 2.5e-3
  /// β.
  public var beta = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0
  /// w.
  public var warmup = 0
  /// p.
  public var power = 0.0
  /// q.
  public var ratePower = 2.0

  public init() {}

  public static let card = Card(
    "schedule-free-adamw", "Adam with averages in place of a schedule",
    guarantee: "O(1/sqrt k) for convex Lipschitz f in the form without moments",
    reference: "Defazio et al. 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("beta", \.beta, in: 1e-3...0.99999, "share of the average in the parameters"),
    .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("warmup", \.warmup, in: 0...1e12, "steps until the rate is whole"),
    Setting("power", \.power, in: 0...100, "exponent of the step in the weight of a point"),
  ]

  public var hasFirstPass: Bool { false }

  public var cell: Cell2 { Cell2() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var largest: Double
    var total: Double
  }

  public var scalars: Scalars { Scalars(largest: 0, total: 0) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var isFirst: Bool
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var isFirst: Bool
    var share2: Float
    /// √(1 − β₂ᵗ), and ε times that.
    var root: Float
    var offset: Float
    var decay: Float
    var share: Float
    var pull: Float
    var step: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(isFirst: context.step == 1)
  }

  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell2, _ c: Beginning, into sums: inout Sums) {}

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let warm = context.step < warmup ? Double(context.step) / Double(warmup) : 1
    let step = context.rateFactor * rate * warm
    s.largest = max(s.largest, step)
    let weight = pow(Double(context.step), power) * pow(s.largest, ratePower)
    s.total += weight
    let share = s.total > 0 ? weight / s.total : 0
    let root = (1 - GradusFirstOrder.power(beta2, context.step)).squareRoot()
    return Constants(
      isFirst: context.step == 1, share2: Float(1 - beta2), root: Float(root),
      offset: Float(max(epsilon * root, 1e-37)),
      decay: Float(decay), share: Float(share), pull: Float(step * (beta * (1 - share) - 1)), step: Float(step))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    if c.isFirst { cell.first = parameter }
    cell.second += c.share2 * (u * u - cell.second)
    let step = (c.root * u) / (squareRoot(cell.second) + c.offset) + c.decay * parameter
    u = c.share * (cell.first - parameter) + c.pull * step
    cell.first -= c.step * step
  }

  /// The average x.
  public func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]? {
    let share = Float(1 - 1 / beta)
    return state.cells.combined(with: parameters) { y, cell in y + share * (cell.first - y) }
  }
}
