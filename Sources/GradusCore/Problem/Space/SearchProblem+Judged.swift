// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

extension SearchProblem: Judged {
  public var judgingReserve: Int { 1 }

  /// Whether the point is one of the space, and what it is worth when asked about once more. Values prove no minimum, so the
  /// best that can be said is `feasible`.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let violation = space.violation(of: report.point)
    guard violation <= tolerances.feasibility, knownViolation(of: report.point) <= tolerances.feasibility else {
      var certificate = Certificate.none("the point is not one that the space and its known constraints allow")
      certificate.primalResidual = violation
      return Verdict(outcome: .unproved, certificate: certificate)
    }
    var certificate = Certificate(.sampled)
    certificate.primalResidual = violation
    if let all = try await inquiry.ask(EvaluateAll(point: report.point)) {
      guard all.objectives.allSatisfy(\.isFinite), all.objectives.count == objectives else {
        return Verdict(outcome: .unproved, certificate: .none("the objectives are not finite at the point"))
      }
      guard all.violation <= tolerances.feasibility else {
        var certificate = Certificate.none("the point breaks a constraint by \(all.violation)")
        certificate.primalResidual = all.violation
        return Verdict(outcome: .unproved, certificate: certificate)
      }
      certificate.pointChecked = true
      certificate.note = "values were compared, nothing is proved"
      return Verdict(outcome: .feasible, certificate: certificate, objective: objectives == 1 ? all.objectives[0] : nil)
    }
    var told = try await inquiry.ask(Evaluate(point: report.point))
    if told == nil { told = try await inquiry.ask(EvaluateAt(point: report.point, fidelity: 1))?.value }
    guard let value = told else {
      return Verdict(outcome: .unproved, certificate: .none("nobody can evaluate the point for the check"))
    }
    guard value.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the objective is not finite at the point"))
    }
    certificate.pointChecked = true
    certificate.note = "values were compared, nothing is proved"
    return Verdict(outcome: .feasible, certificate: certificate, objective: value)
  }
}
