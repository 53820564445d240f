// SPDX-License-Identifier: Apache-2.0

/// The built-in functions. T stands for any type, S for a String or a list, n for Int or Float.
///
///     len(S) -> Int                 abs(n) -> n                 min(n, n), max(n, n) -> n
///     gcd(Int, Int) -> Int          pow(Int, Int) -> Int        sqrt(Float) -> Float
///     floor(Float) -> Int           float(Int) -> Float         text(n or Bool) -> String
///     number(String) -> Int         code(String) -> Int         char(Int) -> String
///     sum([n]) -> n                 sums([n]) -> [n]            least([n]), greatest([n]) -> n
///     sort([n or String]) -> same   reverse(S) -> S             append([T], T) -> [T]
///     take(S, Int), drop(S, Int) -> S                           slice(S, from: Int, to: Int) -> S
///     contains([T], T), contains(String, String) -> Bool        find(same) -> Int, −1 where it is not
///     count(same) -> Int            range(Int, Int) -> [Int]    fill(T, Int) -> [T]
///     repeat(String, Int) -> String split(String, String), chars(String) -> [String]
///     join([String], String) -> String                          upper(String), lower(String) -> String (ASCII)
///     unique([Int or String]) -> same, the first of equals
///
/// `take`, `drop` and `slice` give what there is. A character is a Unicode scalar. What walks its arguments costs a step for each
/// element that it reads or writes (`sort`: times ⌈log₂(count + 1)⌉) beside the one of the call.
public enum MiniBuiltin: String, Sendable, Hashable, CaseIterable {
  case len, abs, min, max, gcd, pow, sqrt, floor, float, text, number, code, char
  case sum, sums, least, greatest, sort, reverse, append, take, drop, slice, contains, find, count
  case range, fill, `repeat`, split, chars, join, upper, lower, unique

  /// The type of the result for arguments of these types; nil where it does not take them.
  public func result(for types: [MiniType]) -> MiniType? {
    switch types.count {
    case 1: single(types[0])
    case 2: double(types[0], types[1])
    case 3:
      self == .slice && types[1] == .int && types[2] == .int && types[0].isHandle ? types[0] : nil
    default: nil
    }
  }

  private func single(_ type: MiniType) -> MiniType? {
    let element = type.element
    switch self {
    case .len: return type.isHandle ? .int : nil
    case .abs: return type.isNumber ? type : nil
    case .sqrt: return type == .float ? .float : nil
    case .floor: return type == .float ? .int : nil
    case .float: return type == .int ? .float : nil
    case .text: return type.isNumber || type == .bool ? .string : nil
    case .number, .code: return type == .string ? .int : nil
    case .char: return type == .int ? .string : nil
    case .sum, .least, .greatest: return element.flatMap { $0.isNumber ? $0 : nil }
    case .sums: return element.flatMap { $0.isNumber ? type : nil }
    case .sort: return element.flatMap { $0.isOrdered ? type : nil }
    case .unique: return element == .int || element == .string ? type : nil
    case .reverse: return type.isHandle ? type : nil
    case .chars: return type == .string ? .list(.string) : nil
    case .upper, .lower: return type == .string ? .string : nil
    default: return nil
    }
  }

  private func double(_ first: MiniType, _ second: MiniType) -> MiniType? {
    let isPart = first == .string ? second == .string : first.element == second
    switch self {
    case .min, .max: return first == second && first.isNumber ? first : nil
    case .gcd, .pow: return first == .int && second == .int ? .int : nil
    case .append: return first.element == second ? first : nil
    case .take, .drop: return first.isHandle && second == .int ? first : nil
    case .contains: return isPart ? .bool : nil
    case .find, .count: return isPart ? .int : nil
    case .range: return first == .int && second == .int ? .list(.int) : nil
    case .fill: return second == .int && first.nesting < MiniParser.typeNesting ? .list(first) : nil
    case .repeat: return first == .string && second == .int ? .string : nil
    case .split: return first == .string && second == .string ? .list(.string) : nil
    case .join: return first == .list(.string) && second == .string ? .string : nil
    default: return nil
    }
  }

  /// What it takes, for messages.
  public var usage: String {
    switch self {
    case .len: "len(list or String)"
    case .abs: "abs(number)"
    case .min, .max: "\(rawValue)(number, number) of one type"
    case .gcd, .pow, .range: "\(rawValue)(Int, Int)"
    case .sqrt, .floor: "\(rawValue)(Float)"
    case .float, .char: "\(rawValue)(Int)"
    case .text: "text(number or Bool)"
    case .number, .code, .chars, .upper, .lower: "\(rawValue)(String)"
    case .sum, .sums, .least, .greatest: "\(rawValue)(list of numbers)"
    case .sort: "sort(list of numbers or String)"
    case .unique: "unique(list of Int or String)"
    case .reverse: "reverse(list or String)"
    case .append: "append(list, element)"
    case .take, .drop: "\(rawValue)(list or String, Int)"
    case .slice: "slice(list or String, Int, Int)"
    case .contains, .find, .count: "\(rawValue)(list, element) or \(rawValue)(String, String)"
    case .fill: "fill(value, Int)"
    case .repeat: "repeat(String, Int)"
    case .split: "split(String, String)"
    case .join: "join(list of String, String)"
    }
  }
}
