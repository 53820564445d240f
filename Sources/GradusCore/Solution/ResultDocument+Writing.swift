// SPDX-License-Identifier: Apache-2.0

extension ResultDocument {
  /// The object as JSON. Members that say nothing are left out, except those that readers may rely on.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", .string(Self.schema)),
      .init("version", .string(version)),
      .init("seed", JSONValue(seed)),
      .init("seconds", .number(seconds)),
      .init("problem", problem.json),
      .init("method", method.json),
      .init("status", .string(status.rawValue)),
      .init("objective", objectives.count > 1 ? JSONValue(numbers: objectives) : JSONValue(objectives.first)),
      .init("bound", JSONValue(bound)),
      .init("gap", JSONValue(gap)),
      .init("primalStatus", .string(primalStatus)),
      .init("dualStatus", .string(dualStatus)),
      .init("stopped", ["kind": .string(stopped.kind.rawValue), "rule": .string(stopped.rule)]),
      .init("steps", .integer(steps)),
      .init("answers", answersJSON),
      .init("tolerances", tolerances.json),
      .init("certificate", certificate.json),
    ]
    func add(_ name: String, _ numbers: NamedNumbers?) {
      if let numbers { members.append(.init(name, numbers.json)) }
    }
    if let operations { members.append(.init("operations", .integer(operations))) }
    add("solution", solution)
    add("duals", duals)
    add("reducedCosts", reducedCosts)
    if let basis {
      members.append(.init("basis", ["columns": .string(basis.columns.letters), "rows": .string(basis.rows.letters)]))
    }
    add("ray", ray)
    if let conflict {
      members.append(
        .init("conflict", ["rows": JSONValue(strings: conflict.rows), "bounds": JSONValue(strings: conflict.bounds)]))
    }
    add("relaxation", relaxation)
    if !explanation.isEmpty { members.append(.init("explanation", JSONValue(strings: explanation))) }
    if let sensitivity {
      members.append(.init("sensitivity", sensitivity.json(variables: solution?.names ?? [])))
    }
    if !front.isEmpty {
      members.append(
        .init(
          "front",
          .array(front.map { ["solution": $0.point.json, "objective": JSONValue(numbers: $0.objectives)] })))
    }
    return .object(members)
  }

  /// Judging questions of all kinds count as `judge`.
  private var answersJSON: JSONValue {
    var members: [JSONValue.Member] = []
    var judged = 0
    for count in answers {
      if count.kind.hasPrefix("judge") {
        judged += count.count
      } else {
        members.append(.init(count.kind, .integer(count.count)))
      }
    }
    if judged > 0 { members.append(.init("judge", .integer(judged))) }
    return .object(members)
  }
}

extension NamedNumbers {
  /// An object with one member a number.
  public var json: JSONValue {
    .object(values.indices.map { JSONValue.Member(names[$0], .number(values[$0])) })
  }
}

extension ResultDocument.ProblemSummary {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "kind": .string(kind), "sense": .string(sense.rawValue), "variables": .integer(variables),
      "integerVariables": .integer(integerVariables), "constraints": .integer(constraints),
      "nonzeros": .integer(nonzeros), "fingerprint": .string(fingerprint),
    ]
  }
}

extension Tolerances {
  fileprivate var json: JSONValue {
    [
      "feasibility": .number(feasibility), "dual": .number(dual), "integrality": .number(integrality),
      "gapRelative": .number(gapRelative), "gapAbsolute": .number(gapAbsolute), "stationarity": .number(stationarity),
    ]
  }
}

extension Certificate {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("kind", .string(kind.rawValue)), .init("point", .string(pointChecked ? "checked" : "none")),
      .init("bound", .string(bound.description)), .init("verified", .bool(verified)),
    ]
    for (name, value) in numbers {
      if let value { members.append(.init(name, .number(value))) }
    }
    if let note { members.append(.init("note", .string(note))) }
    return .object(members)
  }

  private var numbers: [(String, Double?)] {
    [
      ("primalResidual", primalResidual), ("primalResidualRelative", primalResidualRelative),
      ("dualResidual", dualResidual), ("dualResidualRelative", dualResidualRelative),
      ("complementarity", complementarity), ("integralityResidual", integralityResidual),
      ("gradientNorm", gradientNorm), ("smallestCurvature", smallestCurvature), ("margin", margin),
    ]
  }
}

extension ResultDocument.MethodSummary {
  /// What it chose is only there where it chose.
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(name)), .init("settings", .object(settings)), .init("components", .object(components)),
    ]
    if !reasons.isEmpty { members.append(.init("reasons", .array(reasons.map { .string($0) }))) }
    return .object(members)
  }
}
