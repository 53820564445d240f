// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What `describe` says about a program of formulas.
extension DescribeCommand {
  static func text(_ subject: Subject, _ content: SolvableProgram, _ methods: [String]) -> String {
    let survey = content.program.survey
    var lines = ["\(subject.summary.name): \(subject.summary.kind), \(subject.summary.sense.rawValue)"]
    lines.append(
      "\(Numbers.counted(survey.variables, "variable")), \(Numbers.count(survey.integers)) of them integral, "
        + "\(Numbers.count(survey.fixed)) fixed, \(Numbers.count(survey.free)) free")
    lines.append(
      "\(Numbers.counted(survey.rows, "row")), \(Numbers.count(survey.nonlinearRows)) of them nonlinear, "
        + "\(Numbers.counted(survey.entries, "Jacobian element"))")
    lines.append(Numbers.counted(survey.operations, "operation") + " in the formulas")
    if let savings = content.oracle.savings { lines.append(Self.text(savings)) }
    lines.append(
      content.structure.isConvex
        ? "convex (proved): a local optimum is a global one"
        : "not proved convex: a local optimum need not be a global one")
    lines += survey.warnings.map { "warning: \($0)" }
    lines += subject.notes.map { "note: \($0)" }
    if content.isDiscrete { lines.append("note: \(lazyRowsOfFormulas)") }
    lines.append("methods: \(methods.isEmpty ? "none yet" : methods.joined(separator: ", "))")
    return lines.joined(separator: "\n  ") + "\n"
  }

  static func json(_ subject: Subject, _ content: SolvableProgram, _ methods: [String]) -> JSONValue {
    let survey = content.program.survey
    let savings = content.oracle.savings
    return [
      "schema": "gradus.description/1", "name": .string(subject.summary.name), "kind": .string(subject.summary.kind),
      "sense": .string(subject.summary.sense.rawValue), "variables": .integer(survey.variables),
      "integerVariables": .integer(survey.integers), "fixedVariables": .integer(survey.fixed),
      "freeVariables": .integer(survey.free), "rows": .integer(survey.rows),
      "nonlinearRows": .integer(survey.nonlinearRows), "nonzeros": .integer(survey.entries),
      "convex": .bool(content.structure.isConvex), "operations": .integer(survey.operations),
      "simplified": [
        "formulas": .string(savings.map { $0.isWhole ? "all" : "repeated" } ?? "none"),
        "cyclesBefore": JSONValue(savings?.costBefore), "cyclesAfter": JSONValue(savings?.costAfter),
      ], "warnings": JSONValue(strings: survey.warnings),
      "lazyConstraints": .string(lazyRowsOfFormulas), "notes": JSONValue(strings: subject.notes),
      "methods": JSONValue(strings: methods),
    ]
  }

  private static func text(_ savings: FormulaSavings) -> String {
    let share = Numbers.short(100 * (1 - savings.costAfter / savings.costBefore), digits: 2)
    return "simplified for evaluation: \(savings.isWhole ? "the" : "repeated") formulas cost \(share) % less"
  }
}
