// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Whether the Hessian of the Lagrangian is positive definite where the strongly active rows and bounds leave room.
///
///     H + ρJᵀJ − νI ≻ 0  for some ρ   ⇒   dᵀHd > 0 for all d ≠ 0 with Jd = 0
///
/// (Debreu), tested by a Cholesky factorization for growing ρ after rows and columns of [H Jᵀ; J 0] were scaled to largest
/// entries near 1, so that units do not drown each other; ν lies above the rounding error. Rows whose multiplier is not
/// clearly positive count as absent, which asks for more than necessary and never for less. Last, one Newton step on the
/// active rows must shrink the residual tenfold: beside a degenerate saddle it only halves the distance.
///
/// **Reference** J. Nocedal, S. Wright, *Numerical Optimization*, Theorems 12.6 and 16.2; G. Debreu, Econometrica 20 (1952).
struct SecondOrderTest {
  enum Outcome { case positive(Double), unproved(String) }

  private let judge: NonlinearJudge
  private let values: ConstrainedValues
  private let derivatives: ConstrainedDerivatives
  private let error: FirstOrderError
  private let active: ActiveSet

  init(
    judge: NonlinearJudge, values: ConstrainedValues, derivatives: ConstrainedDerivatives, error: FirstOrderError
  ) {
    self.judge = judge
    self.values = values
    self.derivatives = derivatives
    self.error = error
    active = ActiveSet(
      judge.program, judge.x, values.constraints, multipliers: error.multipliers, gradient: error.residual,
      threshold: judge.tolerances.stationarity / error.objectiveScale)
  }

  func run() async throws -> Outcome {
    if active.free.isEmpty { return .positive(.infinity) }
    let question = Constrained.lagrangianHessian(at: judge.x, multipliers: error.multipliers, objectiveWeight: 1)
    guard case .hessian(let upper) = try await judge.inquiry.ask(question), upper.columnCount == judge.x.count else {
      return .unproved("a second-order check needs the Hessian of the Lagrangian")
    }
    guard upper.values.allSatisfy(\.isFinite) else { return .unproved("the Hessian is not finite") }
    var system = EquilibratedKKT(upper: upper, jacobian: derivatives.jacobian, active: active)
    // Curvature below this is none, whatever the units.
    for k in active.free.indices where system.scales[k] > 1e6 {
      return .unproved("the Hessian is not positive definite where the active rows leave room: a flat direction")
    }
    var found: (factor: DefiniteFactor, penalty: Double, noise: Double)?
    var rho = active.rows.isEmpty ? 1.0 : 10.0
    while found == nil, rho <= (active.rows.isEmpty ? 1.0 : 1e7) {
      let noise = max(1e-10, 1e-15 * rho)
      guard let matrix = system.penalized(rho, shift: -noise) else {
        return .unproved("the second-order check would take too much memory")
      }
      switch DefiniteFactor.factorize(matrix, system.order(matrix)) {
      case .definite(let factor): found = (factor, rho, noise)
      case .indefinite: rho *= 100
      case .tooLarge: return .unproved("the second-order check would take too long")
      }
    }
    guard let found else {
      return .unproved(
        "the Hessian is not positive definite where the active rows leave room: a saddle, a maximum or a flat direction"
      )
    }
    guard try await contracts(system, found.factor, found.penalty) else {
      return .unproved("a Newton step does not shrink the KKT error as it would beside a strict minimum")
    }
    let widest = active.free.indices.reduce(0) { max($0, system.scales[$1] * system.scales[$1]) }
    return .positive(found.noise / max(widest, .leastNormalMagnitude))
  }

  /// One Newton step on the active rows and free variables: does it shrink ∇f + Jᵀy and the rows tenfold?
  private func contracts(_ system: EquilibratedKKT, _ factor: DefiniteFactor, _ rho: Double) async throws -> Bool {
    let program = judge.program
    let sides = active.rows.map { i in error.multipliers[i] >= 0 ? program.rowUpper[i] : program.rowLower[i] }
    let rows = active.rows.enumerated().map { values.constraints[$0.element] - sides[$0.offset] }
    let gradient = active.free.map { error.residual[$0] }
    let step = system.newtonStep(gradient: gradient, rows: rows, factor, penalty: rho)
    var ahead = judge.x
    var y = error.multipliers
    for (k, j) in active.free.enumerated() {
      ahead[j] = min(max(ahead[j] + step.point[k], program.domain.lower[j]), program.domain.upper[j])
    }
    for (k, i) in active.rows.enumerated() { y[i] += step.multipliers[k] }
    guard ahead.isFinite, y.isFinite, let next = try await judge.derivatives(at: ahead),
      let nextValues = try await judge.values(at: ahead)
    else { return false }
    let residual = next.gradient + next.jacobian.transposedTimes(y)
    var (before, after) = (0.0, 0.0)
    for (k, j) in active.free.enumerated() {
      before = max(before, abs(gradient[k]))
      after = max(after, abs(residual[j]))
    }
    var (rowsBefore, rowsAfter, rowSize) = (0.0, 0.0, 1.0)
    for (k, i) in active.rows.enumerated() {
      rowsBefore = max(rowsBefore, abs(rows[k]))
      rowsAfter = max(rowsAfter, abs(nextValues.constraints[i] - sides[k]))
      rowSize = max(rowSize, abs(sides[k]))
    }
    let rounding = system.rounding(judge.x, derivatives, error.multipliers)
    let rowRounding = 1e-12 * rowSize
    return after <= max(0.1 * before, rounding) && rowsAfter <= max(0.1 * max(rowsBefore, before), rowRounding)
  }
}
