// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// What the check of every answer begins with, whether the problem is one of rows or of formulas.
protocol AnswerCheck {
  var answer: ResultDocument { get }
  var report: VerificationReport { get set }
  /// Names, sides, bounds and kinds of the problem.
  var form: StandardForm { get }
  /// Of the whole problem, formulas included.
  var fingerprint: UInt64 { get }
}

extension AnswerCheck {
  /// What the answer says about itself: its problem, its tolerances, and who vouches for it.
  mutating func checkHead() {
    checkProblem()
    if answer.tolerances.areWide {
      report.add("tolerances", .unchecked, "the tolerances stated are wider than 1e-6; everything is checked at 1e-6")
    }
    if answer.certificate.verified, case .reported(let source) = answer.certificate.bound {
      report.add("status", .refuted, "the answer calls itself verified, but its bound is the word of \(source)")
    }
  }

  /// The answer is about this problem.
  private mutating func checkProblem() {
    let claimed = answer.problem
    var wrong: [String] = []
    func compare(_ what: String, _ claimed: Int, _ actual: Int) {
      if claimed != actual { wrong.append("\(claimed) \(what) instead of \(actual)") }
    }
    if claimed.variables != 0 || claimed.constraints != 0 || !claimed.kind.isEmpty {
      compare("variables", claimed.variables, form.variableCount)
      compare("constraints", claimed.constraints, form.constraintCount)
      compare("integer variables", claimed.integerVariables, form.kinds.count { $0.isIntegral })
      if claimed.sense != form.sense { wrong.append("the sense \(claimed.sense.rawValue)") }
    }
    if !claimed.fingerprint.isEmpty, UInt64(claimed.fingerprint, radix: 16) != fingerprint {
      wrong.append("another fingerprint")
    }
    if wrong.isEmpty { return }
    report.add("problem", .refuted, "the answer is about another problem: it states \(wrong.joined(separator: ", "))")
  }

  /// The point given, in the order of the problem; nil when there is none or it is malformed (which is refuted).
  mutating func usablePoint() -> [Double]? {
    guard let solution = answer.solution, !solution.values.isEmpty || form.variableCount == 0 else { return nil }
    do throws(Refutation) {
      let ordered = try OrderedNumbers(solution, over: form.columnNames, "solution")
      if let name = ordered.missing.first {
        throw Refutation(text: "the solution lacks \(ordered.missing.count) variables, such as '\(name)'")
      }
      return ordered.values
    } catch {
      report.add("point", .refuted, error.text)
      return nil
    }
  }

  /// The objective given is the one at the point.
  mutating func compareObjective(with value: Double) {
    guard let claimed = answer.objective else {
      if answer.objectives.count > 1 { report.add("objective", .refuted, "the problem has one objective") }
      return
    }
    if abs(value - claimed) <= 1e-7 * max(1, abs(value)) {
      report.add("objective", .confirmed, "the objective is \(value)", ["objective": value])
    } else {
      report.add("objective", .refuted, "the objective at the point is \(value), not \(claimed)", ["objective": value])
    }
  }
}
