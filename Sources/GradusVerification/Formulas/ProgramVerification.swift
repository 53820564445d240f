// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling

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
struct ProgramVerification {
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
  var sign: Double { view.linear.sign }

  mutating func run() {
    checkProblem()
    if answer.tolerances.areWide {
      report.add("tolerances", .unchecked, "the tolerances stated are wider than 1e-6; everything is checked at 1e-6")
    }
    if answer.certificate.verified, case .reported(let source) = answer.certificate.bound {
      report.add("status", .refuted, "the answer calls itself verified, but its bound is the word of \(source)")
    }
    guard let point = usablePoint() else { return checkWithoutPoint() }
    let isFeasible = checkPoint(point)
    switch answer.status {
    case .optimal, .locallyOptimal, .stationary: if isFeasible { checkOptimum(point) }
    case .locallyInfeasible: checkLocalInfeasibility(point, isFeasible)
    case .unbounded, .infeasible:
      report.add("status", .unchecked, "'\(answer.status.rawValue)' of a nonlinear program has no certificate here")
    case .feasible, .targetReached:
      if !isFeasible {
        report.add("status", .refuted, "'\(answer.status.rawValue)' is claimed without a feasible point")
      }
      checkStandingBound(point)
    case .limit, .interrupted, .failed, .infeasibleOrUnbounded: checkStandingBound(isFeasible ? point : nil)
    }
  }

  private mutating func checkWithoutPoint() {
    switch answer.status {
    case .optimal, .locallyOptimal, .stationary, .feasible, .targetReached, .locallyInfeasible:
      if report["point"] == nil {
        report.add("point", .refuted, "'\(answer.status.rawValue)' is claimed without a point")
      }
    case .infeasible, .unbounded, .infeasibleOrUnbounded:
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

  private mutating func checkProblem() {
    let claimed = answer.problem
    var wrong: [String] = []
    func compare(_ what: String, _ claimed: Int, _ actual: Int) {
      if claimed != actual { wrong.append("\(claimed) \(what) instead of \(actual)") }
    }
    if claimed.variables != 0 || claimed.constraints != 0 || !claimed.kind.isEmpty {
      compare("variables", claimed.variables, program.variableCount)
      compare("constraints", claimed.constraints, program.constraintCount)
      compare("integer variables", claimed.integerVariables, program.linear.kinds.count { $0.isIntegral })
      if claimed.sense != program.linear.sense { wrong.append("the sense \(claimed.sense.rawValue)") }
    }
    if !claimed.fingerprint.isEmpty, UInt64(claimed.fingerprint, radix: 16) != program.fingerprint {
      wrong.append("another fingerprint")
    }
    if wrong.isEmpty { return }
    report.add("problem", .refuted, "the answer is about another problem: it states \(wrong.joined(separator: ", "))")
  }

  /// The point given, in the order of the program; nil when there is none or it is malformed (which is refuted).
  private mutating func usablePoint() -> [Double]? {
    guard let solution = answer.solution, !solution.values.isEmpty || program.variableCount == 0 else { return nil }
    do throws(Refutation) {
      let ordered = try OrderedNumbers(solution, over: program.linear.columnNames, "solution")
      if let name = ordered.missing.first {
        throw Refutation(text: "the solution lacks \(ordered.missing.count) variables, such as '\(name)'")
      }
      return ordered.values
    } catch {
      report.add("point", .refuted, error.text)
      return nil
    }
  }

  private mutating func checkPoint(_ x: [Double]) -> Bool {
    let values = view.values(x)
    let violation = Violation(view.linear, x, activities: values.rows)
    let objective = values.objective.rounded
    if let claimed = answer.objective {
      let agrees = abs(objective - claimed) <= 1e-7 * max(1, abs(objective))
      report.add(
        "objective", agrees ? .confirmed : .refuted,
        agrees ? "the objective is \(objective)" : "the objective at the point is \(objective), not \(claimed)",
        ["objective": objective])
    }
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
