// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// A planning problem in two amounts, told in at most 30 tokens, and its formulation in tokens.
///
///     second 7 first 3 profit , 2 5 under 4 0 , first twice second , 4 1 most 2 8 , pieces
///     max 3 7 row 2 5 <= 4 0 row 4 1 <= 2 8 ratio x int end
///
/// The text chooses words, the order of its clauses, and which amount it begins with; the formulation has one order: the objective, the
/// rows as they are told, a ratio (x ≥ 2y or y ≥ 2x), a bound, whether the amounts are whole, the end.
struct TokenProblem: Sendable {
  enum Token: Int32, CaseIterable {
    // 0 to 9 are the digits.
    case comma = 10, profit, earn, cost, spend, most, under, least, over, first, second, whole, pieces, parts, litres,
      twice, ask
    case max, min, row, atMost, atLeast, ratio, bound, x, y, integer, real, end
  }

  static let vocabulary = 10 + Token.allCases.count
  /// The longest text, and the longest formulation.
  static let lengths = (text: 30, answer: 22)

  struct Row: Sendable {
    var a: Int
    var b: Int
    var isAtMost: Bool
    /// Of two digits.
    var side: Int
  }

  /// What is decided about one amount.
  struct Bound: Sendable {
    var isFirst: Bool
    var isAtMost: Bool
    /// Of one digit.
    var value: Int
  }

  var isMaximized = false
  var weights = (0, 0)
  var rows: [Row] = []
  /// Which amount is at least twice the other.
  var ratioOfFirst: Bool?
  var bound: Bound?
  var isWhole = false

  // MARK: Telling

  /// The text, with its mark of the end.
  func text(_ stream: inout RandomStream) -> [Int32] {
    func either(_ a: Token, _ b: Token) -> Int32 { (stream.uniform() < 0.5 ? a : b).rawValue }
    let word = isMaximized ? either(.profit, .earn) : either(.cost, .spend)
    let (a, b) = (Int32(weights.0), Int32(weights.1))
    let objective =
      switch stream.integer(below: 3) {
      case 0: [word, a, b]
      case 1: [Token.first.rawValue, a, Token.second.rawValue, b, word]
      default: [Token.second.rawValue, b, Token.first.rawValue, a, word]
      }
    func relation(_ isAtMost: Bool) -> Int32 { isAtMost ? either(.most, .under) : either(.least, .over) }
    var others = rows.map {
      [Int32($0.a), Int32($0.b), relation($0.isAtMost), Int32($0.side / 10), Int32($0.side % 10)]
    }
    if let ratioOfFirst {
      let pair: [Token] = ratioOfFirst ? [.first, .twice, .second] : [.second, .twice, .first]
      others.insert(pair.map(\.rawValue), at: stream.integer(below: others.count + 1))
    }
    if let bound {
      let clause = [(bound.isFirst ? Token.first : .second).rawValue, relation(bound.isAtMost), Int32(bound.value)]
      others.insert(clause, at: stream.integer(below: others.count + 1))
    }
    let kind = [isWhole ? either(.whole, .pieces) : either(.parts, .litres)]
    let clauses = stream.uniform() < 0.5 ? [objective] + others + [kind] : [kind] + others + [objective]
    return Array(clauses.joined(separator: [Token.comma.rawValue])) + [Token.ask.rawValue]
  }

  /// The token of a formulation that a token of a text asks for; nil for those that say where something belongs.
  static func meaning(of token: Int32) -> Int32? {
    if token < 10 { return token }
    let said: Token? =
      switch Token(rawValue: token) {
      case .profit, .earn: .max
      case .cost, .spend: .min
      case .most, .under: .atMost
      case .least, .over: .atLeast
      case .twice: .ratio
      case .whole, .pieces: .integer
      case .parts, .litres: .real
      default: nil
      }
    return said?.rawValue
  }

  /// Whether a token of a formulation is asked for by one of the text.
  static func isSaid(_ token: Int32) -> Bool {
    switch Token(rawValue: token) {
    case .max, .min, .atMost, .atLeast, .ratio, .integer, .real: true
    default: token < 10
    }
  }

  /// What each clause of a text asks for, and what each clause of a formulation says, without the order in a clause.
  static func clauses(ofText text: [Int32]) -> [[Int32]] {
    let marks = [Token.comma.rawValue, Token.ask.rawValue]
    return text.split { marks.contains($0) }.map { $0.compactMap(meaning).sorted() }
  }

  static func clauses(ofAnswer answer: [Int32]) -> [[Int32]] {
    let starts = answer.indices.filter { opening.contains(answer[$0]) }
    return zip(starts, starts.dropFirst() + [answer.count]).map { answer[$0..<$1].filter(isSaid).sorted() }
  }

  // MARK: Formulation

  var answer: [Int32] {
    var tokens = [(isMaximized ? Token.max : .min).rawValue, Int32(weights.0), Int32(weights.1)]
    for row in rows {
      tokens += [
        Token.row.rawValue, Int32(row.a), Int32(row.b), (row.isAtMost ? Token.atMost : .atLeast).rawValue,
        Int32(row.side / 10), Int32(row.side % 10),
      ]
    }
    if let ratioOfFirst { tokens += [Token.ratio.rawValue, (ratioOfFirst ? Token.x : .y).rawValue] }
    if let bound {
      tokens += [
        Token.bound.rawValue, (bound.isFirst ? Token.x : .y).rawValue,
        (bound.isAtMost ? Token.atMost : .atLeast).rawValue, Int32(bound.value),
      ]
    }
    return tokens + [(isWhole ? Token.integer : .real).rawValue, Token.end.rawValue]
  }

  init() {}

  /// What a formulation says; nil where it is not one.
  init?(answer: [Int32]) {
    var rest = answer[...]
    func token() -> Token? { rest.popFirst().flatMap { Token(rawValue: $0) } }
    func digit() -> Int? { rest.popFirst().flatMap { $0 < 10 ? Int($0) : nil } }
    switch token() {
    case .max: isMaximized = true
    case .min: isMaximized = false
    default: return nil
    }
    guard let a = digit(), let b = digit() else { return nil }
    weights = (a, b)
    while let next = token() {
      switch next {
      case .row:
        guard let a = digit(), let b = digit(), let relation = token(), let high = digit(), let low = digit() else {
          return nil
        }
        rows.append(Row(a: a, b: b, isAtMost: relation == .atMost, side: 10 * high + low))
      case .ratio: ratioOfFirst = token() == .x
      case .bound:
        guard let of = token(), let relation = token(), let value = digit() else { return nil }
        bound = Bound(isFirst: of == .x, isAtMost: relation == .atMost, value: value)
      case .integer, .real:
        isWhole = next == .integer
        guard token() == .end, rest.isEmpty else { return nil }
        return
      default: return nil
      }
    }
    return nil
  }

  /// What may come next in a formulation that begins so; never nothing before its end.
  static func following(_ begun: [Int32]) -> [Int32] {
    let digits = Array(Int32(0)..<10)
    func these(_ tokens: Token...) -> [Int32] { tokens.map(\.rawValue) }
    // Where the last clause began.
    guard let start = begun.lastIndex(where: { $0 >= 10 && Self.opening.contains($0) }) else {
      return these(.max, .min)
    }
    let place = begun.count - start
    switch Token(rawValue: begun[start]) {
    case .max, .min: if place < 3 { return digits }
    case .row:
      if place < 6 { return place == 3 ? these(.atMost, .atLeast) : digits }
    case .ratio: if place < 2 { return these(.x, .y) }
    case .bound:
      if place < 4 { return place == 1 ? these(.x, .y) : place == 2 ? these(.atMost, .atLeast) : digits }
    default: return place < 2 ? these(.end) : []
    }
    let rows = begun.count { $0 == Token.row.rawValue }
    let hasRatio = begun.contains(Token.ratio.rawValue), hasBound = begun.contains(Token.bound.rawValue)
    var next = these(.integer, .real)
    if !hasBound { next += these(.bound) }
    if !hasBound, !hasRatio { next += these(.ratio) }
    if !hasBound, !hasRatio, rows < 2 { next += these(.row) }
    return next.sorted()
  }

  private static let opening: [Int32] = [Token.max, .min, .row, .ratio, .bound, .integer, .real].map(\.rawValue)

  // MARK: The model

  /// The formulation in five elements.
  var statement: FiveElementStatement {
    var model = FiveElementStatement(name: "two amounts", sense: isMaximized ? .maximize : .minimize)
    let kind: FiveElementStatement.Variable.Kind = isWhole ? .integer : .continuous
    model.variables = [.init("first", kind: kind, lower: "0"), .init("second", kind: kind, lower: "0")]
    model.objective = "\(weights.0) * first + \(weights.1) * second"
    for (k, row) in rows.enumerated() {
      model.constraints.append(
        .init("row\(k)", "\(row.a) * first + \(row.b) * second \(row.isAtMost ? "<=" : ">=") \(row.side)"))
    }
    if let ratioOfFirst {
      model.constraints.append(.init("ratio", ratioOfFirst ? "first >= 2 * second" : "second >= 2 * first"))
    }
    if let bound {
      model.constraints.append(
        .init("bound", "\(bound.isFirst ? "first" : "second") \(bound.isAtMost ? "<=" : ">=") \(bound.value)"))
    }
    return model
  }

  /// One that has an optimum whatever is drawn, but for infeasible ones: what is earned is limited by a row with both amounts, what is
  /// spent is needed for one.
  static func drawn(_ stream: inout RandomStream) -> TokenProblem {
    var problem = TokenProblem()
    func digit() -> Int { 1 + stream.integer(below: 9) }
    problem.isMaximized = stream.uniform() < 0.5
    problem.weights = (digit(), digit())
    for k in 0..<1 + stream.integer(below: 2) {
      let isAtMost = k == 0 ? problem.isMaximized : stream.uniform() < 0.5
      problem.rows.append(Row(a: digit(), b: digit(), isAtMost: isAtMost, side: 10 + stream.integer(below: 90)))
    }
    if stream.uniform() < 0.3 { problem.ratioOfFirst = stream.uniform() < 0.5 }
    if stream.uniform() < 0.5 {
      problem.bound = Bound(
        isFirst: stream.uniform() < 0.5, isAtMost: stream.uniform() < 0.5, value: 1 + stream.integer(below: 9))
    }
    problem.isWhole = stream.uniform() < 0.5
    return problem
  }
}
