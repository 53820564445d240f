// SPDX-License-Identifier: Apache-2.0

/// Sets and indices.
extension ExpressionParser {
  /// True where `i in` or `(i, j) in` begins.
  var isIndexingAhead: Bool {
    if case .name = token.kind { return isKeyword(.in, ahead: 1) }
    guard isSign(.open) else { return false }
    var i = next + 1
    while i + 1 < tokens.count, case .name = tokens[i].kind {
      if tokens[i + 1].kind == .sign(.comma) {
        i += 2
      } else {
        return tokens[i + 1].kind == .sign(.close) && i + 2 < tokens.count && tokens[i + 2].kind == .keyword(.in)
      }
    }
    return false
  }

  /// `i in I, (j, k) in ARCS where condition`; the names stay in force until the caller takes them back.
  mutating func indexing() throws(ReadError) -> SyntaxIndexing {
    var result = SyntaxIndexing()
    repeat { result.binders.append(try binder()) } while take(.comma)
    if take(.where) { result.condition = try expression() }
    return result
  }

  mutating func binder() throws(ReadError) -> SyntaxIndexing.Binder {
    let start = offset
    var names: [String] = []
    let place = token
    if take(.open) {
      repeat { names.append(try indexName()) } while take(.comma)
      try require(.close, "behind the indices")
    } else {
      names.append(try indexName())
    }
    try require(.in, "and a set behind the index")
    let set = try self.set()
    let arity = try self.arity(of: set)
    guard arity == names.count else {
      throw error(
        "the set has \(arity) subscript\(arity == 1 ? "" : "s"), and \(names.count) indices stand here",
        expected: arity == 1 ? "one index" : "(i, j, …) with \(arity) indices", at: place)
    }
    let first = locals.count
    locals += names
    return SyntaxIndexing.Binder(slots: first..<locals.count, names: names, set: set, offset: start)
  }

  private mutating func indexName() throws(ReadError) -> String {
    guard case .name(let name) = token.kind else {
      throw error("found \(token.shown)", expected: "the name of an index")
    }
    if locals.contains(name) { throw error("the index \(name) is taken", expected: "another name") }
    if scope.symbol(name) != nil { throw error("\(name) is declared already", expected: "another name for the index") }
    next += 1
    return name
  }

  /// The name of a set, `first..last`, or `{a, b}`.
  mutating func set() throws(ReadError) -> SyntaxSet {
    if case .name(let name) = token.kind, case .set(let index) = scope.symbol(name) {
      next += 1
      return .named(index)
    }
    if take(.openBrace) {
      var terms: [SyntaxTerm] = []
      if !isSign(.closeBrace) {
        repeat { terms.append(try additive()) } while take(.comma)
      }
      try require(.closeBrace, "behind the elements")
      return .listed(terms)
    }
    if case .name(let name) = token.kind, scope.symbol(name) == nil, !locals.contains(name), !isSign(.open, ahead: 1) {
      let near = NearestName.of(name, in: scope.knownNames)
      throw error(
        "the set \(name.prefix(60)) is unknown",
        expected: near.map { "\($0) (did you mean that?)" } ?? "the name of a set, or first..last")
    }
    let first = try additive()
    guard take(.range) else { throw error("found \(token.shown)", expected: "the name of a set, or first..last") }
    let last = try additive()
    return .range(first, last, step: take(.by) ? try additive() : nil)
  }

  func arity(of set: SyntaxSet) throws(ReadError) -> Int {
    guard case .named(let index) = set else { return 1 }
    return try scope.arity(of: .set(index), at: offset)
  }
}
