// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling
import GradusNumerics

extension Verifier {
  /// Recomputes the claims of an answer to a program of formulas.
  ///
  /// The point (rows, bounds, whole numbers), the objective, first-order conditions with the multipliers given, the
  /// second-order condition on the tangent space of the active constraints, and stationarity of the violation where local
  /// infeasibility is claimed. What only a search of the whole space could show stays unchecked.
  public func verify(_ program: FormulaProgram, _ answer: ResultDocument) -> VerificationReport {
    var verification = ProgramVerification(program, answer, effort: effort)
    verification.run()
    return verification.report
  }
}

/// One answer to a program of formulas on its way through the checks.
struct ProgramVerification: AnswerCheck {
  let view: ProgramView
  let answer: ResultDocument
  let tolerances: Tolerances
  let effort: Int
  var report = VerificationReport()

  init(_ program: FormulaProgram, _ answer: ResultDocument, effort: Int) {
    view = ProgramView(program)
    self.answer = answer
    self.effort = effort
    tolerances = answer.tolerances.capped
  }

  var program: FormulaProgram { view.program }
  var form: StandardForm { program.linear }
  var fingerprint: UInt64 { program.fingerprint }
  var sign: Double { view.linear.sign }

  mutating func run() {
    checkHead()
    guard let point = usablePoint() else { return checkWithoutPoint() }
    let isFeasible = checkPoint(point)
    switch answer.status {
    case .optimal, .locallyOptimal, .stationary: if isFeasible { checkOptimum(point) }
    case .locallyInfeasible: checkLocalInfeasibility(point, isFeasible)
    case .unbounded: checkUnbounded(point, isFeasible)
    case .infeasible:
      report.add("status", .unchecked, "'\(answer.status.rawValue)' of a nonlinear program has no certificate here")
    case .feasible, .targetReached:
      if !isFeasible {
        report.add("status", .refuted, "'\(answer.status.rawValue)' is claimed without a feasible point")
      }
      checkStandingBound(point)
    case .limit, .interrupted, .failed, .infeasibleOrUnbounded: checkStandingBound(isFeasible ? point : nil)
    }
    if isFeasible { checkSensitivity(point) }
  }

  private mutating func checkWithoutPoint() {
    switch answer.status {
    case .optimal, .locallyOptimal, .stationary, .feasible, .targetReached, .locallyInfeasible:
      if report["point"] == nil {
        report.add("point", .refuted, "'\(answer.status.rawValue)' is claimed without a point")
      }
    case .infeasible, .unbounded, .infeasibleOrUnbounded:
      if answer.status == .unbounded, answer.ray != nil { return checkUnbounded(program.start.elements, false) }
      if contradictoryBounds, answer.status == .infeasible {
        report.add("infeasibility", .confirmed, "the bounds of a variable or the sides of a row contradict each other")
      } else {
        report.add("status", .unchecked, "'\(answer.status.rawValue)' of a nonlinear program has no certificate here")
      }
    case .limit, .interrupted, .failed: checkStandingBound(nil)
    }
  }

  private var contradictoryBounds: Bool {
    let form = program.linear
    return zip(form.columnLower, form.columnUpper).contains { $0 > $1 }
      || zip(form.rowLower, form.rowUpper).contains { $0 > $1 }
  }

  private mutating func checkPoint(_ x: [Double]) -> Bool {
    let values = view.values(x)
    let violation = Violation(view.linear, x, activities: values.rows)
    compareObjective(with: values.objective.rounded)
    let residuals = [
      "primalResidual": violation.absolute, "primalResidualRelative": violation.relative,
      "integralityResidual": violation.integrality,
    ]
    if violation.relative <= tolerances.feasibility, violation.integrality <= tolerances.integrality {
      report.add("point", .confirmed, "the point is feasible", residuals)
      return true
    }
    switch answer.status {
    case .optimal, .locallyOptimal, .stationary, .feasible, .targetReached:
      report.add("point", .refuted, "the point is not feasible: \(violation.place)", residuals)
    default: report.add("point", .confirmed, "the point given is not feasible, and is not said to be", residuals)
    }
    return false
  }

  /// A bound beside a point: it must not exclude the point; whether it is right is another question.
  mutating func checkStandingBound(_ point: [Double]?) {
    guard let bound = answer.bound, bound.isFinite || bound.isNaN else { return }
    if bound.isNaN { return report.add("bound", .refuted, "the bound is not a number") }
    if let point {
      let objective = view.values(point).objective.rounded
      if sign * (bound - objective) > 1e-6 * max(1, abs(objective)) {
        return report.add(
          "bound", .refuted, "the bound \(bound) excludes the point itself, whose objective is \(objective)")
      }
    }
    report.add("bound", .unchecked, "the bound \(bound) is not proved again here")
  }
}
