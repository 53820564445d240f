// SPDX-License-Identifier: Apache-2.0

/// What must hold of the value of a class for an operation on it to be a number.
enum DomainCondition: UInt8, Sendable {
  /// a ≠ 0; a > 0; a ≥ 0; −1 ≤ a ≤ 1; −1 < a < 1; a ≥ 1; cos a ≠ 0; a is an exponent of a power whose base is
  /// listed too; a is an `if` with a branch that has conditions of its own.
  case nonzero, positive, nonnegative, withinOne, belowOne, atLeastOne, tangent, base, exponent, branch

  /// True when every number of a range fulfills the condition.
  func holds(on range: Interval) -> Bool {
    if range.isEmpty { return false }
    switch self {
    case .nonzero: return range.lower > 0 || range.upper < 0
    case .positive: return range.lower > 0
    case .nonnegative: return range.lower >= 0
    case .withinOne: return range.lower >= -1 && range.upper <= 1
    case .belowOne: return range.lower > -1 && range.upper < 1
    case .atLeastOne: return range.lower >= 1
    case .tangent: return range.lower > -1.57 && range.upper < 1.57
    case .base: return range.lower > 0
    case .exponent, .branch: return false
    }
  }
}

/// Sets of conditions, each stored once: number 0 is the empty set, −1 stands for sets too large to be listed.
struct ConditionTable: Sendable {
  /// Sets with more members are not listed: they grow with the square of a long chain otherwise.
  static let largest = 64

  private var sets: [[UInt64]] = [[]]
  private var places: [[UInt64]: Int32] = [[]: 0]
  private var unions: [UInt64: Int32] = [:]

  static func key(_ condition: DomainCondition, _ node: FormulaGraph.Node) -> UInt64 {
    UInt64(condition.rawValue) << 32 | UInt64(UInt32(bitPattern: node))
  }

  subscript(set: Int32) -> [UInt64] { sets[Int(set)] }

  /// The number of members; a large number for sets that are not listed.
  func size(_ set: Int32) -> Int { set < 0 ? .max : sets[Int(set)].count }

  /// The number of a set with these members, in any order.
  mutating func intern(_ keys: [UInt64]) -> Int32 {
    if keys.isEmpty { return 0 }
    var sorted: [UInt64] = []
    for key in keys.sorted() where sorted.last != key { sorted.append(key) }
    if sorted.count > Self.largest { return -1 }
    if let place = places[sorted] { return place }
    sets.append(sorted)
    places[sorted] = Int32(sets.count - 1)
    return Int32(sets.count - 1)
  }

  mutating func union(_ a: Int32, _ b: Int32) -> Int32 {
    if a < 0 || b < 0 { return -1 }
    if a == b || b == 0 { return a }
    if a == 0 { return b }
    let pair = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
    if let known = unions[pair] { return known }
    let result = intern(sets[Int(a)] + sets[Int(b)])
    unions[pair] = result
    return result
  }
}
