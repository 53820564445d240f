// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Turns what a command told into what its trial has reached.
package struct TrialJudge {
  package let plan: StudyPlan

  package init(plan: StudyPlan) { self.plan = plan }

  /// The outcome of all runs of a trial: means, and with several runs their standard errors as notes.
  package func outcome(_ results: [[String: Double]], notes: [String: JSONValue], errors: String) -> TrialOutcome {
    var means: [String: Double] = [:]
    for name in Set(results.flatMap(\.keys)) {
      let told = results.compactMap { $0[name] }
      if told.count == results.count { means[name] = told.reduce(0, +) / Double(told.count) }
    }
    func failed(_ reason: String) -> TrialOutcome { .failed(reason: reason, errors: errors) }
    var values: [Double] = []
    for objective in plan.objectives {
      guard let value = means[objective.name] else {
        return failed(
          "the command printed no '\(objective.name)': a line such as {\"\(objective.name)\": 0.5} or \(objective.name)=0.5"
        )
      }
      if value.isNaN { return failed("'\(objective.name)' is not a number") }
      // A value that nothing can beat would end the search for good.
      if value * objective.direction.sign == -.infinity { return failed("'\(objective.name)' is \(value)") }
      values.append(value)
    }
    var violations: [Double] = []
    for constraint in plan.constraints {
      guard let violation = constraint.violation(means) else {
        return failed("the command printed no number for the constraint '\(constraint.text)'")
      }
      violations.append(violation)
    }
    // The number of steps is kept with the values from the middle.
    let wanted = Set(plan.objectives.map(\.name) + [plan.intermediate].compactMap(\.self))
    var members = means.keys.filter { !wanted.contains($0) }.sorted().map { name in
      JSONValue.Member(name, .number(means[name] ?? .nan))
    }
    if results.count > 1 {
      for objective in plan.objectives {
        members.append(.init("\(objective.name) error", .number(Self.error(results.compactMap { $0[objective.name] }))))
      }
    }
    members += notes.keys.sorted().compactMap { name in notes[name].map { .init(name, $0) } }
    return .complete(values: values, constraints: violations, notes: members)
  }

  /// The standard error of the mean.
  private static func error(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (sum / Double(values.count * max(1, values.count - 1))).squareRoot()
  }

  /// The step and the value of a line from the middle of a trial; nil for any other line.
  package func intermediate(_ line: [String: Double]) -> IntermediateValue? {
    guard let name = plan.intermediate, let step = line[name], let objective = plan.objectives.first,
      let value = line[objective.name], let whole = Int(exactly: step.rounded()), whole >= 0
    else { return nil }
    return IntermediateValue(step: whole, value: value)
  }
}
