// SPDX-License-Identifier: Apache-2.0

/// A value of a MiniVM program, outside of the machine.
public enum MiniValue: Sendable, Hashable, Codable, CustomStringConvertible {
  case int(Int)
  case float(Double)
  case string(String)
  case bool(Bool)
  case list([MiniValue])

  /// A list of whole numbers.
  public static func ints(_ values: [Int]) -> MiniValue { .list(values.map { .int($0) }) }

  /// A list of texts.
  public static func strings(_ values: [String]) -> MiniValue { .list(values.map { .string($0) }) }

  /// Whether it is of this type; an empty list is of every list type.
  public func has(_ type: MiniType) -> Bool {
    switch (self, type) {
    case (.int, .int), (.float, .float), (.string, .string), (.bool, .bool): true
    case (.list(let items), .list(let element)): items.allSatisfy { $0.has(element) }
    default: false
    }
  }

  /// As a literal of the language; NaN and ∞, which have none, by name.
  public var description: String {
    switch self {
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .string(let value): MiniPrinter.quoted(value)
    case .list(let items): "[\(items.map(\.description).joined(separator: ", "))]"
    }
  }

  /// The literal.
  public var term: MiniTerm {
    switch self {
    case .int(let value): MiniTerm(.int(value))
    case .float(let value): MiniTerm(.float(value))
    case .bool(let value): MiniTerm(.bool(value))
    case .string(let value): MiniTerm(.string(value))
    case .list(let items): MiniTerm(.list(items.map(\.term)))
    }
  }

  /// Of an Int, else nil.
  public var int: Int? { if case .int(let value) = self { value } else { nil } }
  /// Of a Bool, else nil.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// Of a String, else nil.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// Of a list, else nil.
  public var items: [MiniValue]? { if case .list(let items) = self { items } else { nil } }
}
