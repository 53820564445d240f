// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the caller varies, and the box of numbers in which methods see it.
///
/// A float is its own coordinate, or its logarithm; an integer is a rounded coordinate of [low − ½, high + ½]; a choice
/// among two is a coordinate of [0, 1], among more one coordinate each, of which the largest wins.
struct SearchSpace {
  enum Kind {
    case float(low: Double, high: Double, log: Bool)
    case integer(low: Double, high: Double, log: Bool)
    case choice([JSONValue])
  }

  struct Parameter {
    var name: String
    var kind: Kind
    /// The first of its coordinates.
    var offset: Int
  }

  /// Empty when points are plain arrays of numbers.
  private(set) var parameters: [Parameter] = []
  private(set) var box: Box

  var isNamed: Bool { !parameters.isEmpty }

  init(box: Box) { self.box = box }

  init(_ descriptions: [JSONValue]) throws(AskTellError) {
    guard !descriptions.isEmpty else {
      throw AskTellError(.badRequest, "\"space\" is empty; give at least one parameter")
    }
    var lower: [Double] = []
    var upper: [Double] = []
    for description in descriptions {
      guard let name = description["name"]?.text else {
        throw AskTellError(.badRequest, "every parameter of \"space\" needs a \"name\"")
      }
      guard !parameters.contains(where: { $0.name == name }) else {
        throw AskTellError(.badRequest, "the parameter \"\(name)\" occurs twice in \"space\"")
      }
      let kind = try Self.kind(of: description, name)
      parameters.append(Parameter(name: name, kind: kind, offset: lower.count))
      for side in Self.sides(of: kind) {
        lower.append(side.low)
        upper.append(side.high)
      }
    }
    box = Box(lower: Vector(lower), upper: Vector(upper))
  }

  private static func kind(of description: JSONValue, _ name: String) throws(AskTellError) -> Kind {
    let type = description["type"]?.text ?? ""
    switch type {
    case "float", "int":
      let isLog = description["log"]?.truth ?? false
      guard let low = description["low"]?.double, let high = description["high"]?.double, low.isFinite, high.isFinite,
        low <= high
      else { throw AskTellError(.badRequest, "parameter \"\(name)\" needs finite \"low\" ≤ \"high\"") }
      if isLog, low <= 0 {
        throw AskTellError(.badRequest, "parameter \"\(name)\" is logarithmic and needs a positive \"low\"")
      }
      if type == "float" { return .float(low: low, high: high, log: isLog) }
      guard low == low.rounded(), high == high.rounded(), max(abs(low), abs(high)) <= 0x1p53 else {
        throw AskTellError(.badRequest, "parameter \"\(name)\" is an integer and needs whole \"low\" and \"high\"")
      }
      return .integer(low: low, high: high, log: isLog)
    case "categorical":
      guard let choices = description["choices"]?.elements, !choices.isEmpty else {
        throw AskTellError(.badRequest, "parameter \"\(name)\" needs \"choices\"")
      }
      return .choice(choices)
    default:
      throw AskTellError(.badRequest, "parameter \"\(name)\" needs a \"type\": float, int or categorical")
    }
  }

  private static func sides(of kind: Kind) -> [(low: Double, high: Double)] {
    switch kind {
    case .float(let low, let high, let isLog): isLog ? [(log(low), log(high))] : [(low, high)]
    case .integer(let low, let high, let isLog):
      isLog ? [(log(low - 0.5), log(high + 0.5))] : [(low - 0.5, high + 0.5)]
    case .choice(let choices):
      choices.count == 1
        ? [] : Array(repeating: (0, 1), count: choices.count == 2 ? 1 : choices.count)
    }
  }

  // MARK: Points

  /// The point as the caller sees it.
  func write(_ point: Vector, to writer: inout JSONWriter) {
    guard isNamed else { return writer.write(point.elements) }
    writer.raw("{")
    for (i, parameter) in parameters.enumerated() {
      if i > 0 { writer.raw(",") }
      writer.write(parameter.name)
      writer.raw(":")
      writer.write(value(of: parameter, in: point))
    }
    writer.raw("}")
  }

  private func value(of parameter: Parameter, in point: Vector) -> JSONValue {
    let k = parameter.offset
    switch parameter.kind {
    case .float(let low, let high, let isLog):
      return .number(min(max(isLog ? exp(point[k]) : point[k], low), high))
    case .integer(let low, let high, let isLog):
      return .integer(Int(min(max((isLog ? exp(point[k]) : point[k]).rounded(), low), high)))
    case .choice(let choices):
      if choices.count == 1 { return choices[0] }
      if choices.count == 2 { return choices[point[k] < 0.5 ? 0 : 1] }
      var best = 0
      for i in choices.indices where point[k + i] > point[k + best] { best = i }
      return choices[best]
    }
  }

  /// The coordinates of a point given by the caller; throws when it is not one of this space.
  func point(from json: JSONValue, _ member: String) throws(AskTellError) -> Vector {
    guard isNamed else {
      guard let numbers = json.doubles, numbers.count == box.dimension, numbers.allSatisfy(\.isFinite) else {
        throw AskTellError(.badRequest, "\"\(member)\" must be an array of \(box.dimension) finite numbers")
      }
      return Vector(numbers)
    }
    var coordinates: [Double] = []
    for parameter in parameters {
      guard let value = json[parameter.name], let part = Self.coordinates(of: value, parameter.kind) else {
        throw AskTellError(.badRequest, "\"\(member)\" must give \"\(parameter.name)\" a value of its range")
      }
      coordinates += part
    }
    return Vector(coordinates)
  }

  private static func coordinates(of value: JSONValue, _ kind: Kind) -> [Double]? {
    switch kind {
    case .float(let low, let high, let isLog), .integer(let low, let high, let isLog):
      guard let number = value.double, low <= number, number <= high else { return nil }
      return [isLog ? log(number) : number]
    case .choice(let choices):
      guard let index = choices.firstIndex(of: value) else { return nil }
      if choices.count == 1 { return [] }
      if choices.count == 2 { return [index == 0 ? 0.25 : 0.75] }
      return choices.indices.map { $0 == index ? 0.75 : 0.25 }
    }
  }
}
