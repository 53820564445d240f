// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore

/// Journals as optuna writes them, line by line.
struct StudyJournal {
  private(set) var lines: [String] = []
  private var trials = 0
  private var studies = 0

  static let rate = distribution("Float", ["step": .null, "low": 0.0001, "high": 1.0, "log": true])
  static let layers = distribution("Int", ["log": false, "step": 1, "low": 1, "high": 8])
  static let act = distribution("Categorical", ["choices": ["relu", "tanh", 3]])

  static func distribution(_ kind: String, _ attributes: JSONValue) -> JSONValue {
    .string(
      JSONValue.object([.init("name", .string(kind + "Distribution")), .init("attributes", attributes)]).description)
  }

  private mutating func write(_ code: Int, _ members: [JSONValue.Member]) {
    let line = JSONValue.object([.init("op_code", .integer(code)), .init("worker_id", "w")] + members).description
    // As Python spells them.
    lines.append(
      line.replacingOccurrences(of: ":[\"inf\"]", with: ":[Infinity]")
        .replacingOccurrences(of: ":[\"-inf\"]", with: ":[-Infinity]"))
  }

  mutating func study(_ name: String, _ directions: [Int] = [1]) {
    write(0, [.init("study_name", .string(name)), .init("directions", .array(directions.map { .integer($0) }))])
    studies += 1
  }

  /// A trial of the last study; states are those of optuna: 0 runs, 1 is complete, 2 pruned, 3 failed, 4 waits.
  @discardableResult
  mutating func trial(
    _ state: Int = 1, _ values: [Double] = [],
    _ parameters: [(name: String, value: Double, distribution: JSONValue)] = [],
    constraints: [Double] = [], steps: [Double] = [], second: Int = 0
  ) -> Int {
    let id = trials
    trials += 1
    func time(_ second: Int) -> JSONValue {
      .string(String(format: "2026-01-01T%02d:%02d:%02d.000000+00:00", second / 3600, second / 60 % 60, second % 60))
    }
    var head: [JSONValue.Member] = [.init("study_id", .integer(studies - 1)), .init("datetime_start", time(second))]
    if state == 4 {
      head = [.init("study_id", .integer(studies - 1)), .init("datetime_start", .null), .init("state", 4)]
      head += [.init("value", .null), .init("values", .null), .init("distributions", [:]), .init("params", [:])]
      head += [.init("user_attrs", [:]), .init("system_attrs", ["fixed_params": ["lr": 0.25]])]
      head += [.init("intermediate_values", [:])]
    }
    write(4, head)
    for parameter in parameters {
      write(
        5,
        [
          .init("trial_id", .integer(id)), .init("param_name", .string(parameter.name)),
          .init("param_value_internal", .number(parameter.value)), .init("distribution", parameter.distribution),
        ])
    }
    for (step, value) in steps.enumerated() {
      write(
        7,
        [.init("trial_id", .integer(id)), .init("step", .integer(step)), .init("intermediate_value", .number(value))])
    }
    if !constraints.isEmpty {
      write(
        9, [.init("trial_id", .integer(id)), .init("system_attr", ["constraints": JSONValue(numbers: constraints)])])
    }
    guard (1...3).contains(state) else { return id }
    write(
      6,
      [
        .init("trial_id", .integer(id)), .init("state", .integer(state)),
        .init("values", values.isEmpty ? .null : JSONValue(numbers: values)),
        .init("datetime_complete", time(second + 90)),
      ])
    return id
  }

  /// A member of the user's attributes of a trial.
  mutating func note(_ trial: Int, _ name: String, _ value: JSONValue) {
    write(8, [.init("trial_id", .integer(trial)), .init("user_attr", .object([.init(name, value)]))])
  }

  /// A line as it stands.
  mutating func line(_ text: String) { lines.append(text) }

  func file(_ name: String = "s.journal") throws -> String {
    try Scratch.file(name, lines.map { $0 + "\n" }.joined())
  }

  /// A study with trials of every kind; the best one is trial 4.
  static func wing() -> StudyJournal {
    var journal = StudyJournal()
    journal.study("wing")
    for k in 0..<24 {
      let (lr, depth) = (pow(10, -4 + Double(k * 7 % 24) / 6), Double(1 + k % 8))
      let value = k == 4 ? -0.5 : lr + 0.1 * depth
      journal.trial(
        1, [value], [("lr", lr, rate), ("layers", depth, layers), ("act", Double(k % 3), act)],
        constraints: k == 9 ? [1] : [], steps: [value + 2, value + 1, value], second: 100 * k)
    }
    journal.trial(2, [], [("lr", 0.1, rate)], steps: [9, 8], second: 3000)
    journal.trial(3, second: 3100)
    journal.trial(0, [], [("lr", 0.5, rate)], second: 3200)
    journal.trial(4)
    return journal
  }
}
