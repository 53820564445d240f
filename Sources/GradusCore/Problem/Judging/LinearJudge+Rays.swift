// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension LinearJudge {
  /// The claim that no point exists.
  func infeasible() -> Verdict {
    if let proved = provedInfeasible() { return proved }
    let reason = report.ray == nil ? "no Farkas ray was given" : "the ray given does not prove it"
    if isFeasible, let primal {
      let certificate = certificate(.none, ["claimed infeasible, but the point reported is feasible"])
      return Verdict(outcome: .feasible, certificate: certificate, objective: primal.objective)
    }
    var certificate = Certificate.none("claimed infeasible; \(reason)")
    guard report.boundSource != nil else { return Verdict(outcome: .unproved, certificate: certificate) }
    certificate.bound = reporter
    return Verdict(outcome: .infeasible, certificate: certificate)
  }

  private func provedInfeasible() -> Verdict? {
    var certificate = Certificate(.farkas)
    certificate.bound = .checked
    certificate.verified = true
    if let ray = report.ray, let proof = FarkasProof(form, ray: ray.elements) {
      certificate.margin = proof.relative
      var notes: [String] = []
      if proof.radius.isFinite {
        notes.append("the ray excludes every point with entries up to \(brief(proof.radius))")
      }
      if proof.relative < tolerances.feasibility {
        notes.append("points that violate rows by less than the tolerance may exist")
      }
      if !notes.isEmpty { certificate.note = notes.joined(separator: "; ") }
      return Verdict(outcome: .infeasible, certificate: certificate)
    }
    if let found = ContradictionAtSight.find(form) {
      certificate.margin = found.margin
      certificate.note = found.text
      return Verdict(outcome: .infeasible, certificate: certificate)
    }
    return nil
  }

  /// The claim that the objective improves without limit.
  func unbounded() -> Verdict {
    let direction = report.ray.flatMap { RecessionDirection(form, ray: $0.elements) }
    if isFeasible {
      if let direction {
        var notes = form.isDiscrete ? ["holds for rational data: a ray of the relaxation and an integer point"] : []
        if direction.residual > 0 { notes.append("the direction keeps the rows up to rounding") }
        var certificate = certificate(.ray, notes)
        certificate.bound = .checked
        certificate.margin = direction.improvement
        certificate.verified = true
        return Verdict(outcome: .unbounded, certificate: certificate, objective: primal?.objective)
      }
      let reason = report.ray == nil ? "no ray was given" : "the ray given does not prove it"
      var certificate = certificate(.none, ["claimed unbounded; \(reason)"])
      guard report.boundSource != nil else {
        return Verdict(outcome: .feasible, certificate: certificate, objective: primal?.objective)
      }
      certificate.bound = reporter
      return Verdict(outcome: .unbounded, certificate: certificate, objective: primal?.objective)
    }
    if let proved = provedInfeasible() { return proved }
    var certificate = certificate(
      direction == nil ? .none : .ray, ["claimed unbounded, but no feasible point was given"])
    certificate.margin = direction?.improvement
    certificate.bound = reporter
    return Verdict(outcome: .infeasibleOrUnbounded, certificate: certificate)
  }

  /// The claim that one of the two holds; the rays may decide which.
  func either() -> Verdict {
    if let proved = provedInfeasible() { return proved }
    if report.ray.flatMap({ RecessionDirection(form, ray: $0.elements) }) != nil { return unbounded() }
    if isFeasible { return form.isDiscrete ? integerPoint() : continuousPoint() }
    var certificate = Certificate.none("claimed infeasible or unbounded; nothing given proves which")
    certificate.bound = reporter
    return Verdict(outcome: .infeasibleOrUnbounded, certificate: certificate)
  }
}
