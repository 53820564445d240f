// SPDX-License-Identifier: Apache-2.0

/// The rules that answers are made of: those shared by all puzzles, and the literals of the verifier.
///
/// A literal is the k-th of its type in its puzzle, whatever its value: so what was learned of one puzzle's literals speaks of another's.
public struct PuzzleGrammar: Sendable {
  /// Literals of a verifier, by type, that have a rule of their own.
  public static let slots = 4

  /// A rule, or a place for a literal.
  private enum Part: Sendable {
    case rule(MiniRule)
    case literal(MiniType, Int)
  }

  private let parts: [Part]
  /// Rules of all puzzles together.
  public var count: Int { parts.count }

  /// By rule: a number for the type of its result.
  var kinds: [Int] {
    var types: [MiniType] = []
    return parts.map { part in
      let type =
        switch part {
        case .rule(let rule): rule.result
        case .literal(let type, _): type
        }
      if let known = types.firstIndex(of: type) { return known }
      types.append(type)
      return types.count - 1
    }
  }

  /// Throws where a rule does not fit the language, which a test excludes.
  public init() throws(MiniError) {
    var parts: [Part] = []
    func add(_ term: String, _ result: MiniType, _ types: MiniType...) throws(MiniError) {
      parts.append(.rule(try MiniRule(term, types, result: result)))
    }
    for k in 0..<Self.slots { parts += [Part.literal(.int, k), Part.literal(.string, k)] }
    for value in [0, 1, 2, 3, 9, 10] { parts.append(.rule(try MiniRule(.int(value), .int))) }
    for text in ["", "a"] { parts.append(.rule(try MiniRule(.string(text), .string))) }
    let ints = MiniType.list(.int)
    try add("_0 + _1", .int, .int, .int)
    try add("_0 - _1", .int, .int, .int)
    try add("_0 * _1", .int, .int, .int)
    try add("_0 / _1", .int, .int, .int)
    try add("_0 % _1", .int, .int, .int)
    try add("pow(_0, _1)", .int, .int, .int)
    try add("len(_0)", .int, .string)
    try add("len(_0)", .int, ints)
    try add("sum(_0)", .int, ints)
    try add("number(_0)", .int, .string)
    try add("[_0]", ints, .int)
    try add("[_0, _1]", ints, .int, .int)
    try add("range(_0, _1)", ints, .int, .int)
    try add("fill(_0, _1)", ints, .int, .int)
    try add("_0 + _1", ints, ints, ints)
    try add("append(_0, _1)", ints, ints, .int)
    try add("reverse(_0)", ints, ints)
    try add("sums(_0)", ints, ints)
    try add("take(_0, _1)", ints, ints, .int)
    try add("_0 + _1", .string, .string, .string)
    try add("repeat(_0, _1)", .string, .string, .int)
    try add("reverse(_0)", .string, .string)
    try add("text(_0)", .string, .int)
    try add("take(_0, _1)", .string, .string, .int)
    self.parts = parts
  }

  /// The rules of one puzzle with their numbers among all.
  public func rules(of puzzle: Puzzle) -> [(number: Int, rule: MiniRule)] {
    let constants = puzzle.constants
    return parts.enumerated().compactMap { number, part in
      switch part {
      case .rule(let rule): return (number, rule)
      case .literal(let type, let k):
        let fitting = constants.filter { $0.type == type }
        guard k < fitting.count, let rule = try? MiniRule(fitting[k].value, type) else { return nil }
        return (number, rule)
      }
    }
  }
}
