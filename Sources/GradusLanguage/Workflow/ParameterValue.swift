// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What a parameter of a workflow holds.
public enum ParameterValue: Sendable, Codable, Hashable, CustomStringConvertible {
  case text(String)
  case number(Double)
  case whole(Int)
  case truth(Bool)
  /// Examples that a call of a language model shows.
  case demonstrations([Demonstration])

  public var description: String {
    switch self {
    case .text(let text): text
    case .number(let number): "\(number)"
    case .whole(let whole): "\(whole)"
    case .truth(let truth): truth ? "true" : "false"
    case .demonstrations(let all): JSONValue.array(all.map(\.json)).description
    }
  }

  public var text: String? { if case .text(let text) = self { text } else { nil } }

  /// A number, whole or not.
  public var double: Double? {
    switch self {
    case .number(let number): number
    case .whole(let whole): Double(whole)
    default: nil
    }
  }

  public var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .number(number)
    case .whole(let whole): .integer(whole)
    case .truth(let truth): .bool(truth)
    case .demonstrations(let all): .array(all.map(\.json))
    }
  }

  /// The name of the type, as an advisor is told it.
  var type: String {
    switch self {
    case .text: "str"
    case .number: "float"
    case .whole: "int"
    case .truth: "bool"
    case .demonstrations: "list"
    }
  }
}

/// Something about a workflow that may be changed.
public struct WorkflowParameter: Sendable, Codable, Hashable {
  /// What it may be.
  public enum Domain: Sendable, Codable, Hashable {
    /// Of at most so many characters.
    case text(limit: Int)
    case number(ClosedRange<Double>)
    case whole(ClosedRange<Int>)
    case truth
    /// One of these texts.
    case choice([String])
    /// At most so many examples to show.
    case demonstrations(limit: Int)
  }

  public var name: String
  public var domain: Domain
  public var start: ParameterValue
  /// What it is for, as the advisor is told.
  public var purpose: String

  /// Throws what is wrong with the start.
  public init(_ name: String, _ domain: Domain, start: ParameterValue, purpose: String = "") throws(WorkflowError) {
    self.name = name
    self.domain = domain
    self.start = start
    self.purpose = purpose
    guard admits(start) else {
      throw WorkflowError("the parameter '\(name)' starts at \(start.description.prefix(60)), which it may not be")
    }
  }

  /// Whether a value lies in the domain.
  public func admits(_ value: ParameterValue) -> Bool {
    switch (domain, value) {
    case (.text(let limit), .text(let text)): text.count <= limit
    case (.number(let range), .number(let number)): range.contains(number)
    case (.whole(let range), .whole(let whole)): range.contains(whole)
    case (.truth, .truth): true
    case (.choice(let choices), .text(let text)): choices.contains(text)
    case (.demonstrations(let limit), .demonstrations(let all)): all.count <= limit
    default: false
    }
  }

  /// What somebody said, as a value of this parameter: numbers may stand in texts and are brought into their range, choices are
  /// compared without regard to case. nil for anything that cannot be meant.
  public func value(from json: JSONValue) -> ParameterValue? {
    switch domain {
    case .text(let limit):
      guard let text = json.text ?? json.double.map({ "\($0)" }) else { return nil }
      return text.count <= limit ? .text(text) : nil
    case .number(let range):
      guard let number = Self.number(json), number.isFinite else { return nil }
      return .number(min(max(number, range.lowerBound), range.upperBound))
    case .whole(let range):
      guard let number = Self.number(json), number.isFinite else { return nil }
      let rounded = number.rounded()
      if rounded <= Double(range.lowerBound) { return .whole(range.lowerBound) }
      if rounded >= Double(range.upperBound) { return .whole(range.upperBound) }
      return Int(exactly: rounded).map { .whole($0) }
    case .truth:
      if let truth = json.truth { return .truth(truth) }
      switch json.text?.lowercased() {
      case "true", "yes": return .truth(true)
      case "false", "no": return .truth(false)
      default: return nil
      }
    case .choice(let choices):
      guard let said = json.text ?? json.double.map({ "\($0)" }) else { return nil }
      return (choices.first { $0 == said } ?? choices.first { $0.lowercased() == said.lowercased() }).map { .text($0) }
    case .demonstrations(let limit):
      guard let all = json.elements?.compactMap({ Demonstration(json: $0) }), all.count == json.elements?.count else {
        return nil
      }
      return .demonstrations(Array(all.prefix(limit)))
    }
  }

  private static func number(_ json: JSONValue) -> Double? {
    json.double ?? json.text.flatMap { text in Double(text.filter { !$0.isWhitespace }) }
  }

  /// What the advisor is told of the domain; nil where there is nothing to tell.
  var constraint: String? {
    switch domain {
    case .text(let limit): limit < 100_000 ? "at most \(limit) characters" : nil
    case .number(let range):
      range == -.greatestFiniteMagnitude...(.greatestFiniteMagnitude)
        ? nil : "from \(range.lowerBound) to \(range.upperBound)"
    case .whole(let range):
      range == Int.min...Int.max ? nil : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .truth: nil
    case .demonstrations(let limit): "at most \(limit) examples"
    case .choice(let choices): "one of \(choices.map { "\"\($0)\"" }.joined(separator: ", "))"
    }
  }
}

/// Something about a workflow that does not fit together.
public struct WorkflowError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

/// A value for every parameter of a workflow, by name.
public typealias Assignment = [String: ParameterValue]
