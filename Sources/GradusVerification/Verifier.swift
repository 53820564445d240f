// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Recomputes the claims of an answer from the problem's data, with code that no solver and no judge uses.
///
/// Everything in an answer is checked against the form by name: sizes and fingerprint, the point (rows, bounds, whole
/// numbers, sets, indicators, quadratic rows), the objective, duals and the bound they prove (with convexity of Q), rays
/// of infeasibility and unboundedness, conflicts. A bound of an integer problem that nobody proved is put to the test: by
/// exhausting small problems, and by looking for a better point near the one given.
public struct Verifier: Sendable {
  /// Nodes of the exhaustive search and moves of the local search; 0 leaves them out.
  public var effort: Int

  public init(effort: Int = 2_000_000) { self.effort = effort }

  /// Recomputes what the answer claims about the program, with code that no solver uses.
  public func verify(_ form: StandardForm, _ answer: ResultDocument) -> VerificationReport {
    var verification = Verification(form, answer, effort: effort)
    verification.run()
    return verification.report
  }
}

/// One answer on its way through the checks.
struct Verification: AnswerCheck {
  let view: RowView
  let answer: ResultDocument
  let tolerances: Tolerances
  let effort: Int
  var report = VerificationReport()

  init(_ form: StandardForm, _ answer: ResultDocument, effort: Int) {
    view = RowView(form)
    self.answer = answer
    self.effort = effort
    tolerances = answer.tolerances.capped
  }

  var form: StandardForm { view.form }
  var fingerprint: UInt64 { form.fingerprint }

  mutating func run() {
    checkHead()
    let point = checkPoint()
    switch answer.status {
    case .optimal: checkOptimum(point, claimsGlobal: true)
    case .locallyOptimal, .stationary: checkOptimum(point, claimsGlobal: false)
    case .infeasible: checkInfeasible(point)
    case .unbounded: checkUnbounded(point)
    case .feasible, .targetReached:
      if point == nil {
        report.add("status", .refuted, "'\(answer.status.rawValue)' is claimed without a feasible point")
      }
      checkStandingBound(point)
    case .limit, .interrupted, .failed: checkStandingBound(point)
    case .infeasibleOrUnbounded:
      report.add("status", .unchecked, "'infeasibleOrUnbounded' leaves open which")
    case .locallyInfeasible:
      report.add("status", .unchecked, "local infeasibility of a problem with linear rows has no certificate")
    }
    checkConflict()
    checkSensitivity(point)
  }

  /// The point when it is usable and feasible; its objective is compared on the way.
  private mutating func checkPoint() -> [Double]? {
    let needsPoint: Bool
    switch answer.status {
    case .optimal, .locallyOptimal, .stationary, .feasible, .targetReached: needsPoint = true
    default: needsPoint = answer.certificate.pointChecked && answer.solution != nil
    }
    guard let x = usablePoint() else {
      if needsPoint, form.variableCount > 0, report["point"] == nil {
        report.add("point", .refuted, "'\(answer.status.rawValue)' is claimed without a point")
      }
      return nil
    }
    let violation = Violation(view, x)
    let residuals = [
      "primalResidual": violation.absolute, "primalResidualRelative": violation.relative,
      "integralityResidual": violation.integrality,
    ]
    compareObjective(with: view.objective(x).rounded)
    guard violation.relative <= tolerances.feasibility, violation.integrality <= tolerances.integrality else {
      if needsPoint {
        report.add("point", .refuted, "the point is not feasible: \(violation.place)", residuals)
      } else {
        report.add("point", .confirmed, "the point given is not feasible, and is not said to be", residuals)
      }
      return nil
    }
    report.add("point", .confirmed, "the point is feasible", residuals)
    return x
  }
}
