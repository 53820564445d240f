// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Bounds, and special ordered sets.
extension LPReader {
  /// `l <= x <= u`, `x <= u`, `l <= x`, `x = v`, `x free`, and the same with the relations turned around.
  mutating func readBound() throws(ReadError) {
    guard scanner.token.kind == .name else {
      let value = try signedNumber()
      let relation = try relation()
      let token = scanner.token
      let j = try column(token)
      try scanner.advance()
      try setBound(j, relation.mirrored, value, token)
      if scanner.token.kind.isRelation {
        guard scanner.token.kind == relation, relation != .equal else {
          throw scanner.unexpected("two relations of the same direction")
        }
        try scanner.advance()
        try setBound(j, relation, try signedNumber(), token)
      }
      return
    }
    let token = scanner.token
    let j = try column(token)
    try scanner.advance()
    if scanner.isWord("free") {
      try scanner.advance()
      try set(j, isUpper: false, -.infinity, token)
      try set(j, isUpper: true, .infinity, token)
      return
    }
    let relation = try relation()
    try setBound(j, relation, try signedNumber(), token)
    if scanner.token.kind.isRelation { throw scanner.unexpected("one relation, or a number on the left") }
  }

  private mutating func relation() throws(ReadError) -> LPToken.Kind {
    let kind = scanner.token.kind
    guard kind.isRelation else { throw scanner.unexpected("<=, >=, = or free") }
    try scanner.advance()
    return kind
  }

  private mutating func setBound(
    _ j: Int, _ relation: LPToken.Kind, _ value: Double, _ token: LPToken
  ) throws(ReadError) {
    if relation != .less { try set(j, isUpper: false, value, token) }
    if relation != .greater { try set(j, isUpper: true, value, token) }
  }

  private mutating func set(_ j: Int, isUpper: Bool, _ value: Double, _ token: LPToken) throws(ReadError) {
    let side = isUpper ? "upper" : "lower"
    if value == (isUpper ? -.infinity : .infinity) {
      throw scanner.error(token, "the \(side) bound \(value) leaves no value", expected: "a finite number")
    }
    let flag: UInt8 = isUpper ? 2 : 1
    let old = isUpper ? upper[j] : lower[j]
    if boundFlags[j] & flag != 0, old != value {
      throw scanner.error(
        token, "a second \(side) bound of \(columns.names[j]), which was \(old) before", expected: "one \(side) bound")
    }
    if isUpper { upper[j] = value } else { lower[j] = value }
    boundFlags[j] |= flag
  }

  /// `name: S1:: x:1 y:2`, the name may be missing.
  mutating func readSets() throws(ReadError) {
    while !scanner.token.kind.isSection {
      var name = "sos\(sets.count + 1)"
      var kind = try setKind()
      if kind == nil {
        guard scanner.token.kind == .name else { throw scanner.unexpected("a name, S1:: or S2::") }
        name = String(decoding: scanner.bytes(scanner.token.field), as: UTF8.self)
        try scanner.advance()
        guard scanner.token.kind == .colon else { throw scanner.unexpected("a colon behind the name of the set") }
        try scanner.advance()
        kind = try setKind()
      }
      guard let kind else { throw scanner.unexpected("S1:: or S2::") }
      try readMembers(SpecialOrderedSet(name: name, kind: kind, columns: [], weights: []))
    }
  }

  private mutating func setKind() throws(ReadError) -> SpecialOrderedSet.Kind? {
    let isOne = scanner.isWord("s1")
    guard isOne || scanner.isWord("s2") else { return nil }
    let start = scanner
    try scanner.advance()
    guard scanner.token.kind == .doubleColon else {
      scanner = start
      return nil
    }
    try scanner.advance()
    return isOne ? .one : .two
  }

  private mutating func readMembers(_ empty: SpecialOrderedSet) throws(ReadError) {
    var set = empty
    var members: Set<Int> = []
    var weights: Set<Double> = []
    while scanner.token.kind == .name {
      let start = scanner
      try scanner.advance()
      if scanner.token.kind == .colon { try scanner.advance() }
      guard scanner.token.kind.isSign || scanner.token.kind == .number else {
        scanner = start
        break
      }
      let j = try column(start.token)
      let weight = try signedNumber()
      guard weight.isFinite else {
        throw scanner.error(start.token, "an infinite weight", expected: "a finite number")
      }
      guard members.insert(j).inserted else {
        throw scanner.error(start.token, "\(columns.names[j]) is in this set already", expected: "every member once")
      }
      guard weights.insert(weight).inserted else {
        throw scanner.error(start.token, "a second member of weight \(weight)", expected: "different weights")
      }
      set.columns.append(j)
      set.weights.append(weight)
    }
    sets.append(set)
  }
}

extension LPToken.Kind {
  /// The relation read from the other side.
  fileprivate var mirrored: LPToken.Kind {
    switch self {
    case .less: .greater
    case .greater: .less
    default: self
    }
  }
}
