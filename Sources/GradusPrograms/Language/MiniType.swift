// SPDX-License-Identifier: Apache-2.0

/// The type of a value of a MiniVM program. Lists hold one type; there are no references, so a value is a tree.
public indirect enum MiniType: Sendable, Hashable, CustomStringConvertible {
  case int, float, string, bool
  case list(MiniType)

  public var description: String {
    switch self {
    case .int: "Int"
    case .float: "Float"
    case .string: "String"
    case .bool: "Bool"
    case .list(let element): "[\(element)]"
    }
  }

  /// What it holds, where it is a list.
  public var element: MiniType? {
    if case .list(let element) = self { element } else { nil }
  }

  /// How many lists are around its innermost type.
  public var nesting: Int { element.map { $0.nesting + 1 } ?? 0 }

  /// Whether a value lies in the heap, and a register holds its number.
  var isHandle: Bool {
    switch self {
    case .string, .list: true
    case .int, .float, .bool: false
    }
  }

  /// Whether values are smaller and larger than each other.
  var isOrdered: Bool { self == .int || self == .float || self == .string }

  /// Whether it can be counted with.
  var isNumber: Bool { self == .int || self == .float }
}
