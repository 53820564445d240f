// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A study as JSON, with all that is known of it, schema `gradus.study/1`.
///
///     {"schema": "gradus.study/1", "name": …, "directions": ["minimize"], "objectives": ["value"],
///      "userAttributes": {…}, "systemAttributes": {…},
///      "parameters": [{"name": "lr", "distribution": {"name": "FloatDistribution", "attributes": {…}}}, …],
///      "trials": [{"number": 0, "id": 0, "state": "complete", "values": [0.25], "parameters": {"lr": 0.01},
///                  "distributions": [0], "intermediate": [[1, 0.5], …], "constraints": [−1],
///                  "userAttributes": {…}, "systemAttributes": {…}, "started": …, "completed": …, "seconds": 1.5}, …]}
///
/// `distributions` says for each parameter of a trial which of the study's it is: a name may have had several ranges. Numbers are
/// written in the shortest form that reads back to the same bits; those that are not finite are the strings `nan`, `inf` and
/// `-inf`. Members that a trial lacks are absent.
public struct StudyDocument: Sendable {
  private let study: StudyRecord

  public init(_ study: StudyRecord) { self.study = study }

  /// The whole document, in parts: a trial is a line.
  public var parts: [[UInt8]] {
    var parts: [[UInt8]] = []
    var head = JSONValue.object(self.head).serialized()
    head.removeLast()
    var bytes = head + Array(",\"trials\":[".utf8)
    var writer = JSONWriter()
    for (k, trial) in study.trials.enumerated() {
      if k > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\n"))
      writer.removeAll()
      writer.write(Self.json(trial, in: study))
      bytes += writer.bytes
      guard bytes.count > 1 << 20 else { continue }
      parts.append(bytes)
      bytes.removeAll()
    }
    bytes += Array("\n]}\n".utf8)
    return parts + [bytes]
  }

  private var head: [JSONValue.Member] {
    [
      .init("schema", "gradus.study/1"), .init("name", .string(study.name)),
      .init("directions", JSONValue(strings: study.directions.map(\.name))),
      .init("objectives", JSONValue(strings: study.objectiveNames)),
      .init("userAttributes", .object(study.userAttributes)),
      .init("systemAttributes", .object(study.systemAttributes)),
      .init(
        "parameters",
        .array(study.parameters.map { ["name": .string($0.name), "distribution": $0.distribution.json] })),
    ]
  }

  /// One trial of it.
  public static func json(_ trial: TrialRecord, in study: StudyRecord) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("number", .integer(trial.number)), .init("id", .integer(trial.id)),
      .init("state", .string(trial.state.name)), .init("values", JSONValue(numbers: trial.values)),
      .init("parameters", .object(study.values(of: trial))),
      .init("distributions", .array(trial.parameters.map { .integer($0.parameter) })),
    ]
    if !trial.intermediate.isEmpty {
      let list = trial.intermediate.map { JSONValue.array([.integer($0.step), .number($0.value)]) }
      members.append(.init("intermediate", .array(list)))
    }
    let constraints = trial.constraints
    if !constraints.isEmpty { members.append(.init("constraints", JSONValue(numbers: constraints))) }
    if !trial.userAttributes.isEmpty { members.append(.init("userAttributes", .object(trial.userAttributes))) }
    if !trial.systemAttributes.isEmpty { members.append(.init("systemAttributes", .object(trial.systemAttributes))) }
    if let time = trial.started { members.append(.init("started", .string(time.description))) }
    if let time = trial.completed { members.append(.init("completed", .string(time.description))) }
    if let seconds = trial.seconds { members.append(.init("seconds", .number(seconds))) }
    return .object(members)
  }
}

extension ObjectiveDirection {
  public var name: String { "\(self)" }
}
