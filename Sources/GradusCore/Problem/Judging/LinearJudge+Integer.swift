// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension LinearJudge {
  /// A point of an integer program: optimal when a bound lies within the gap; verified when we proved that bound.
  func integerPoint() -> Verdict {
    guard isFeasible, let primal else { return withoutPoint() }
    let objective = primal.objective
    let (bound, voucher, remark) = standingBound(objective)
    var certificate = certificate(.gap, [valueNote, remark ?? ""])
    certificate.bound = voucher
    guard let bound else {
      let claimed = report.claim == .optimal ? "claimed optimal, but no bound stands" : ""
      let notes = [certificate.note ?? "", claimed].filter { !$0.isEmpty }
      certificate.kind = .none
      certificate.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
      return Verdict(outcome: .feasible, certificate: certificate, objective: objective)
    }
    let gap = sign * (objective - bound)
    if gap <= allowedGap(objective) {
      certificate.verified = voucher == .checked
      return Verdict(outcome: .optimal, certificate: certificate, objective: objective, bound: bound)
    }
    if report.claim == .optimal {
      certificate.note = [certificate.note, "claimed optimal, but the gap is \(brief(gap))"]
        .compactMap { $0 }.joined(separator: "; ")
    }
    return Verdict(outcome: .feasible, certificate: certificate, objective: objective, bound: bound)
  }
}

/// The grid on which the objective of an integer program must lie.
enum Granularity {
  /// `bound` (sense "minimize") raised to the next multiple of the grid: the greatest common divisor of the costs, when
  /// every variable with a cost is integral and every cost a whole number.
  static func raised(_ bound: Double, _ form: StandardForm) -> Double {
    var divisor = 0.0
    for j in form.costs.indices where form.costs[j] != 0 {
      let c = abs(form.costs[j])
      guard form.kinds[j].isIntegral, c == c.rounded(), c < 0x1p52 else { return bound }
      var (a, b) = (c, divisor)
      while b != 0 { (a, b) = (b, a.truncatingRemainder(dividingBy: b)) }
      divisor = a
    }
    guard divisor > 0 else { return bound }
    let offset = form.sense == .minimize ? form.objectiveOffset : -form.objectiveOffset
    let steps = (bound - offset) / divisor
    guard abs(steps) < 1e12 else { return bound }
    return max(bound, (steps - 1e-6).rounded(.up) * divisor + offset)
  }
}
