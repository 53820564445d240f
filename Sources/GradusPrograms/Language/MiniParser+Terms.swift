// SPDX-License-Identifier: Apache-2.0

extension MiniParser {
  /// A term whose operators bind at least this tightly.
  mutating func term(_ precedence: Int = 1) throws(MiniError) -> MiniTerm {
    try enter()
    var left = try prefixed()
    while case .symbol(let symbol) = token.kind, let op = MiniOperator(rawValue: symbol), op.precedence >= precedence {
      let place = token.place
      advance()
      left = MiniTerm(.binary(op, left, try term(op.precedence + 1)), at: place)
      guard left.depth <= MiniProgram.nestingLimit else { throw tooDeep(place) }
    }
    leave()
    return left
  }

  private mutating func prefixed() throws(MiniError) -> MiniTerm {
    let place = token.place
    if skip("-") {
      // A sign before digits belongs to the literal: the smallest Int has no positive twin.
      if case .whole(let digits) = token.kind { return try suffixed(whole("-" + digits, place), place) }
      if case .real(let value) = token.kind {
        advance()
        return MiniTerm(.float(-value), at: place)
      }
      try enter()
      let inner = try prefixed()
      leave()
      return MiniTerm(.negated(inner), at: place)
    }
    if skip("!") {
      try enter()
      let inner = try prefixed()
      leave()
      return MiniTerm(.not(inner), at: place)
    }
    return try suffixed(primary(), place)
  }

  private mutating func whole(_ text: String, _ place: MiniPlace) throws(MiniError) -> MiniTerm {
    guard let value = Int(text) else {
      throw MiniError(
        place, "the number \(text.prefix(24)) is too large",
        remedy: "Int has 64 bits; write a Float as \(text.prefix(3)).0")
    }
    advance()
    return MiniTerm(.int(value), at: place)
  }

  private mutating func suffixed(_ base: MiniTerm, _ place: MiniPlace) throws(MiniError) -> MiniTerm {
    var result = base
    while token.kind == .symbol("[") {
      let at = token.place
      advance()
      result = MiniTerm(.index(result, try term()), at: at)
      try expect("]", "after the index")
      guard result.depth <= MiniProgram.nestingLimit else { throw tooDeep(at) }
    }
    return result
  }

  private mutating func primary() throws(MiniError) -> MiniTerm {
    let place = token.place
    switch token.kind {
    case .whole(let digits): return try whole(digits, place)
    case .real(let value):
      advance()
      return MiniTerm(.float(value), at: place)
    case .text(let text):
      advance()
      return MiniTerm(.string(text), at: place)
    case .word("true"), .word("false"):
      let value = token.kind == .word("true")
      advance()
      return MiniTerm(.bool(value), at: place)
    case .word:
      let own = try name("a value")
      return token.kind == .symbol("(") ? try call(own, place) : MiniTerm(.variable(own), at: place)
    case .symbol("("):
      advance()
      let inner = try term()
      try expect(")", "to close the parenthesis")
      return inner
    case .symbol("["):
      advance()
      let items = try items(until: "]")
      return MiniTerm(.list(items), at: place)
    default: throw unexpected("a value: a number, a text, a list, a variable, a call")
    }
  }

  /// The call of a function whose name has been read.
  mutating func call(_ name: String, _ place: MiniPlace) throws(MiniError) -> MiniTerm {
    advance()
    return MiniTerm(.call(name, try items(until: ")")), at: place)
  }

  private mutating func items(until close: String) throws(MiniError) -> [MiniTerm] {
    var items: [MiniTerm] = []
    while token.kind != .symbol(close) {
      items.append(try term())
      if !skip(",") { break }
    }
    try expect(close, "or ',' after a value")
    return items
  }
}
