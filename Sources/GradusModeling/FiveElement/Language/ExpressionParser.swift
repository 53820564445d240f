// SPDX-License-Identifier: Apache-2.0

/// What a name of an expression stands for; asked while parsing.
protocol NameScope: AnyObject {
  /// The set, parameter or variable of that name.
  func symbol(_ name: String) -> ModelSymbol?
  /// How many subscripts a symbol takes; loads sets that were not looked at yet.
  func arity(of symbol: ModelSymbol, at offset: Int) throws(ReadError) -> Int
  /// The element that is written so, when some set has it.
  func element(_ text: String) -> Int32?
  /// The element that is written so, known from now on.
  func intern(_ text: String) -> Int32
  /// Names for suggestions.
  var knownNames: [String] { get }
}

/// A declared name.
enum ModelSymbol: Sendable, Equatable {
  case set(Int)
  case parameter(Int)
  case variable(Int)
}

/// Reads expressions by precedence: implies, or, and, not, comparisons, + −, * /, unary −, ^ (to the right).
///
/// `sum`, `prod`, `min` and `max` over indices take the product behind them: `sum(i in I) a[i] * x[i] + b` adds b once.
struct ExpressionParser {
  let source: SourceText
  let scalar: DocumentScalar
  let scope: any NameScope
  var tokens: [ExpressionToken]
  var next = 0
  var depth = 0
  /// Indices in force, innermost last.
  var locals: [String]
  /// Brackets, functions and signs inside one another.
  static let depthLimit = 60

  init(
    _ scalar: DocumentScalar, _ source: SourceText, _ scope: any NameScope, locals: [String] = []
  ) throws(ReadError) {
    self.source = source
    self.scalar = scalar
    self.scope = scope
    self.locals = locals
    if let comment = scalar.comment {
      throw source.error(
        at: comment, "a comment behind an expression", expected: "the comment on a line of its own")
    }
    tokens = try ExpressionLexer.tokens(scalar.text) { at, cause, remedy in
      source.error(at: scalar.source(of: at), cause, expected: remedy)
    }
  }

  // MARK: Tokens

  var token: ExpressionToken { tokens[next] }

  func error(_ cause: String, expected: String, at token: ExpressionToken? = nil) -> ReadError {
    source.error(at: scalar.source(of: (token ?? self.token).start), cause, expected: expected)
  }

  var offset: Int { scalar.source(of: token.start) }

  func isSign(_ sign: ExpressionToken.Sign, ahead: Int = 0) -> Bool {
    next + ahead < tokens.count && tokens[next + ahead].kind == .sign(sign)
  }

  mutating func take(_ sign: ExpressionToken.Sign) -> Bool {
    guard isSign(sign) else { return false }
    next += 1
    return true
  }

  func isKeyword(_ word: ExpressionToken.Keyword, ahead: Int = 0) -> Bool {
    next + ahead < tokens.count && tokens[next + ahead].kind == .keyword(word)
  }

  mutating func take(_ word: ExpressionToken.Keyword) -> Bool {
    guard isKeyword(word) else { return false }
    next += 1
    return true
  }

  mutating func require(_ sign: ExpressionToken.Sign, _ why: String) throws(ReadError) {
    guard take(sign) else { throw error("found \(token.shown)", expected: "\"\(sign.rawValue)\" \(why)") }
  }

  mutating func require(_ word: ExpressionToken.Keyword, _ why: String) throws(ReadError) {
    guard take(word) else { throw error("found \(token.shown)", expected: "\"\(word.rawValue)\" \(why)") }
  }

  func requireEnd() throws(ReadError) {
    guard token.kind == .end else {
      throw error("found \(token.shown)", expected: "an operator or the end of the expression")
    }
  }

  mutating func descend() throws(ReadError) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw error("the expression is nested deeper than \(Self.depthLimit)", expected: "a flatter expression")
    }
  }

  // MARK: Logic

  /// The whole scalar as one expression.
  mutating func whole() throws(ReadError) -> SyntaxTerm {
    guard token.kind != .end else { throw error("the expression is empty", expected: "an expression") }
    let term = try expression()
    try requireEnd()
    return term
  }

  mutating func expression() throws(ReadError) -> SyntaxTerm {
    try descend()
    defer { depth -= 1 }
    if isKeyword(.if) { return try conditional() }
    let start = offset
    let left = try disjunction()
    guard take(.implies) else { return left }
    return SyntaxTerm(offset: start, kind: .implies(left, try expression()))
  }

  private mutating func conditional() throws(ReadError) -> SyntaxTerm {
    let start = offset
    next += 1
    let condition = try expression()
    try require(.then, "behind the condition")
    let first = try expression()
    try require(.else, "and a value for the other case")
    return SyntaxTerm(offset: start, kind: .conditional(condition, first, try expression()))
  }

  private mutating func disjunction() throws(ReadError) -> SyntaxTerm {
    let start = offset
    var parts = [try conjunction()]
    while take(.or) { parts.append(try conjunction()) }
    return parts.count == 1 ? parts[0] : SyntaxTerm(offset: start, kind: .or(parts))
  }

  private mutating func conjunction() throws(ReadError) -> SyntaxTerm {
    let start = offset
    var parts = [try negation()]
    while take(.and) { parts.append(try negation()) }
    return parts.count == 1 ? parts[0] : SyntaxTerm(offset: start, kind: .and(parts))
  }

  private mutating func negation() throws(ReadError) -> SyntaxTerm {
    guard isKeyword(.not) else { return try comparison() }
    try descend()
    defer { depth -= 1 }
    let start = offset
    next += 1
    return SyntaxTerm(offset: start, kind: .not(try negation()))
  }

  private mutating func comparison() throws(ReadError) -> SyntaxTerm {
    let start = offset
    if let pattern = tupleAhead() {
      var terms: [SyntaxTerm] = []
      next += 1
      for k in 0..<pattern {
        terms.append(try additive())
        if k + 1 < pattern { try require(.comma, "between the parts of a tuple") }
      }
      try require(.close, "behind a tuple")
      let isNegated = take(.not)
      try require(.in, "and a set behind a tuple")
      return try membership(terms, isNegated, start)
    }
    let first = try additive()
    if isKeyword(.in) || (isKeyword(.not) && isKeyword(.in, ahead: 1)) {
      let isNegated = take(.not)
      next += 1
      return try membership([first], isNegated, start)
    }
    var terms = [first]
    var signs: [SyntaxTerm.Comparison] = []
    while case .sign(let sign) = token.kind, let comparison = SyntaxTerm.Comparison(rawValue: sign.rawValue) {
      next += 1
      signs.append(comparison)
      terms.append(try additive())
    }
    return signs.isEmpty ? first : SyntaxTerm(offset: start, kind: .comparison(terms, signs))
  }

  private mutating func membership(
    _ terms: [SyntaxTerm], _ isNegated: Bool, _ start: Int
  ) throws(ReadError) -> SyntaxTerm {
    let place = token
    let set = try self.set()
    let arity = try self.arity(of: set)
    guard arity == terms.count else {
      throw error("the set has \(arity) subscripts, not \(terms.count)", expected: "one index for each", at: place)
    }
    let member = SyntaxTerm(offset: start, kind: .member(terms, set))
    return isNegated ? SyntaxTerm(offset: start, kind: .not(member)) : member
  }

  /// The number of parts when `(a, b, …)` followed by `in` begins here.
  private func tupleAhead() -> Int? {
    guard isSign(.open) else { return nil }
    var level = 0
    var commas = 0
    var i = next
    // Only a bracket with a comma at its own level can be a tuple; a hundred tokens are enough for any.
    while i < min(tokens.count, next + 100) {
      switch tokens[i].kind {
      case .sign(.open), .sign(.openBracket): level += 1
      case .sign(.close), .sign(.closeBracket):
        level -= 1
        if level == 0 {
          let isTuple =
            commas > 0 && i + 1 < tokens.count
            && (tokens[i + 1].kind == .keyword(.in) || tokens[i + 1].kind == .keyword(.not))
          return isTuple ? commas + 1 : nil
        }
      case .sign(.comma) where level == 1: commas += 1
      default: break
      }
      i += 1
    }
    return nil
  }
}
