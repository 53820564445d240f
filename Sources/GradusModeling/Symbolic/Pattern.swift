// SPDX-License-Identifier: Apache-2.0

/// A shape of terms with places to be filled: `"a" * exp("b")`, `"a" + .rest("others")`.
///
/// A string is a slot that takes any one term; the same name takes equal terms. Sums and products match in any order.
public indirect enum Pattern: Sendable, Hashable {
  /// What a slot takes.
  public enum SlotType: Sendable, Hashable {
    case any
    /// A number; a whole number; anything but a number; a variable or a parameter; a term of this operation.
    case number, wholeNumber, nonNumber, symbol
    case compound(FormulaOperation)
  }

  case slot(String, SlotType)
  /// Any number of arguments of the operation it stands in, also none: in sums and products those no other part takes.
  case rest(String)
  case number(Double)
  case compound(FormulaOperation, [Pattern])

  /// A slot for a number.
  public static func number(named name: String) -> Pattern { .slot(name, .number) }
  /// A function or another operation of its arguments.
  public static func apply(_ operation: FormulaOperation, _ arguments: Pattern...) -> Pattern {
    .compound(operation, arguments)
  }

  /// The sum.
  public static func + (a: Pattern, b: Pattern) -> Pattern { .compound(.sum, a.parts(.sum) + b.parts(.sum)) }
  /// The difference.
  public static func - (a: Pattern, b: Pattern) -> Pattern { a + -b }
  /// The negative.
  public static prefix func - (a: Pattern) -> Pattern { .number(-1) * a }
  /// The product.
  public static func * (a: Pattern, b: Pattern) -> Pattern {
    .compound(.product, a.parts(.product) + b.parts(.product))
  }
  /// The quotient.
  public static func / (a: Pattern, b: Pattern) -> Pattern { .compound(.quotient, [a, b]) }
  /// The power.
  public static func ** (a: Pattern, b: Pattern) -> Pattern { .compound(.power, [a, b]) }

  private func parts(_ operation: FormulaOperation) -> [Pattern] {
    if case .compound(operation, let arguments) = self { return arguments }
    return [self]
  }

  /// The names of all slots and rests.
  var names: Set<String> {
    switch self {
    case .slot(let name, _), .rest(let name): [name]
    case .number: []
    case .compound(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.names) }
    }
  }
}

extension Pattern: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(stringLiteral value: String) { self = .slot(value, .any) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

/// What the slots of a pattern took: one term for a slot, any number for a rest.
public struct Bindings<Term: Hashable>: Hashable {
  private var terms: [String: [Term]] = [:]

  public init() {}

  /// The terms a name took; nil before it took any.
  public func all(_ name: String) -> [Term]? { terms[name] }
  /// The one term a slot took.
  public subscript(_ name: String) -> Term? { terms[name]?.first }

  /// The bindings with one more; nil when the name has taken something else.
  public func binding(_ name: String, to value: [Term]) -> Bindings? {
    if let known = terms[name] { return known == value ? self : nil }
    var result = self
    result.terms[name] = value
    return result
  }
}
