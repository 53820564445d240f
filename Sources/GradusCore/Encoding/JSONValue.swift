// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep the order of their members.
///
/// Numbers without point and exponent that fit are `integer`, all others `number`; the two compare equal only to their own
/// kind. Non-finite numbers travel as the strings `inf`, `-inf` and `nan`, which `double` reads back.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name and its value.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

extension JSONValue {
  /// The number, or null where there is none.
  public init(_ value: Double?) { self = value.map { .number($0) } ?? .null }

  /// The text, or null where there is none.
  public init(_ value: String?) { self = value.map { .string($0) } ?? .null }

  /// The whole number; beyond `Int.max` its digits as a string, because a double would lose some.
  public init(_ value: UInt64) { self = Int(exactly: value).map { .integer($0) } ?? .string("\(value)") }

  /// An array of strings.
  public init(strings: some Sequence<String>) { self = .array(strings.map { .string($0) }) }

  /// An array of numbers.
  public init(numbers: some Sequence<Double>) { self = .array(numbers.map { .number($0) }) }

  /// The member of an object by name; nil when it is absent or this is no object. Cost: linear in the members.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  public var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  public var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var truth: Bool? {
    guard case .bool(let truth) = self else { return nil }
    return truth
  }

  public var whole: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// A number, or one of the strings `inf`, `-inf`, `nan`.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .string("nan"): .nan
    default: nil
    }
  }

  public var isNull: Bool { self == .null }

  /// The elements as numbers; nil when one is not a number.
  public var doubles: [Double]? {
    guard case .array(let elements) = self else { return nil }
    var numbers: [Double] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
      guard let number = element.double else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// What kind of value this is, for messages.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
