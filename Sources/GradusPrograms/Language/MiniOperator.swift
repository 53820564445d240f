// SPDX-License-Identifier: Apache-2.0

/// An operator between two terms. Those of one precedence associate to the left.
public enum MiniOperator: String, Sendable, Hashable, CaseIterable {
  case or = "||"
  case and = "&&"
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case atMost = "<="
  case greater = ">"
  case atLeast = ">="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divided = "/"
  case remainder = "%"

  /// The larger, the tighter it binds.
  public var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .unequal, .less, .atMost, .greater, .atLeast: 3
    case .plus, .minus: 4
    case .times, .divided, .remainder: 5
    }
  }

  /// The type of a result, or nil where the operator does not apply to values of this type on both sides.
  func result(of type: MiniType) -> MiniType? {
    switch self {
    case .or, .and: type == .bool ? .bool : nil
    case .equal, .unequal: .bool
    case .less, .atMost, .greater, .atLeast: type.isOrdered ? .bool : nil
    case .plus: type == .bool ? nil : type
    case .minus, .times, .divided: type.isNumber ? type : nil
    case .remainder: type == .int ? .int : nil
    }
  }

  /// What it applies to, for messages.
  var operands: String {
    switch self {
    case .or, .and: "two Bool"
    case .equal, .unequal: "two values of one type"
    case .less, .atMost, .greater, .atLeast: "two Int, two Float or two String"
    case .plus: "two numbers, texts or lists of one type"
    case .minus, .times, .divided: "two Int or two Float"
    case .remainder: "two Int"
    }
  }
}
