// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Distance over weighted gradients: a rate from how far the run has come.
///
///     g ← g + λθ,   D ← max(D, |θ − θ₀|²)  (from D₀),   V ← V + D|g|²,   θ ← θ − η·D/(√V + ε)·g
///
/// **Needs** gradients. **Keeps** one number a parameter: the start.
/// **Guarantee** for convex f the rate of the best fixed step but for logarithms, for smooth f and for Lipschitz f alike.
/// **Reference** A. Khaled, K. Mishchenko, C. Jin, *DoWG unleashed*, NeurIPS 2023.
public struct DoWG: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// D₀.
  public var initial = 1e-4
  /// ε.
  public var epsilon = 1e-4
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "dowg", "distance over weighted gradients: no rate to choose",
    guarantee: "optimal but for logarithms, smooth or not",
    reference: "Khaled, Mishchenko & Jin 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "factor of the step"),
    Setting("initial", \.initial, in: 1e-30...1e6, "first squared distance"),
    .epsilon(\.epsilon), .coupledDecay(\.decay),
  ]

  public var cell: Cell1 { Cell1() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var distance: Double
    var total: Double
  }

  public var scalars: Scalars { Scalars(distance: initial, total: 0) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var isFirst: Bool
    var decay: Float
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var step: Float
    var decay: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(isFirst: context.step == 1, decay: Float(decay))
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell1, _ c: Beginning, into sums: inout Sums) {
    if c.isFirst { cell.first = parameter }
    let g = g + c.decay * parameter
    let way = parameter - cell.first
    sums.first += product(g, g)
    sums.second += product(way, way)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    s.distance = max(s.distance, total(sums.second))
    s.total += s.distance * total(sums.first)
    let root = s.total.squareRoot() + epsilon
    let step = root > 0 ? s.distance / root : 0
    return Constants(step: Float(-context.rateFactor * rate * step), decay: Float(decay))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    u = c.step * (u + c.decay * parameter)
  }
}
