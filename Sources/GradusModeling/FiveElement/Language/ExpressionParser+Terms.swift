// SPDX-License-Identifier: Apache-2.0

/// Arithmetic, names and functions.
extension ExpressionParser {
  mutating func additive() throws(ReadError) -> SyntaxTerm {
    let start = offset
    var parts: [SyntaxTerm.Part] = []
    var flips = false
    if take(.minus) { flips = true } else { _ = take(.plus) }
    while true {
      parts.append(SyntaxTerm.Part(flips: flips, term: try product()))
      if take(.plus) {
        flips = false
      } else if take(.minus) {
        flips = true
      } else {
        break
      }
    }
    if parts.count == 1, !parts[0].flips { return parts[0].term }
    return SyntaxTerm(offset: start, kind: .sum(parts))
  }

  mutating func product() throws(ReadError) -> SyntaxTerm {
    let start = offset
    var parts: [SyntaxTerm.Part] = []
    var flips = false
    while true {
      parts.append(SyntaxTerm.Part(flips: flips, term: try factor()))
      if take(.times) {
        flips = false
      } else if take(.over) {
        flips = true
      } else {
        break
      }
    }
    return parts.count == 1 ? parts[0].term : SyntaxTerm(offset: start, kind: .product(parts))
  }

  private mutating func factor() throws(ReadError) -> SyntaxTerm {
    let start = offset
    let isNegative = isSign(.minus)
    if isNegative || isSign(.plus) {
      try descend()
      defer { depth -= 1 }
      next += 1
      let term = try factor()
      return isNegative ? SyntaxTerm(offset: start, kind: .sum([SyntaxTerm.Part(flips: true, term: term)])) : term
    }
    let base = try primary()
    guard take(.power) else { return base }
    try descend()
    defer { depth -= 1 }
    return SyntaxTerm(offset: start, kind: .power(base, try factor()))
  }

  private mutating func primary() throws(ReadError) -> SyntaxTerm {
    let start = offset
    let first = token
    switch first.kind {
    case .number(let value):
      next += 1
      return SyntaxTerm(offset: start, kind: .number(value))
    case .keyword(.inf):
      next += 1
      return SyntaxTerm(offset: start, kind: .number(.infinity))
    case .text(let text):
      next += 1
      return SyntaxTerm(offset: start, kind: .element(scope.intern(text)))
    case .sign(.open):
      next += 1
      let term = try expression()
      try require(.close, "to close the bracket")
      return term
    case .keyword(.sum), .keyword(.prod), .keyword(.min), .keyword(.max): return try foldOrFunction()
    case .keyword(.if):
      throw error("an if inside an expression without brackets", expected: "(if … then … else …)")
    case .name(let name):
      next += 1
      return isSign(.open) && !locals.contains(name) ? try function(name, first) : try reference(name, first)
    default:
      throw error(
        first.kind == .end ? "the expression ends too early" : "found \(first.shown)",
        expected: "a number, a name or a bracket")
    }
  }

  // MARK: Functions

  static let functions: [String: FormulaOperation] = {
    var table: [String: FormulaOperation] = [:]
    let hidden: Set<FormulaOperation> = [.square, .constantPower, .not, .and, .or, .conditional]
    for operation in FormulaOperation.allCases where !hidden.contains(operation) && !operation.isLogical {
      if let first = operation.symbol.utf8.first, ExpressionLexer.isNameStart(first) {
        table[operation.symbol] = operation
      }
    }
    return table
  }()

  private mutating func function(_ name: String, _ place: ExpressionToken) throws(ReadError) -> SyntaxTerm {
    let start = scalar.source(of: place.start)
    next += 1
    if name == "card" {
      let set = try self.set()
      try require(.close, "behind the set")
      return SyntaxTerm(offset: start, kind: .count(set))
    }
    guard let operation = Self.functions[name] else {
      if scope.symbol(name) != nil {
        throw error("\(name) is no function", expected: "\(name)[…] for a member", at: place)
      }
      let near = NearestName.of(name, in: Self.functions.keys.sorted() + ["sum", "prod", "min", "max", "card"])
      throw error(
        "the function \(name) is unknown",
        expected: near.map { "\($0) (did you mean that?)" } ?? "one of "
          + Self.functions.keys.sorted().joined(separator: ", "), at: place)
    }
    let arguments = try self.arguments()
    let wanted = operation.arity ?? 1
    guard arguments.count == wanted || (wanted == 2 && arguments.count > 2 && operation.isExtremum) else {
      throw error(
        "\(name) has \(arguments.count) arguments", expected: wanted == 1 ? "one" : "\(wanted)", at: place)
    }
    return SyntaxTerm(offset: start, kind: .call(operation, arguments))
  }

  private mutating func arguments() throws(ReadError) -> [SyntaxTerm] {
    var arguments = [try expression()]
    while take(.comma) { arguments.append(try expression()) }
    try require(.close, "behind the arguments")
    return arguments
  }

  private mutating func foldOrFunction() throws(ReadError) -> SyntaxTerm {
    let start = offset
    let place = token
    next += 1
    guard isSign(.open) else { throw error("found \(token.shown)", expected: "\"(\" behind \(place.shown)") }
    next += 1
    if !isIndexingAhead {
      guard place.kind == .keyword(.min) || place.kind == .keyword(.max) else {
        throw error("\(place.shown) without indices", expected: "\(place.shown)(i in SET) and a term", at: place)
      }
      let arguments = try self.arguments()
      guard arguments.count > 1 else {
        throw error("\(place.shown) of one argument", expected: "two or more, or indices", at: place)
      }
      let operation: FormulaOperation = place.kind == .keyword(.min) ? .minimum : .maximum
      return SyntaxTerm(offset: start, kind: .call(operation, arguments))
    }
    try descend()
    defer { depth -= 1 }
    let outer = locals
    let indexing = try self.indexing()
    try require(.close, "behind the indices")
    let body = try product()
    locals = outer
    let fold = SyntaxTerm.Fold(rawValue: place.shown) ?? .sum
    return SyntaxTerm(offset: start, kind: .fold(fold, indexing, body))
  }

  // MARK: Names

  private mutating func reference(_ name: String, _ place: ExpressionToken) throws(ReadError) -> SyntaxTerm {
    let start = scalar.source(of: place.start)
    if let slot = locals.lastIndex(of: name) {
      if isSign(.openBracket) { throw error("the index \(name) has no members", expected: "\(name) alone", at: place) }
      return SyntaxTerm(offset: start, kind: .local(slot))
    }
    guard let symbol = scope.symbol(name) else {
      if let element = scope.element(name), !isSign(.openBracket) {
        return SyntaxTerm(offset: start, kind: .element(element))
      }
      if Self.functions[name] != nil { throw error("found \(token.shown)", expected: "\"(\" behind \(name)") }
      throw unknown(name, place)
    }
    let arity = try scope.arity(of: symbol, at: start)
    if case .set = symbol {
      throw error("\(name) is a set", expected: "card(\(name)), or an index over it", at: place)
    }
    var subscripts: [SyntaxTerm] = []
    let bracket = token
    if take(.openBracket) {
      try descend()
      defer { depth -= 1 }
      repeat { subscripts.append(try additive()) } while take(.comma)
      try require(.closeBracket, "behind the subscripts")
    }
    guard subscripts.count == arity else {
      let wanted = arity == 0 ? "\(name) alone" : "\(name)[…] with \(arity) subscript\(arity == 1 ? "" : "s")"
      throw error(
        "\(name) has \(arity == 0 ? "no" : "\(arity)") subscript\(arity == 1 ? "" : "s"), not \(subscripts.count)",
        expected: wanted, at: subscripts.isEmpty ? place : bracket)
    }
    switch symbol {
    case .variable(let index): return SyntaxTerm(offset: start, kind: .variable(index, subscripts))
    case .parameter(let index), .set(let index):
      return SyntaxTerm(offset: start, kind: .parameter(index, subscripts))
    }
  }

  func unknown(_ name: String, _ place: ExpressionToken) -> ReadError {
    let near = NearestName.of(name, in: locals + scope.knownNames)
    return error(
      "the name \(name.prefix(60)) is unknown",
      expected: near.map { "\($0) (did you mean that?)" } ?? "an index, a parameter, a variable or an element",
      at: place)
  }
}

extension FormulaOperation {
  var isExtremum: Bool { self == .minimum || self == .maximum }
}
