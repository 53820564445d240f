// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The interior-point method from many starts; the best feasible point is kept.
///
///     x⁰ = the start of the problem;   xᵏ from a Halton sequence, shifted at random, in the box
///
/// An infinite side is replaced by one at a distance of `spread`·max(1, |x⁰ⱼ|) from the start or from the other side. A start
/// with a value that is not finite counts and is left. A convex problem needs one start. What is found is the best of
/// several local solutions; nothing is claimed about others.
///
/// **Needs** values, first derivatives and Hessians of the Lagrangian. **Keeps** one interior-point state and the best
/// point. **Guarantee** of the local method for each start. The starts follow from the seed.
/// **Reference** J. H. Halton, Numer. Math. 2 (1960); R. Cranley, T. N. L. Patterson, SIAM J. Numer. Anal. 13 (1976), for
/// the shift; F. Schoen, M. Locatelli, *Global Optimization*, SIAM 2013, chapter 3.
public struct Multistart: Catalogued {
  public var starts = 20
  /// Half the width of the region of starts where there are no bounds, in sizes of the start.
  public var spread = 10.0
  /// Iterations of one local run at most.
  public var iterations = 300

  public init() {}

  public static let card = Card(
    "multistart", "the interior-point method from many starts",
    guarantee: "the best of several stationary points", reference: "Locatelli & Schoen 2013",
    trials: [
      Trial("hs6", answers: 2_000, value: 1e-8), Trial("hs71", answers: 3_000, value: 17.0140174),
      Trial("hs43", answers: 2_000, value: -43.99999), Trial("circle-product", answers: 3_000, value: -0.999999),
    ], staysInDomain: false)

  public static let settings: [Setting<Self>] = [
    Setting("starts", \.starts, in: 1...1_000_000, "number of starts", role: .limit),
    Setting("spread", \.spread, in: 1e-6...1e12, "half the width of the region of starts where there are no bounds"),
    Setting("iterations", \.iterations, in: 1...1_000_000, "iterations of one local run at most", role: .limit),
  ]

  /// The local run under way and the best point of those that ended.
  public struct State: Sendable, Codable {
    let given: Given<NonlinearProgram>
    var local: InteriorPoint.State
    /// The number of local runs begun.
    var begun = 1
    /// Cranley and Patterson's shift, a number in [0, 1) for each variable.
    let shift: Vector
    var best: Best?
    /// The last run that ended without a feasible point, for the report when there is none.
    var infeasible: InteriorPoint.State?
    var claim: Claim?

    /// What is kept of a local run.
    struct Best: Sendable, Codable {
      var point: Vector
      var value: Double
      var measure: Double?
      var multipliers: Vector?
      var reducedCosts: Vector?
      var claim: Claim?
    }
  }

  /// The first local run, from the start of the problem.
  public func start(_ problem: NonlinearProgram, random: RandomStream) throws -> State {
    try problem.requireFiniteStart(Self.card.name)
    var stream = random.child("shift of the starts")
    let shift = Vector(problem.start.indices.map { _ in stream.uniform() })
    return State(given: Given(problem), local: InteriorPoint.State(problem, method: local), shift: shift)
  }

  /// What the local run asks.
  public func ask(_ s: inout State) -> Constrained? { s.claim == nil ? s.local.question() : nil }

  /// Tells the local run; where it ends, its point is compared and the next one begins.
  public func tell(_ s: inout State, _ answer: consuming Constrained.Answer, to question: consuming Constrained) {
    let point = question.point
    _ = consume question
    s.local.advance(answer, at: point)
    if s.local.question() == nil { conclude(&s) }
  }

  /// The best point of all local runs; its measure once the last one has ended.
  public func report(_ s: State) -> Report<Vector> {
    let running = s.local.report
    if let best = s.best, !(s.claim == nil && running.value ?? .infinity < best.value) {
      var report = Report(
        point: best.point, value: best.value, measure: s.claim == nil ? nil : best.measure, claim: s.claim)
      report.multipliers = best.multipliers
      report.reducedCosts = best.reducedCosts
      return report
    }
    if s.claim == .infeasible, let found = s.infeasible?.report { return found }
    var report = Report(point: running.point, value: running.value, claim: s.claim)
    if s.claim != nil { report.measure = running.measure }
    return report
  }

  private var local: InteriorPoint {
    var method = InteriorPoint()
    method.iterations = iterations
    return method
  }

  private func conclude(_ s: inout State) {
    let report = s.local.report
    let program = s.given.value
    if let value = report.value, value < s.best?.value ?? .infinity {
      s.best = State.Best(
        point: report.point, value: value, measure: report.measure, multipliers: report.multipliers,
        reducedCosts: report.reducedCosts, claim: report.claim)
    }
    if report.claim == .infeasible, s.infeasible == nil { s.infeasible = s.local }
    let isSettled = program.isConvex && (report.claim == .optimal || report.claim == .infeasible)
    guard s.begun < starts, !isSettled, report.claim != .unbounded else {
      s.claim = ending(s, report.claim)
      return
    }
    let next = point(s.begun, s)
    s.begun += 1
    s.local = InteriorPoint.State(program, method: local, from: next)
  }

  private func ending(_ s: State, _ last: Claim?) -> Claim {
    if last == .unbounded { return .unbounded }
    if let best = s.best { return best.claim ?? .stalled }
    return s.infeasible == nil ? last ?? .stalled : .infeasible
  }

  // MARK: Starts

  /// Start number k ≥ 1.
  private func point(_ k: Int, _ s: State) -> Vector {
    let program = s.given.value
    return Vector(
      program.start.indices.map { j in
        let (lower, upper) = range(j, program)
        var u = Self.halton(k, j) + s.shift[j]
        if u >= 1 { u -= 1 }
        return min(max(lower + u * (upper - lower), program.domain.lower[j]), program.domain.upper[j])
      })
  }

  /// The interval from which starts are taken.
  private func range(_ j: Int, _ program: NonlinearProgram) -> (lower: Double, upper: Double) {
    let (lower, upper) = (program.domain.lower[j], program.domain.upper[j])
    let center = min(max(program.start[j], lower), upper)
    let reach = spread * max(1, abs(center))
    // Bounds far away stand for none.
    let isNear = upper - lower <= 1e3 * reach
    return (
      lower.isFinite && (isNear || center - lower <= reach) ? lower : center - reach,
      upper.isFinite && (isNear || upper - center <= reach) ? upper : center + reach
    )
  }

  /// The radical inverse of k in the base of the j-th prime; for variables beyond the twentieth a Weyl sequence, as large
  /// bases fill the interval too slowly.
  static func halton(_ k: Int, _ j: Int) -> Double {
    let primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71]
    guard j < primes.count else {
      // Multiples of the square root of an odd number that is no square differ from variable to variable.
      let root = Double(8 * j + 3).squareRoot()
      let product = Double(k) * (root - root.rounded(.down))
      return product - product.rounded(.down)
    }
    var (rest, sum, scale) = (k, 0.0, 1.0)
    while rest > 0 {
      scale /= Double(primes[j])
      sum += scale * Double(rest % primes[j])
      rest /= primes[j]
    }
    return sum
  }
}
