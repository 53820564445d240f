// SPDX-License-Identifier: Apache-2.0

/// Reads a program by recursive descent, one token ahead.
///
/// Recursion is counted: three levels for each of `MiniProgram.nestingLimit` (a term may stand in parentheses on the right of an
/// operator), so that no text exhausts the stack.
struct MiniParser {
  private let tokens: [MiniToken]
  private var position = 0
  private var level = 0

  init(_ text: String) throws(MiniError) { tokens = try MiniLexer.tokens(of: text) }

  var token: MiniToken { tokens[position] }

  mutating func advance() { if position + 1 < tokens.count { position += 1 } }

  /// Passes over a symbol where it stands.
  mutating func skip(_ symbol: String) -> Bool {
    guard token.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  /// Passes over a word where it stands.
  mutating func skip(word: String) -> Bool {
    guard token.kind == .word(word) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String, _ after: String) throws(MiniError) {
    guard skip(symbol) else { throw unexpected("'\(symbol)' \(after)") }
  }

  func unexpected(_ wanted: String) -> MiniError {
    MiniError(token.place, "found \(token.shown)", remedy: "here stands \(wanted)")
  }

  /// One level deeper; paired with `leave`.
  mutating func enter() throws(MiniError) {
    level += 1
    if level > 3 * MiniProgram.nestingLimit { throw tooDeep(token.place) }
  }

  mutating func leave() { level -= 1 }

  func tooDeep(_ place: MiniPlace) -> MiniError {
    MiniError(
      place, "nested deeper than \(MiniProgram.nestingLimit) levels",
      remedy: "name a part of it with let, or move it to a function")
  }

  mutating func name(_ wanted: String) throws(MiniError) -> String {
    guard case .word(let word) = token.kind, !Self.reserved.contains(word) else { throw unexpected(wanted) }
    advance()
    return word
  }

  static let reserved: Set<String> = [
    "fn", "let", "if", "else", "while", "for", "in", "return", "push", "true", "false", "Int", "Float", "String",
    "Bool",
  ]

  // MARK: Functions

  mutating func program() throws(MiniError) -> [MiniFunction] {
    var functions: [MiniFunction] = []
    while token.kind != .end { functions.append(try function()) }
    guard !functions.isEmpty else { throw unexpected("a function, such as fn f(x: Int) -> Int { return x }") }
    return functions
  }

  private mutating func function() throws(MiniError) -> MiniFunction {
    let place = token.place
    guard skip(word: "fn") else { throw unexpected("a function, which begins with 'fn'") }
    let own = try name("the name of a function")
    try expect("(", "before the parameters")
    var parameters: [MiniFunction.Parameter] = []
    while token.kind != .symbol(")") {
      let parameter = try name("the name of a parameter")
      try expect(":", "and the type of '\(parameter)'")
      parameters.append(.init(parameter, try type()))
      if !skip(",") { break }
    }
    try expect(")", "after the parameters")
    try expect("->", "and the type of the result")
    let result = try type()
    return MiniFunction(own, parameters, result: result, body: try block(), at: place)
  }

  mutating func type() throws(MiniError) -> MiniType {
    let place = token.place
    var lists = 0
    while skip("[") {
      lists += 1
      if lists > Self.typeNesting {
        throw MiniError(place, "a type of more than \(Self.typeNesting) lists", remedy: "use fewer lists in lists")
      }
    }
    guard case .word(let word) = token.kind, let base = Self.types[word] else {
      throw unexpected("a type: Int, Float, String, Bool or a list such as [Int]")
    }
    advance()
    for _ in 0..<lists { try expect("]", "after the type in a list") }
    return (0..<lists).reduce(base) { type, _ in .list(type) }
  }

  static let typeNesting = 8
  private static let types: [String: MiniType] = ["Int": .int, "Float": .float, "String": .string, "Bool": .bool]

  // MARK: Statements

  private mutating func block() throws(MiniError) -> [MiniStatement] {
    try enter()
    try expect("{", "before the statements")
    var statements: [MiniStatement] = []
    while token.kind != .symbol("}") {
      let statement = try statement()
      guard statement.depth <= MiniProgram.nestingLimit else { throw tooDeep(statement.place) }
      statements.append(statement)
    }
    advance()
    leave()
    return statements
  }

  private mutating func statement() throws(MiniError) -> MiniStatement {
    let place = token.place
    guard case .word(let word) = token.kind else {
      throw unexpected("a statement: let, if, while, for, return, push, an assignment, a call, or '}'")
    }
    switch word {
    case "let":
      advance()
      let own = try name("the name of a variable")
      let declared: MiniType? = skip(":") ? try type() : nil
      try expect("=", "and the value of '\(own)'")
      return MiniStatement(.declare(own, declared, try term()), at: place)
    case "if": return try branch()
    case "while":
      advance()
      return MiniStatement(.loop(try term(), try block()), at: place)
    case "for":
      advance()
      let own = try name("the name of a variable")
      guard skip(word: "in") else { throw unexpected("'in' and what '\(own)' runs through") }
      let first = try term()
      if skip("..<") {
        return MiniStatement(.count(own, from: first, to: try term(), try block()), at: place)
      }
      return MiniStatement(.each(own, first, try block()), at: place)
    case "return":
      advance()
      return MiniStatement(.give(try term()), at: place)
    case "push":
      advance()
      try expect("(", "before the list")
      let own = try name("the name of a list")
      try expect(",", "and the new element")
      let value = try term()
      try expect(")", "after the new element")
      return MiniStatement(.push(own, value), at: place)
    default: return try assignmentOrCall(place)
    }
  }

  private mutating func branch() throws(MiniError) -> MiniStatement {
    let place = token.place
    advance()
    let condition = try term()
    let then = try block()
    guard skip(word: "else") else { return MiniStatement(.branch(condition, then: then, otherwise: []), at: place) }
    guard token.kind == .word("if") else {
      return MiniStatement(.branch(condition, then: then, otherwise: try block()), at: place)
    }
    try enter()
    let other = try branch()
    leave()
    return MiniStatement(.branch(condition, then: then, otherwise: [other]), at: place)
  }

  private mutating func assignmentOrCall(_ place: MiniPlace) throws(MiniError) -> MiniStatement {
    let own = try name("a statement")
    if token.kind == .symbol("(") {
      return MiniStatement(.call(try call(own, place)), at: place)
    }
    var indices: [MiniTerm] = []
    while skip("[") {
      indices.append(try term())
      try expect("]", "after the index")
      if indices.count > Self.typeNesting { throw tooDeep(place) }
    }
    try expect("=", "and the new value of '\(own)'")
    let value = try term()
    return MiniStatement(indices.isEmpty ? .assign(own, value) : .assignElement(own, indices, value), at: place)
  }
}
