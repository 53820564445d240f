// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The judge of problems with linear rows: what a report claims is recomputed from the form, in the user's sense.
///
/// - a point: rows, bounds, whole numbers; it counts when it is within the tolerances;
/// - `optimal` of a continuous problem: multipliers whose dual objective meets the objective, with Q convex;
/// - `optimal` of an integer problem: a bound within the gap, ours where we can prove one, else with the name of who
///   reported it;
/// - `infeasible`: a Farkas proof, or data that contradicts itself at sight; `unbounded`: a direction and a point.
struct LinearJudge {
  let form: StandardForm
  let tolerances: Tolerances
  let report: Report<Vector>
  /// The point and its residuals; nil when the report has no usable point.
  let primal: PrimalResiduals?

  init(_ form: StandardForm, _ report: Report<Vector>, _ tolerances: Tolerances) {
    self.form = form
    self.report = report
    self.tolerances = tolerances
    primal = PrimalResiduals(form, at: report.point.elements)
  }

  var isFeasible: Bool { primal?.isFeasible(within: tolerances) ?? false }

  func verdict() -> Verdict {
    switch report.claim {
    case .infeasible: return infeasible()
    case .unbounded: return unbounded()
    case .infeasibleOrUnbounded: return either()
    default: return form.isDiscrete ? integerPoint() : continuousPoint()
    }
  }

  /// A certificate of this kind with what is known of the point.
  func certificate(_ kind: Certificate.Kind, _ notes: [String] = []) -> Certificate {
    var certificate = Certificate(kind)
    if let primal {
      certificate.pointChecked = isFeasible
      certificate.primalResidual = primal.absolute
      certificate.primalResidualRelative = primal.relative
      if form.isDiscrete { certificate.integralityResidual = primal.integrality }
    }
    let notes = notes.filter { !$0.isEmpty }
    if !notes.isEmpty { certificate.note = notes.joined(separator: "; ") }
    return certificate
  }

  /// Who vouches for what was said but not recomputed.
  var reporter: Voucher { .reported(by: report.boundSource ?? "the method") }

  /// −1 turns a maximization into a minimization.
  var sign: Double { form.sense == .minimize ? 1 : -1 }

  /// What is wrong with the number the method gave as its value.
  var valueNote: String {
    guard let primal, let value = report.value else { return "" }
    let difference = abs(value - primal.objective)
    if difference <= 1e-6 * max(1, abs(primal.objective)) { return "" }
    return "the method reported the objective \(value), recomputed it is \(primal.objective)"
  }

  /// The verdict on a report without a feasible point.
  func withoutPoint() -> Verdict {
    let complaint: String
    if let primal {
      complaint = primal.complaint(form, tolerances)
    } else {
      complaint =
        report.point.count == 0 ? "no point was found" : "the point is not made of \(form.variableCount) numbers"
    }
    let claimed = report.claim == .optimal ? "claimed optimal, but " : ""
    var certificate = certificate(.none, [claimed + complaint])
    var bound: Double?
    if let b = provedBound {
      bound = b
      certificate.bound = .checked
    } else if let b = report.bound, b.isFinite {
      bound = b
      certificate.bound = reporter
    }
    return Verdict(outcome: .unproved, certificate: certificate, objective: primal?.objective, bound: bound)
  }

  /// A bound that we can prove from multipliers of the relaxation, or from the column bounds alone.
  var provedBound: Double? {
    guard form.quadratic == nil else { return nil }
    let zero = [Double](repeating: 0, count: form.constraintCount)
    let candidates = [report.multipliers.flatMap { form.strictLinearBound($0.elements) }, form.strictLinearBound(zero)]
    guard let best = candidates.compactMap({ $0.map { sign * $0 } }).max() else { return nil }
    return sign * Granularity.raised(best, form)
  }
}
