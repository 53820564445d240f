// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Spaces and points as JSON (interfaces.md §5):
///
///     {"name": "lr", "type": "float", "low": 1e-5, "high": 0.1, "log": true}       "step" where only some values count
///     {"name": "layers", "type": "int", "low": 1, "high": 4}
///     {"name": "act", "type": "categorical", "choices": ["relu", "tanh"]}
///     {"name": "tour", "type": "permutation", "count": 12}      {"name": "mix", "type": "simplex", "count": 3}
///     … , "when": {"act": "relu", "layers": {"low": 2}}         values or ranges of parameters declared before
///
/// A point is an object with a member for each parameter that matters.
extension SearchSpace {
  /// The space of a list of descriptions. Throws what is wrong with which parameter.
  public init(json descriptions: [JSONValue]) throws(SpaceError) {
    var parameters: [SpaceParameter] = []
    for description in descriptions {
      guard let name = description["name"]?.text, !name.isEmpty else {
        throw SpaceError("every parameter of the space needs a \"name\"")
      }
      var parameter = SpaceParameter(name, try Self.values(of: description, name))
      if let when = description["when"], !when.isNull {
        guard let parents = when.members else {
          throw SpaceError("parameter \"\(name)\" needs an object such as {\"kind\": \"a\"} for \"when\"")
        }
        for parent in parents {
          // An unknown parent is refused by the space, which knows the names to choose from.
          var ranges: [ClosedRange<Double>] = []
          if let known = parameters.first(where: { $0.name == parent.name }) {
            ranges = try Self.ranges(parent.value, of: known, for: "parameter \"\(name)\"")
          }
          parameter.conditions.append(.init(parent.name, in: ranges))
        }
      }
      parameters.append(parameter)
    }
    try self.init(parameters)
  }

  private static let types = ["float", "int", "categorical", "permutation", "simplex"]

  private static func values(of json: JSONValue, _ name: String) throws(SpaceError) -> SpaceParameter.Values {
    func refuse(_ what: String) -> SpaceError { SpaceError("parameter \"\(name)\" \(what)") }
    func number(_ member: String) throws(SpaceError) -> Double? {
      guard let found = json[member], !found.isNull else { return nil }
      guard let value = found.double, value.isFinite else { throw refuse("needs a finite number \"\(member)\"") }
      return value
    }
    func whole(_ member: String) throws(SpaceError) -> Int? {
      guard let found = json[member], !found.isNull else { return nil }
      guard let value = found.whole else { throw refuse("is an integer and needs a whole number \"\(member)\"") }
      return value
    }
    let scale: SpaceParameter.Scale = json["log"]?.truth ?? false ? .logarithmic : .linear
    let type = json["type"]?.text ?? ""
    switch type {
    case "float":
      guard let low = try number("low"), let high = try number("high") else {
        throw refuse("needs finite \"low\" ≤ \"high\"")
      }
      return .float(low: low, high: high, scale: scale, step: try number("step"))
    case "int":
      guard let low = try whole("low"), let high = try whole("high") else {
        throw refuse("is an integer and needs whole \"low\" ≤ \"high\"")
      }
      return .integer(low: low, high: high, scale: scale, step: try whole("step") ?? 1)
    case "categorical":
      guard let choices = json["choices"]?.elements, !choices.isEmpty else { throw refuse("needs \"choices\"") }
      return .categorical(choices.map(\.description))
    case "permutation", "simplex":
      guard let count = try whole("count") else { throw refuse("needs a whole \"count\"") }
      return type == "simplex" ? .simplex(count: count) : .permutation(count: count)
    default:
      let near = nearest(to: type, among: types)
      throw refuse(
        "needs a \"type\": \(types.joined(separator: ", "))" + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
    }
  }

  /// Values of a parameter: one, a list, or `{"low": …, "high": …}`. `who` waits for them, in messages.
  static func ranges(
    _ json: JSONValue, of parent: SpaceParameter, for who: String
  ) throws(SpaceError) -> [ClosedRange<Double>] {
    if case .categorical(let labels) = parent.values {
      var ranges: [ClosedRange<Double>] = []
      for choice in json.elements ?? [json] {
        guard let index = labels.firstIndex(of: choice.description) else {
          throw SpaceError("\(who) waits for \(choice), which \"\(parent.name)\" cannot be")
        }
        ranges.append(Double(index)...Double(index))
      }
      return ranges
    }
    if json.members != nil {
      let (low, high) = (json["low"]?.double ?? -.infinity, json["high"]?.double ?? .infinity)
      guard low <= high else { throw SpaceError("\(who) needs \"low\" ≤ \"high\" for \"\(parent.name)\"") }
      return [low...high]
    }
    var ranges: [ClosedRange<Double>] = []
    for value in json.elements ?? [json] {
      guard let number = value.double, !number.isNaN else {
        throw SpaceError("\(who) needs numbers or {\"low\": …, \"high\": …} for \"\(parent.name)\"")
      }
      ranges.append(number...number)
    }
    return ranges
  }

  // MARK: Points

  /// A point as an object with the values of the parameters that matter.
  public func json(of point: Vector) -> JSONValue {
    let active = activity(at: point)
    return .object(
      parameters.indices.filter { active[$0] }.map { i in
        JSONValue.Member(parameters[i].name, Self.value(parameters[i], Array(point.elements[range(of: i)])))
      })
  }

  private static func value(_ parameter: SpaceParameter, _ x: [Double]) -> JSONValue {
    switch parameter.values {
    case .float: .number(x[0])
    case .integer: .integer(Int(x[0]))
    // The label is the text of a value that was parsed once.
    case .categorical(let labels):
      (try? JSONValue(parsing: Array(labels[Int(x[0])].utf8))) ?? .string(labels[Int(x[0])])
    case .permutation: .array(x.map { .integer(Int($0)) })
    case .simplex: .array(x.map { .number($0) })
    }
  }

  /// The canonical point of an object; parameters that do not matter may be absent. Throws when a value is missing or is
  /// not one of its parameter, or a name is unknown.
  public func point(json: JSONValue) throws(SpaceError) -> Vector {
    guard let members = json.members else {
      throw SpaceError("a point must be an object with a value for each parameter")
    }
    if let stray = members.first(where: { member in !parameters.contains { $0.name == member.name } }) {
      let near = nearest(to: stray.name, among: parameters.map(\.name))
      throw SpaceError(
        "the space has no parameter \"\(stray.name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
    }
    var point = Vector(parameters.flatMap(\.neutral))
    for (i, parameter) in parameters.enumerated() {
      guard let value = json[parameter.name], !value.isNull else {
        // Parents stand before their children, so whether this one matters is known by now.
        guard activity(at: point)[i] else { continue }
        throw SpaceError("the point has no value for \"\(parameter.name)\"")
      }
      guard let numbers = Self.numbers(value, parameter), parameter.violation(numbers[...]) == 0 else {
        throw SpaceError("\(value) is not a value of \"\(parameter.name)\"")
      }
      for (k, number) in zip(range(of: i), numbers) { point[k] = number }
    }
    return canonical(point)
  }

  private static func numbers(_ json: JSONValue, _ parameter: SpaceParameter) -> [Double]? {
    switch parameter.values {
    case .float, .integer: return json.double.map { [$0] }
    case .categorical(let labels):
      let text = json.description
      return labels.firstIndex(of: text).map { [Double($0)] }
    case .permutation(let count), .simplex(let count):
      guard let numbers = json.doubles, numbers.count == count else { return nil }
      return numbers
    }
  }
}
