// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension NonlinearProgram: Judged {
  /// Values and derivatives at the point, derivatives at the start, a Hessian, and one point of a Newton step.
  public var judgingReserve: Int { 6 }

  /// More Newton steps, and rays where the objective may be unbounded.
  public var judgingLimit: Int { 400 }

  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    try await NonlinearJudge(program: self, report: report, inquiry: inquiry, tolerances: tolerances).verdict()
  }
}

/// First- and second-order conditions of a nonlinear program, recomputed from answers that the judge asks for itself.
///
///     rows and bounds   violation ≤ feasibility·max(1, |side|)
///     first order       max(‖∇f + Jᵀy − z‖∞/s_d, complementarity/s_c)·σ ≤ stationarity
///
/// σ, s_d and s_c scale as Ipopt does: σ = min(1, 100/‖∇f(x₀)‖∞), s = max(100, mean multiplier)/100. The multipliers are
/// those of the report or, where these fail, the least-squares multipliers of the active rows; those of bounds are chosen
/// for each variable so that the larger of its two errors is least. Second order: see `SecondOrderTest`.
///
/// **Reference** A. Wächter, L. T. Biegler, Math. Program. 106 (2006), (5) and §3.8.
struct NonlinearJudge {
  var program: NonlinearProgram
  var report: Report<Vector>
  var inquiry: Inquiry
  var tolerances: Tolerances

  var x: Vector { report.point }

  func verdict() async throws -> Verdict {
    guard x.count == program.variableCount, x.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the point has no \(program.variableCount) finite entries"))
    }
    guard let values = try await values(at: x) else {
      return Verdict(outcome: .unproved, certificate: .none("nobody can evaluate the point for the check"))
    }
    guard values.constraints.count == program.constraintCount else {
      return Verdict(outcome: .unproved, certificate: .none("the rows have another number than the program says"))
    }
    guard values.objective.isFinite, values.constraints.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the objective or a row is not finite at the point"))
    }
    let primal = violation(values.constraints)
    guard primal.relative <= tolerances.feasibility else { return try await infeasible(values, primal) }
    var certificate = Certificate(.sampled)
    certificate.pointChecked = true
    certificate.primalResidual = primal.absolute
    certificate.primalResidualRelative = primal.relative
    let verdict = try await optimality(values, certificate)
    guard verdict.outcome == .feasible else { return verdict }
    return try await unbounded(certificate) ?? verdict
  }

  // MARK: Questions

  func values(at x: Vector) async throws -> ConstrainedValues? {
    guard case .values(let values) = try await inquiry.ask(Constrained.evaluate(x)) else { return nil }
    return values
  }

  /// Nil where the oracle cannot or may not answer, or says something that is no number.
  func derivatives(at x: Vector) async throws -> ConstrainedDerivatives? {
    guard case .derivatives(let derivatives) = try await inquiry.ask(Constrained.derivatives(x)),
      derivatives.gradient.count == program.variableCount,
      derivatives.jacobian.columnCount == program.variableCount,
      derivatives.jacobian.rowCount == program.constraintCount, derivatives.gradient.isFinite,
      derivatives.jacobian.values.allSatisfy(\.isFinite)
    else { return nil }
    return derivatives
  }

  // MARK: Feasibility

  struct Violation {
    var absolute = 0.0
    var relative = 0.0
    var place = ""

    mutating func note(_ excess: Double, side: Double, _ place: @autoclosure () -> String) {
      guard excess > 0 else { return }
      absolute = max(absolute, excess)
      let relative = excess / max(1, abs(side))
      if relative > self.relative {
        self.relative = relative
        self.place = place()
      }
    }
  }

  func violation(_ rows: Vector) -> Violation {
    var worst = Violation()
    for i in rows.indices {
      worst.note(program.rowLower[i] - rows[i], side: program.rowLower[i], "row \(i + 1)")
      worst.note(rows[i] - program.rowUpper[i], side: program.rowUpper[i], "row \(i + 1)")
    }
    for j in x.indices {
      worst.note(program.domain.lower[j] - x[j], side: program.domain.lower[j], "the bound of variable \(j + 1)")
      worst.note(x[j] - program.domain.upper[j], side: program.domain.upper[j], "the bound of variable \(j + 1)")
    }
    return worst
  }

  // MARK: First order

  private func optimality(_ values: ConstrainedValues, _ known: Certificate) async throws -> Verdict {
    var certificate = known
    func feasible(_ note: String) -> Verdict {
      certificate.note = note
      return Verdict(outcome: .feasible, certificate: certificate, objective: values.objective)
    }
    guard let here = try await derivatives(at: x) else {
      return feasible("the values were computed again; without derivatives nothing more can be checked")
    }
    let start = program.domain.projection(of: program.start)
    let first = start == x ? here : try await derivatives(at: start)
    let scales = first.map { FirstOrderError.Scales($0) } ?? FirstOrderError.Scales(rows: program.constraintCount)
    var best: FirstOrderError?
    if let given = report.multipliers, given.count == program.constraintCount, given.isFinite {
      best = FirstOrderError(program, x, values, here, multipliers: -given, scales)
    }
    if best.map({ $0.measure > tolerances.stationarity }) ?? true,
      let y = ActiveSet(meeting: program, x, values.constraints)
        .leastSquaresMultipliers(here)
    {
      let other = FirstOrderError(program, x, values, here, multipliers: y, scales)
      if other.measure < best?.measure ?? .infinity { best = other }
    }
    guard let best else { return feasible("no multipliers could be found for the check of optimality") }
    certificate.dualResidual = best.dual
    certificate.dualResidualRelative = best.measure
    certificate.complementarity = best.complementarity
    guard best.measure <= tolerances.stationarity else {
      let claimed =
        report.claim == .unbounded
        ? "the objective fell to \(brief(values.objective)): probably unbounded, but no ray proves it; " : ""
      return feasible(
        claimed + "the KKT error is \(best.measure) after scaling, more than \(tolerances.stationarity)")
    }
    certificate.kind = .kkt
    certificate.verified = true
    if program.isConvex, best.distantGain(program, x) <= 1e-3 * max(1, abs(values.objective)) {
      certificate.bound = .checked
      certificate.note = "the problem is proved convex"
      return Verdict(
        outcome: .optimal, certificate: certificate, objective: values.objective, bound: values.objective)
    }
    if let least = try await leastValue(), values.objective - least <= allowedGap(values.objective) {
      certificate.kind = .gap
      certificate.bound = .checked
      certificate.note = "the objective is at least \(brief(least)) wherever the bounds hold"
      return Verdict(outcome: .optimal, certificate: certificate, objective: values.objective, bound: least)
    }
    var test = SecondOrderTest(judge: self, values: values, derivatives: here, error: best)
    switch try await test.run() {
    case .positive(let smallest):
      certificate.kind = .secondOrder
      certificate.smallestCurvature = smallest
      return Verdict(outcome: .locallyOptimal, certificate: certificate, objective: values.objective)
    case .unproved(let why):
      certificate.note = why
      return Verdict(outcome: .stationary, certificate: certificate, objective: values.objective)
    }
  }

  /// The gap of a closed continuous problem.
  private func allowedGap(_ objective: Double) -> Double {
    max(tolerances.gapAbsolute, min(tolerances.gapRelative, 1e-6) * max(1, abs(objective)))
  }
}
