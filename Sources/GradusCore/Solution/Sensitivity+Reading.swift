// SPDX-License-Identifier: Apache-2.0

extension Sensitivity {
  /// Reads what `json(variables:)` wrote; names of variables must be among those of the solution.
  init(_ json: JSONValue, variables: NameTable) throws(ResultError) {
    self.init()
    costs = try Self.ranges(json, "costRanges")
    sideRanges = try Self.ranges(json, "sideRanges")
    boundRanges = try Self.ranges(json, "boundRanges")
    let entries =
      try Self.members(json, "sideDerivatives") + Self.members(json, "boundDerivatives")
      + Self.members(json, "parameterDerivatives")
    if !entries.isEmpty {
      var places: [String: Int] = [:]
      for j in variables.indices { places[variables[j]] = j }
      sides = try Self.derivatives(json, "sideDerivatives", places, variables.count)
      bounds = try Self.derivatives(json, "boundDerivatives", places, variables.count)
      parameters = try Self.derivatives(json, "parameterDerivatives", places, variables.count)
    }
    if let found = json["note"], !found.isNull {
      guard let text = found.text else { throw Self.wrong("note", "a string", found) }
      note = text
    }
  }

  /// Numbers that all derivatives of a document may have together, zeros included.
  private static let limit = 50_000_000

  private static func wrong(_ path: String, _ expected: String, _ found: JSONValue?) -> ResultError {
    ResultError(
      member: "sensitivity.\(path)", cause: "must be \(expected), not \(found.map(\.kindName) ?? "left out")")
  }

  private static func members(_ json: JSONValue, _ name: String) throws(ResultError) -> [JSONValue.Member] {
    guard let found = json[name], !found.isNull else { return [] }
    guard let members = found.members else { throw wrong(name, "an object", found) }
    return members
  }

  private static func number(_ json: JSONValue, _ path: String, _ name: String) throws(ResultError) -> Double {
    guard let number = json[name]?.double else { throw wrong("\(path).\(name)", "a number", json[name]) }
    return number
  }

  private static func ranges(_ json: JSONValue, _ name: String) throws(ResultError) -> [String: Range] {
    var table: [String: Range] = [:]
    for entry in try members(json, name) {
      let path = "\(name).\(entry.name)"
      table[entry.name] = Range(
        value: try number(entry.value, path, "value"), from: try number(entry.value, path, "from"),
        to: try number(entry.value, path, "to"))
    }
    return table
  }

  private static func derivatives(
    _ json: JSONValue, _ name: String, _ places: [String: Int], _ count: Int
  ) throws(ResultError) -> [String: Derivative] {
    let entries = try members(json, name)
    guard entries.count <= limit / max(1, count) else {
      throw ResultError(member: "sensitivity.\(name)", cause: "has more than \(limit) numbers")
    }
    var table: [String: Derivative] = [:]
    for entry in entries {
      let path = "\(name).\(entry.name)"
      var derivative = Derivative(
        objective: try number(entry.value, path, "objective"), point: [Double](repeating: 0, count: count))
      for change in try members(entry.value, "solution") {
        guard let j = places[change.name] else {
          throw ResultError(
            member: "sensitivity.\(path).solution", cause: "names '\(change.name)', which the solution lacks")
        }
        guard let value = change.value.double else {
          throw wrong("\(path).solution.\(change.name)", "a number", change.value)
        }
        derivative.point[j] = value
      }
      table[entry.name] = derivative
    }
    return table
  }
}
