// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Distance over gradients: a rate from how far the run has come.
///
///     g ← g + λθ,   r ← max(r, |θ − θ₀|)  (from r₀ = α(1 + |θ₀|)),   G ← G + |g|²
///     θ ← θ − η·r/√(G + ε)·g
///
/// The average of the iterates is what the authors recommend (`Averaged`, polynomial). `layered` takes r and G of each tensor by
/// itself (L-DoG), which the authors prefer for deep networks.
///
/// **Needs** gradients. **Keeps** one number a parameter: the start.
/// **Guarantee** for convex f with bounded gradients the rate of the best fixed step, but for logarithms, if r₀ is small.
/// **Reference** M. Ivgi, O. Hinder, Y. Carmon, *DoG is SGD's best friend*, ICML 2023.
public struct DoG: CataloguedRule, MeasuredRule {
  /// η.
  public var rate = 1.0
  /// α.
  public var initial = 1e-6
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.0
  /// Radius and gradients of each tensor by itself.
  public var isLayered = false

  public init() {}

  public static let card = Card(
    "dog", "distance over gradients: no rate to choose", guarantee: "near-optimal for convex stochastic problems",
    reference: "Ivgi, Hinder & Carmon 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "factor of the step"),
    Setting("initial", \.initial, in: 1e-30...1e6, "first radius, for a start of norm 0"),
    .epsilon(\.epsilon), .coupledDecay(\.decay),
    Setting("layered", \.isLayered, "distance and gradients of each tensor by itself"),
  ]

  public static var settingsOfTensors: Set<String> { ["layered"] }
  public var measuresTensors: Bool { isLayered }

  public var cell: Cell1 { Cell1() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var radius: Double
    var total: Double
  }

  public var scalars: Scalars { Scalars(radius: 0, total: 0) }

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
    if c.isFirst { sums.third += product(parameter, parameter) }
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    if context.step == 1 { s.radius = initial * (1 + total(sums.third).squareRoot()) }
    s.radius = max(s.radius, total(sums.second).squareRoot())
    s.total += total(sums.first)
    let root = (s.total + epsilon).squareRoot()
    let step = root > 0 ? s.radius / root : 0
    return Constants(step: Float(-context.rateFactor * rate * step), decay: Float(decay))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    u = c.step * (u + c.decay * parameter)
  }
}
