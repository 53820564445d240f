// SPDX-License-Identifier: Apache-2.0
public import GradusCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Descent with averages in place of momentum and schedule.
///
///     z ← z − η_t(g(y) + λy),   x ← (1 − c)x + cz,   y = (1 − β)z + βx
///     c = w_t/Σwᵢ,   w_t = tᵖ·(max ηᵢ)^q,   η_t = η·min(1, t/w)
///
/// The parameters are y, where gradients are asked; the point that is reported is x = y + (1 − 1/β)(z − y).
///
/// **Needs** gradients. **Keeps** one number a parameter.
/// **Guarantee** f(xₖ) − f* = O(1/√k) for convex Lipschitz f, with the best constant.
/// **Reference** A. Defazio et al., *The road less scheduled*, NeurIPS 2024.
public struct ScheduleFreeSGD: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 0.05
  /// β.
  public var beta = 0.9
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
    "schedule-free-sgd", "momentum by averages, without a schedule", guarantee: "O(1/sqrt k) for convex Lipschitz f",
    reference: "Defazio et al. 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-2)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("beta", \.beta, in: 1e-3...0.99999, "share of the average in the parameters"),
    .coupledDecay(\.decay),
    Setting("warmup", \.warmup, in: 0...1e12, "steps until the rate is whole"),
    Setting("power", \.power, in: 0...100, "exponent of the step in the weight of a point"),
  ]

  public var hasFirstPass: Bool { false }

  public var cell: Cell1 { Cell1() }

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
    var decay: Float
    var share: Float
    var pull: Float
    var step: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(isFirst: context.step == 1)
  }

  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell1, _ c: Beginning, into sums: inout Sums) {}

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let warm = context.step < warmup ? Double(context.step) / Double(warmup) : 1
    let step = context.rateFactor * rate * warm
    s.largest = max(s.largest, step)
    let weight = pow(Double(context.step), power) * pow(s.largest, ratePower)
    s.total += weight
    let share = s.total > 0 ? weight / s.total : 0
    return Constants(
      isFirst: context.step == 1, decay: Float(decay), share: Float(share),
      pull: Float(step * (beta * (1 - share) - 1)), step: Float(step))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    if c.isFirst { cell.first = parameter }
    let g = u + c.decay * parameter
    u = c.share * (cell.first - parameter) + c.pull * g
    cell.first -= c.step * g
  }

  /// The average x.
  public func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]? {
    let share = Float(1 - 1 / beta)
    return state.cells.combined(with: parameters) { y, cell in y + share * (cell.first - y) }
  }
}
