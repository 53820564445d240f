// SPDX-License-Identifier: Apache-2.0
public import GradusCore

extension MiniValue {
  /// As JSON; NaN and ∞, which it does not have, are null.
  public var json: JSONValue {
    switch self {
    case .int(let value): .integer(value)
    case .float(let value): value.isFinite ? .number(value) : .null
    case .string(let value): .string(value)
    case .bool(let value): .bool(value)
    case .list(let items): .array(items.map(\.json))
    }
  }

  /// A value of this type; a whole number is a Float as well. nil where it is none.
  public init?(json: JSONValue, as type: MiniType) {
    switch (json, type) {
    case (.integer(let value), .int): self = .int(value)
    case (.integer(let value), .float): self = .float(Double(value))
    case (.number(let value), .float): self = .float(value)
    case (.string(let value), .string): self = .string(value)
    case (.bool(let value), .bool): self = .bool(value)
    case (.array(let items), .list(let element)):
      let values = items.compactMap { MiniValue(json: $0, as: element) }
      guard values.count == items.count else { return nil }
      self = .list(values)
    default: return nil
    }
  }

  /// A value of the right shape, the same each time: 1, "text", true, or a list of one.
  public static func example(of type: MiniType) -> MiniValue {
    switch type {
    case .int: .int(1)
    case .float: .float(1)
    case .string: .string("text")
    case .bool: .bool(true)
    case .list(let element): .list([example(of: element)])
    }
  }
}
