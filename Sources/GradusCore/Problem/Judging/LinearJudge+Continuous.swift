// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension LinearJudge {
  /// A point of a linear or quadratic program: optimal when its multipliers prove it and Q is convex.
  func continuousPoint() -> Verdict {
    guard isFeasible, let primal else { return withoutPoint() }
    let objective = primal.objective
    guard let dual = bestDual(primal) else {
      return feasibleOnly(primal, ["no multipliers were given to check optimality with"])
    }
    var certificate = certificate(.kkt, [valueNote])
    certificate.dualResidual = dual.residual
    certificate.dualResidualRelative = dual.relative
    certificate.complementarity = dual.complementarity
    let gap = abs(sign * objective - dual.dualObjective)
    let allowed = min(1e-6, tolerances.gapRelative) * max(1, abs(objective))
    guard dual.relative <= tolerances.dual else {
      return feasibleOnly(
        primal, ["the multipliers leave a dual residual of \(brief(dual.relative)) relative"], certificate)
    }
    guard gap <= allowed else {
      return feasibleOnly(primal, ["the gap to the dual objective is \(brief(gap))"], certificate)
    }
    if let quadratic = form.quadratic {
      let reason: String
      switch Curvature.of(quadratic, sign: sign) {
      case .convex(let allowance):
        certificate.smallestCurvature = -allowance
        reason = ""
      case .nonconvex(let why): reason = "not convex: \(why)"
      case .undecided(let why): reason = "convexity is not proved: \(why)"
      }
      if !reason.isEmpty {
        certificate.note = [certificate.note, "first-order conditions hold, but the problem is \(reason)"]
          .compactMap { $0 }.joined(separator: "; ")
        return Verdict(outcome: .stationary, certificate: certificate, objective: objective)
      }
    }
    certificate.bound = .checked
    certificate.verified = true
    return Verdict(
      outcome: .optimal, certificate: certificate, objective: objective, bound: sign * dual.dualObjective)
  }

  /// The multipliers with the given reduced costs or with recomputed ones, whichever proves more.
  private func bestDual(_ primal: PrimalResiduals) -> DualResiduals? {
    let x = report.point.elements
    // Without rows, or when nothing was given, the column bounds alone may prove it.
    let y = report.multipliers?.elements ?? [Double](repeating: 0, count: form.constraintCount)
    let floor = 1e-3 * tolerances.dual
    let recomputed = DualResiduals(form, at: x, primal, y: y, z: nil, floor: floor)
    let given = report.reducedCosts.flatMap {
      DualResiduals(form, at: x, primal, y: y, z: $0.elements, floor: floor)
    }
    if report.multipliers == nil, form.constraintCount > 0 {
      guard let recomputed, recomputed.relative <= tolerances.dual else { return nil }
      return recomputed
    }
    guard let given else { return recomputed }
    guard let recomputed else { return given }
    let excess = { (d: DualResiduals) in
      max(
        d.relative / tolerances.dual,
        abs(sign * primal.objective - d.dualObjective) / max(1, abs(primal.objective)) / 1e-6)
    }
    return excess(recomputed) < excess(given) ? recomputed : given
  }

  /// A feasible point whose optimality the check does not support.
  private func feasibleOnly(
    _ primal: PrimalResiduals, _ notes: [String], _ found: Certificate? = nil
  ) -> Verdict {
    var certificate = found ?? self.certificate(.none)
    let claimed = report.claim == .optimal ? ["claimed optimal, but " + notes.joined(separator: "; ")] : notes
    certificate.kind = .none
    certificate.note = ([certificate.note].compactMap { $0 } + claimed).joined(separator: "; ")
    let (bound, voucher, remark) = standingBound(primal.objective)
    certificate.bound = voucher
    if let remark { certificate.note = (certificate.note ?? "") + "; " + remark }
    return Verdict(outcome: .feasible, certificate: certificate, objective: primal.objective, bound: bound)
  }

  /// The bound that may stand beside a feasible point of this objective: the best proved or reported one.
  func standingBound(_ objective: Double) -> (Double?, Voucher, String?) {
    let proved = provedBound
    guard let reported = report.bound, reported.isFinite else {
      return (proved, proved == nil ? .none : .checked, nil)
    }
    let excess = sign * (reported - objective)
    if excess > allowedGap(objective) {
      return (
        proved, proved == nil ? .none : .checked, "the reported bound \(reported) is refuted by the point found"
      )
    }
    if let proved, sign * (proved - reported) >= -1e-9 * max(1, abs(reported)) { return (proved, .checked, nil) }
    return (reported, reporter, nil)
  }

  /// What the gap between an objective and a bound may be.
  func allowedGap(_ objective: Double) -> Double {
    form.isDiscrete
      ? max(tolerances.gapAbsolute, tolerances.gapRelative * max(1, abs(objective)))
      : min(1e-6, tolerances.gapRelative) * max(1, abs(objective))
  }
}
