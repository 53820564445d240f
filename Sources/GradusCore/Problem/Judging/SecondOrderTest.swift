// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Whether the Hessian of the Lagrangian is positive definite where the strongly active rows and bounds leave room.
///
///     H + ρJᵀJ − νI ≻ 0  for some ρ   ⇒   dᵀHd > 0 for all d ≠ 0 with Jd = 0
///
/// (Debreu), tested by a Cholesky factorization for growing ρ after rows and columns of [H Jᵀ; J 0] were scaled to largest
/// entries near 1, so that units do not drown each other; ν lies above the rounding error. Rows and bounds whose multiplier
/// is not clearly positive count as absent, which asks for more than necessary and never for less; the condition is
/// sufficient with any multipliers and any gradients, dependent ones included. A vertex has no such d, and passes.
///
/// Last, one Newton step on the active rows must shrink the residual tenfold: beside a degenerate saddle it only halves the
/// distance. Where a step meets bounds it is cut there, and the next one tried from its end. Where rows that hold within
/// the tolerance alone leave the objective open by more than 1e-5, because no multiplier is within reach (as at a cusp),
/// nothing is claimed.
///
/// **Reference** J. Nocedal, S. Wright, *Numerical Optimization*, Theorems 12.6 and 16.2; G. Debreu, Econometrica 20 (1952).
struct SecondOrderTest {
  enum Outcome { case positive(Double), unproved(String) }

  /// Newton steps at most.
  static let steps = 10

  let judge: NonlinearJudge
  private var place: KKTPoint
  private let tolerance: Double
  /// The objective at the reported point.
  private let reported: Double

  init(
    judge: NonlinearJudge, values: ConstrainedValues, derivatives: ConstrainedDerivatives, error: FirstOrderError
  ) {
    self.judge = judge
    place = KKTPoint(
      x: judge.x, multipliers: error.multipliers, values: values, derivatives: derivatives, residual: error.residual)
    tolerance = judge.tolerances.stationarity / error.objectiveScale
    reported = values.objective
  }

  mutating func run() async throws -> Outcome {
    let program = judge.program
    if place.strong(program, tolerance, unit: 1).free.isEmpty { return .positive(.infinity) }
    var idle = 0
    var before: ActiveSet?
    for _ in 0..<Self.steps {
      let question = Constrained.lagrangianHessian(at: place.x, multipliers: place.multipliers, objectiveWeight: 1)
      guard case .hessian(let upper) = try await judge.inquiry.ask(question), upper.columnCount == place.x.count else {
        return .unproved("a second-order check needs the Hessian of the Lagrangian")
      }
      guard upper.values.allSatisfy(\.isFinite) else { return .unproved("the Hessian is not finite") }
      let unit = place.unit(upper)
      var kept = place.kept(program, unit * tolerance, unit: unit)
      if kept.free.isEmpty { kept = place.strong(program, tolerance, unit: 1) }
      kept.dropDependentRows(place.derivatives.jacobian)
      var system = EquilibratedKKT(upper: upper, jacobian: place.derivatives.jacobian, active: kept)
      let found: Definite
      switch definite(&system, kept) {
      case .definite(let proof): found = proof
      case .unproved(let why): return .unproved(why)
      }
      guard let (next, isCut) = try await step(system, found, kept) else {
        return .unproved("a second-order check needs the derivatives at the end of a Newton step")
      }
      if isContraction(to: next, system, kept) { return room(upper, kept, found, unit, after: next) }
      let isSettled = !isCut && before.map { $0.free == kept.free && $0.rows == kept.rows } ?? false
      idle += isSettled ? 1 : 0
      if idle == 2 { break }
      before = kept
      place = next
    }
    return .unproved("a Newton step does not shrink the KKT error as it would beside a strict minimum")
  }

  // MARK: Definiteness

  private struct Definite {
    var factor: DefiniteFactor
    var penalty: Double
    var noise: Double
    /// The least curvature that is proved.
    var least: Double
  }

  private enum Attempt { case definite(Definite), unproved(String) }

  private func definite(_ system: inout EquilibratedKKT, _ active: ActiveSet) -> Attempt {
    // Curvature below this is none, whatever the units.
    for k in active.free.indices where system.scales[k] > 1e6 {
      return .unproved("the Hessian is not positive definite where the active rows leave room: a flat direction")
    }
    var rho = active.rows.isEmpty ? 1.0 : 10.0
    while rho <= (active.rows.isEmpty ? 1.0 : 1e7) {
      let noise = max(1e-10, 1e-15 * rho)
      guard let matrix = system.penalized(rho, shift: -noise) else {
        return .unproved("the second-order check would take too much memory")
      }
      switch DefiniteFactor.factorize(matrix, system.order(matrix)) {
      case .definite(let factor):
        let widest = active.free.indices.reduce(0) { max($0, system.scales[$1] * system.scales[$1]) }
        let least = noise / max(widest, .leastNormalMagnitude)
        return .definite(Definite(factor: factor, penalty: rho, noise: noise, least: least))
      case .indefinite: rho *= 100
      case .tooLarge: return .unproved("the second-order check would take too long")
      }
    }
    return .unproved(
      "the Hessian is not positive definite where the active rows leave room: a saddle, a maximum or a flat direction")
  }

  /// The same on all the room that clearly positive multipliers leave.
  private func room(
    _ upper: SparseMatrix, _ kept: ActiveSet, _ found: Definite, _ unit: Double, after next: KKTPoint
  ) -> Outcome {
    let error = next.error(judge.program, kept)
    let doubt = doubt(next)
    guard doubt <= 1e-5 * max(1, abs(reported)) else {
      return .unproved(
        "rows that hold to the tolerance leave the objective open by \(brief(doubt)): their prices are too high")
    }
    let wide = place.strong(judge.program, max(unit * tolerance, 10 * error), unit: unit)
    if wide.free == kept.free && Set(kept.rows).isSubset(of: wide.rows) { return .positive(found.least) }
    if wide.free.isEmpty { return .positive(.infinity) }
    var system = EquilibratedKKT(upper: upper, jacobian: place.derivatives.jacobian, active: wide)
    switch definite(&system, wide) {
    case .definite(let proof): return .positive(proof.least)
    case .unproved(let why): return .unproved(why)
    }
  }

  /// By how much the objective differs at the end of the steps, and might if its rows held exactly.
  private func doubt(_ next: KKTPoint) -> Double {
    var sum = abs(next.values.objective - reported)
    for i in next.multipliers.indices where next.multipliers[i] != 0 {
      let excess = next.values.constraints[i] - next.side(judge.program, i)
      // A row with room has a price within the error of the first-order conditions.
      let isMet = judge.program.rowLower[i] != judge.program.rowUpper[i] && excess * next.multipliers[i] < 0
      if !isMet, excess.isFinite { sum += abs(next.multipliers[i] * excess) }
    }
    return sum
  }

  // MARK: Newton step

  /// The end of one Newton step on the active rows and free variables, cut at bounds.
  private func step(
    _ system: EquilibratedKKT, _ found: Definite, _ active: ActiveSet
  ) async throws -> (KKTPoint, isCut: Bool)? {
    let program = judge.program
    let gradient = active.free.map { place.residual[$0] }
    // A larger penalty meets the rows in fewer turns.
    var (factor, rho) = (found.factor, found.penalty)
    var system = system
    if !active.rows.isEmpty, rho < 1e6, let matrix = system.penalized(1e6, shift: 0),
      case .definite(let stiffer) = DefiniteFactor.factorize(matrix, system.order(matrix))
    {
      (factor, rho) = (stiffer, 1e6)
    }
    let step = system.newtonStep(
      gradient: gradient, rows: place.excess(program, active), factor, penalty: rho)
    var ahead = place.x
    var y = place.multipliers
    var isCut = false
    for (k, j) in active.free.enumerated() {
      let target = ahead[j] + step.point[k]
      ahead[j] = min(max(target, program.domain.lower[j]), program.domain.upper[j])
      if ahead[j] != target { isCut = true }
    }
    for (k, i) in active.rows.enumerated() { y[i] += step.multipliers[k] }
    guard ahead.isFinite, y.isFinite, let derivatives = try await judge.derivatives(at: ahead),
      let values = try await judge.values(at: ahead), values.constraints.isFinite
    else { return nil }
    var next = KKTPoint(x: ahead, multipliers: y, values: values, derivatives: derivatives)
    let unchanged = KKTPoint(x: ahead, multipliers: place.multipliers, values: values, derivatives: derivatives)
    // Multipliers that were right already may only lose digits.
    if unchanged.error(program, active) < next.error(program, active) { next = unchanged }
    return (next, isCut)
  }

  /// Does the step shrink ∇f + Jᵀy and the rows tenfold, as far as rounding lets it?
  private func isContraction(to next: KKTPoint, _ system: EquilibratedKKT, _ active: ActiveSet) -> Bool {
    let program = judge.program
    let before = place.error(program, active)
    let after = next.error(program, active)
    let rowsBefore = place.excess(program, active).reduce(0) { max($0, abs($1)) }
    let rowsAfter = next.excess(program, active).reduce(0) { max($0, abs($1)) }
    let rowSize = active.rows.reduce(1) { max($0, abs(place.side(program, $1))) }
    guard program.relativeExcess(next.values.constraints) <= judge.tolerances.feasibility else { return false }
    // What is shown of the end of the steps is said of the point that was reported.
    guard (next.x - judge.x).maximumMagnitude <= 1e-2 * max(1, judge.x.maximumMagnitude) else { return false }
    let rounding = system.rounding(place.x, place.derivatives, place.multipliers)
    return after <= max(0.1 * before, rounding) && rowsAfter <= max(0.1 * max(rowsBefore, before), 1e-12 * rowSize)
  }
}

extension NonlinearProgram {
  /// The largest violation of a row relative to max(1, |side|).
  fileprivate func relativeExcess(_ rows: Vector) -> Double {
    rows.indices.reduce(0) { worst, i in
      max(
        worst, (rowLower[i] - rows[i]) / max(1, abs(rowLower[i])), (rows[i] - rowUpper[i]) / max(1, abs(rowUpper[i])))
    }
  }
}
