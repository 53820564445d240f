// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

extension DescribeCommand {
  static func text(_ subject: Subject, _ training: TrainingProblem, _ methods: [String]) -> String {
    var text = "\(subject.summary.name): \(training.task.phrase) with a linear model\n"
    text += "  \(pad("observations"))\(Numbers.count(training.rowCount))\n"
    text += "  \(pad("features"))\(Numbers.count(training.featureNames.count))\n"
    let constant = training.design.factors.count { $0 == 0 }
    if constant > 0 { text += "  \(pad("constant features"))\(Numbers.count(constant))\n" }
    if !training.classes.isEmpty { text += "  \(pad("labels"))\(labels(training.classes))\n" }
    text += "  \(pad("weights"))\(Numbers.count(training.dimension))\n"
    text += "  \(pad("objective"))mean loss + |w|²/(2·\(training.rowCount)), features standardized, no intercept\n"
    return text + "  methods: \(methods.joined(separator: ", "))\n"
  }

  private static func labels(_ classes: [String]) -> String {
    let shown = classes.prefix(12).joined(separator: ", ")
    return classes.count > 12 ? "\(shown), … (\(classes.count))" : shown
  }

  static func json(_ subject: Subject, _ training: TrainingProblem, _ methods: [String]) -> JSONValue {
    [
      "schema": "gradus.description/1", "name": .string(subject.summary.name), "kind": .string(subject.summary.kind),
      "task": .string(training.task.rawValue), "observations": .integer(training.rowCount),
      "features": .integer(training.featureNames.count), "labels": JSONValue(strings: training.classes),
      "variables": .integer(training.dimension), "strongConvexity": .number(training.ridge),
      "methods": JSONValue(strings: methods),
    ]
  }
}
