// SPDX-License-Identifier: Apache-2.0

/// A number that selects a member of a family of problems.
public struct ProblemParameter: Sendable, Hashable {
  public var name: String
  public var defaultValue: Double
  public var lower: Double
  public var upper: Double
  public var isInteger: Bool
  public var help: String

  /// The dimension of a problem that exists in all dimensions.
  static func dimension(_ value: Int, from lower: Int = 1) -> ProblemParameter {
    ProblemParameter(
      name: "n", defaultValue: Double(value), lower: Double(lower), upper: 1e6, isInteger: true, help: "dimension")
  }

  static func real(_ name: String, _ value: Double, _ range: ClosedRange<Double>, _ help: String) -> ProblemParameter {
    ProblemParameter(
      name: name, defaultValue: value, lower: range.lowerBound, upper: range.upperBound, isInteger: false, help: help)
  }

  func text(_ value: Double) -> String { isInteger ? "\(Int(value))" : "\(value)" }
}

/// The values of all parameters of one member.
struct ProblemArguments: Sendable {
  var values: [String: Double]
  subscript(name: String) -> Double { values[name] ?? .nan }
  /// The dimension.
  var n: Int { values["n"].map { Int($0) } ?? 0 }
}

/// Problems that differ only in parameters such as the dimension.
public struct ProblemFamily: Sendable {
  public let name: String
  public let summary: String
  public let reference: String
  public let parameters: [ProblemParameter]
  private let make: @Sendable (ProblemArguments) -> ProblemContent

  init(
    _ name: String, _ summary: String, reference: String, parameters: [ProblemParameter] = [],
    make: @escaping @Sendable (ProblemArguments) -> ProblemContent
  ) {
    self.name = name
    self.summary = summary
    self.reference = reference
    self.parameters = parameters
    self.make = make
  }

  /// The member with these parameters; others have their defaults.
  public func problem(_ changes: [(name: String, value: String)] = []) throws(ProblemError) -> NamedProblem {
    var arguments = ProblemArguments(values: [:])
    for parameter in parameters { arguments.values[parameter.name] = parameter.defaultValue }
    for (key, text) in changes {
      guard let parameter = parameters.first(where: { $0.name == key }) else {
        throw .unknownParameter(key, problem: name, known: parameters.map(\.name))
      }
      guard let value = Double(text), value.isFinite, !parameter.isInteger || value == value.rounded() else {
        throw .unreadable(key, text: text, expected: parameter.isInteger ? "a whole number" : "a number")
      }
      guard parameter.lower <= value, value <= parameter.upper else {
        throw .outOfRange(
          key, text: text, range: "\(parameter.text(parameter.lower)) … \(parameter.text(parameter.upper))")
      }
      arguments.values[key] = value
    }
    let spelled = parameters.map { ",\($0.name)=\($0.text(arguments[$0.name]))" }.joined()
    return NamedProblem(make(arguments), name: name + spelled, of: self)
  }
}
