// SPDX-License-Identifier: Apache-2.0

/// Why an expression is refused: the offset in its text, the cause, and what would have been right.
struct FortranError: Error {
  var offset: Int
  var cause: String
  var expected: String
}

/// Turns a Fortran expression into postfix code, with Fortran's precedence: ** (from the right), * and /, + and −,
/// comparisons, .NOT., .AND., .OR., .EQV.
struct FortranParser {
  /// How deeply expressions may be nested.
  static let depthLimit = 100

  private var lexer: FortranLexer
  private let scope: FortranScope
  private var code: [FortranInstruction] = []
  private var depth = 0

  /// The code of `text` and what its value is.
  static func parse(
    _ text: [UInt8], _ scope: FortranScope
  ) throws(FortranError) -> (code: [FortranInstruction], kind: FortranKind) {
    var parser = FortranParser(lexer: FortranLexer(text), scope: scope)
    try parser.advance()
    let kind = try parser.equivalence()
    if parser.lexer.token != .end { throw parser.error("this does not belong here", "an operator or the end") }
    return (parser.code, kind)
  }

  private init(lexer: FortranLexer, scope: FortranScope) {
    self.lexer = lexer
    self.scope = scope
  }

  private func error(_ cause: String, _ expected: String) -> FortranError {
    FortranError(offset: lexer.start, cause: cause, expected: expected)
  }

  private mutating func advance() throws(FortranError) {
    if !lexer.advance() { throw error("this is no part of a Fortran expression", "a number, a name or an operator") }
  }

  private mutating func take(_ token: FortranToken) throws(FortranError) -> Bool {
    guard lexer.token == token else { return false }
    try advance()
    return true
  }

  private func require(
    _ kind: FortranKind, isLogical: Bool, _ offset: Int
  ) throws(FortranError) {
    if (kind == .logical) != isLogical {
      throw FortranError(
        offset: offset, cause: isLogical ? "a number where a condition has to stand" : "a condition used as a number",
        expected: isLogical ? "a comparison or a logical name" : "a number")
    }
  }

  private mutating func equivalence() throws(FortranError) -> FortranKind {
    depth += 1
    defer { depth -= 1 }
    if depth > FortranParser.depthLimit { throw error("more than \(FortranParser.depthLimit) levels", "less nesting") }
    let start = lexer.start
    let kind = try logical(.or)
    while true {
      let operation: FormulaOperation
      switch lexer.token {
      case .equivalent: operation = .equal
      case .notEquivalent: operation = .notEqual
      default: return kind
      }
      try require(kind, isLogical: true, start)
      try advance()
      let right = lexer.start
      try require(try logical(.or), isLogical: true, right)
      code.append(.binary(operation))
    }
  }

  /// A chain of .OR. or, one level lower, of .AND.
  private mutating func logical(_ operation: FormulaOperation) throws(FortranError) -> FortranKind {
    let start = lexer.start
    let kind = operation == .or ? try logical(.and) : try negation()
    while try take(operation == .or ? .or : .and) {
      try require(kind, isLogical: true, start)
      let right = lexer.start
      try require(operation == .or ? try logical(.and) : try negation(), isLogical: true, right)
      code.append(.binary(operation))
    }
    return kind
  }

  private mutating func negation() throws(FortranError) -> FortranKind {
    var count = 0
    while try take(.not) { count += 1 }
    let start = lexer.start
    let kind = try comparison()
    if count > 0 { try require(kind, isLogical: true, start) }
    if count % 2 == 1 { code.append(.unary(.not)) }
    return kind
  }

  private mutating func comparison() throws(FortranError) -> FortranKind {
    let start = lexer.start
    let kind = try sum()
    guard case .compare(let operation) = lexer.token else { return kind }
    try require(kind, isLogical: false, start)
    try advance()
    let right = lexer.start
    try require(try sum(), isLogical: false, right)
    code.append(.binary(operation))
    if case .compare = lexer.token { throw error("a second comparison in a row", ".AND. between comparisons") }
    return .logical
  }

  private mutating func sum() throws(FortranError) -> FortranKind {
    var start = lexer.start
    var isNegative = false
    var isSigned = true
    switch lexer.token {
    case .plus: try advance()
    case .minus:
      isNegative = true
      try advance()
    default: isSigned = false
    }
    if isSigned { start = lexer.start }
    var kind = try product()
    if isSigned { try require(kind, isLogical: false, start) }
    if isNegative { code.append(.negate) }
    while lexer.token == .plus || lexer.token == .minus {
      try require(kind, isLogical: false, start)
      let instruction: FortranInstruction = lexer.token == .plus ? .add : .subtract
      try advance()
      let right = lexer.start
      let other = try product()
      try require(other, isLogical: false, right)
      code.append(instruction)
      if other == .real { kind = .real }
    }
    return kind
  }

  private mutating func product() throws(FortranError) -> FortranKind {
    let start = lexer.start
    var kind = try power()
    while lexer.token == .times || lexer.token == .divide {
      try require(kind, isLogical: false, start)
      let isQuotient = lexer.token == .divide
      try advance()
      let right = lexer.start
      let other = try power()
      try require(other, isLogical: false, right)
      if other == .real { kind = .real }
      code.append(.binary(!isQuotient ? .product : kind == .integer ? .integerQuotient : .quotient))
    }
    return kind
  }

  private mutating func power() throws(FortranError) -> FortranKind {
    let start = lexer.start
    let base = try primary()
    guard lexer.token == .power else { return base }
    try require(base, isLogical: false, start)
    try advance()
    depth += 1
    defer { depth -= 1 }
    if depth > FortranParser.depthLimit { throw error("more than \(FortranParser.depthLimit) levels", "less nesting") }
    let isNegative = try take(.minus)
    let right = lexer.start
    let exponent = try power()
    try require(exponent, isLogical: false, right)
    if isNegative { code.append(.negate) }
    code.append(.binary(.power))
    if base == .integer && exponent == .integer {
      code.append(.unary(.truncate))
      return .integer
    }
    return .real
  }

  private mutating func primary() throws(FortranError) -> FortranKind {
    switch lexer.token {
    case .number(let value, let isInteger):
      code.append(.number(value))
      try advance()
      return isInteger ? .integer : .real
    case .truth(let value):
      code.append(.number(value ? 1 : 0))
      try advance()
      return .logical
    case .open:
      try advance()
      let kind = try equivalence()
      if try !take(.close) { throw error("a parenthesis is not closed", ")") }
      return kind
    case .name(let name):
      let start = lexer.start
      try advance()
      if lexer.token == .open { return try call(name, start) }
      guard let slot = scope.slot(name) else {
        throw FortranError(
          offset: start, cause: "\(name) is unknown here",
          expected: "a variable, an internal variable or a parameter of this type, or a name from TEMPORARIES")
      }
      code.append(.load(slot.index))
      return slot.kind
    case .plus, .minus: throw error("a sign behind an operator", "parentheses around a signed term")
    case .end: throw error("the expression ends too early", "a number, a name or a parenthesis")
    default: throw error("an operator without its left side", "a number, a name or a parenthesis")
    }
  }

  private mutating func call(_ name: String, _ start: Int) throws(FortranError) -> FortranKind {
    guard let function = FortranFunction(name) else {
      let isVariable = scope.slot(name) != nil
      throw FortranError(
        offset: start,
        cause: isVariable ? "\(name) is not a function" : "the function \(name) is not supported",
        expected: isVariable ? "an operator" : "an intrinsic function such as EXP, LOG, SQRT, SIN, ABS or MAX")
    }
    try advance()
    var kind = FortranKind.integer
    var count = 0
    repeat {
      let argument = lexer.start
      let other = try equivalence()
      try require(other, isLogical: false, argument)
      if other == .real { kind = .real }
      count += 1
      if count > 1, function.takesMany { code.append(function.instruction(kind)) }
    } while try take(.comma)
    if try !take(.close) { throw error("a parenthesis is not closed", ")") }
    guard function.takesMany ? count >= 2 : count == function.argumentCount else {
      throw FortranError(
        offset: start, cause: "\(name) has \(count) arguments",
        expected: function.takesMany ? "two or more" : "\(function.argumentCount)")
    }
    if !function.takesMany, !function.isIdentity { code.append(function.instruction(kind)) }
    return function.kind(of: kind)
  }
}
