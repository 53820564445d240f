// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Which values a parameter of a trial may have, as optuna's operation log states it.
public enum ParameterDistribution: Sendable, Hashable {
  case float(low: Double, high: Double, isLog: Bool = false, step: Double? = nil)
  case integer(low: Int, high: Int, isLog: Bool = false, step: Int = 1)
  /// A trial holds the index of its choice.
  case categorical([JSONValue])

  /// `{"name": "FloatDistribution", "attributes": {…}}`.
  public var json: JSONValue {
    switch self {
    case .float(let low, let high, let isLog, let step):
      return Self.json(
        "FloatDistribution",
        ["step": JSONValue(step), "low": .number(low), "high": .number(high), "log": .bool(isLog)])
    case .integer(let low, let high, let isLog, let step):
      return Self.json(
        "IntDistribution",
        ["log": .bool(isLog), "step": .integer(step), "low": .integer(low), "high": .integer(high)])
    case .categorical(let choices):
      return Self.json("CategoricalDistribution", ["choices": .array(choices)])
    }
  }

  private static func json(_ name: String, _ attributes: JSONValue) -> JSONValue {
    ["name": .string(name), "attributes": attributes]
  }

  /// Reads `json`, and the names that optuna had before version 3; nil where it is neither.
  public init?(json: JSONValue) {
    guard let name = json["name"]?.text, let attributes = json["attributes"] else { return nil }
    func number(_ name: String) -> Double? { attributes[name]?.double }
    switch name {
    case "FloatDistribution", "UniformDistribution", "LogUniformDistribution", "DiscreteUniformDistribution":
      guard let low = number("low"), let high = number("high") else { return nil }
      self = .float(
        low: low, high: high, isLog: attributes["log"]?.truth ?? (name == "LogUniformDistribution"),
        step: number("step") ?? number("q"))
    case "IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution":
      guard let low = attributes["low"]?.whole, let high = attributes["high"]?.whole else { return nil }
      self = .integer(
        low: low, high: high, isLog: attributes["log"]?.truth ?? (name == "IntLogUniformDistribution"),
        step: attributes["step"]?.whole ?? 1)
    case "CategoricalDistribution":
      guard let choices = attributes["choices"]?.elements, !choices.isEmpty else { return nil }
      self = .categorical(choices)
    default: return nil
    }
  }

  /// What a trial's number stands for: the number itself, the whole number, or the choice.
  public func value(_ number: Double) -> JSONValue {
    switch self {
    case .float: return .number(number)
    case .integer: return Int(exactly: number.rounded()).map { .integer($0) } ?? .number(number)
    case .categorical(let choices):
      guard let index = Int(exactly: number), choices.indices.contains(index) else { return .null }
      return choices[index]
    }
  }
}
