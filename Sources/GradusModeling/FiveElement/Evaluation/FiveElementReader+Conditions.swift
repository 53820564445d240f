// SPDX-License-Identifier: Apache-2.0

/// Comparisons and logic: decided where no variable occurs, conditions elsewhere.
extension FiveElementReader {
  func logic(_ term: SyntaxTerm) throws(ReadError) -> ModelCondition {
    try step(term.offset)
    switch term.kind {
    case .not(let part): return try logic(part).negated
    case .and(let parts): return try joined(parts, deciding: false)
    case .or(let parts): return try joined(parts, deciding: true)
    case .implies(let first, let second):
      let condition = try logic(first)
      if case .constant(let holds) = condition { return holds ? try logic(second) : .constant(true) }
      switch try logic(second) {
      case .constant(let holds): return holds ? .constant(true) : condition.negated
      case let conclusion: return .or([condition.negated, conclusion])
      }
    case .member(let terms, let set): return .constant(try isMember(terms, set, term.offset))
    case .comparison(let terms, let signs):
      var parts: [ModelCondition] = []
      for (k, sign) in signs.enumerated() {
        switch try compared(terms[k], sign, terms[k + 1]) {
        case .constant(true): continue
        case .constant(false): return .constant(false)
        case let part: parts.append(part)
        }
      }
      return parts.isEmpty ? .constant(true) : parts.count == 1 ? parts[0] : .and(parts)
    case .conditional(let condition, let first, let second):
      guard case .constant(let holds) = try logic(condition) else { break }
      return try logic(holds ? first : second)
    default: break
    }
    switch try value(term, .exact) {
    case .truth(let holds): return .constant(holds)
    case .condition(let condition): return condition
    default: throw error(term.offset, "a number where a condition is needed", expected: "a comparison such as a >= 1")
    }
  }

  /// and (`deciding` false) or or (`deciding` true): the first deciding part settles it, so that later ones may be undefined.
  private func joined(_ terms: [SyntaxTerm], deciding: Bool) throws(ReadError) -> ModelCondition {
    var parts: [ModelCondition] = []
    for term in terms {
      switch try logic(term) {
      case .constant(let holds):
        if holds == deciding { return .constant(deciding) }
      case let part: parts.append(part)
      }
    }
    if parts.isEmpty { return .constant(!deciding) }
    return parts.count == 1 ? parts[0] : deciding ? .or(parts) : .and(parts)
  }

  private func isMember(_ terms: [SyntaxTerm], _ set: SyntaxSet, _ offset: Int) throws(ReadError) -> Bool {
    var ids: [Int32] = []
    for term in terms {
      switch try value(term, .exact) {
      case .element(let element): ids.append(element)
      case .number(let number):
        guard let element = elements.find(number) else { return false }
        ids.append(element)
      default: throw error(term.offset, "a formula as an element", expected: "an index or a number")
      }
    }
    if case .named(let i) = set {
      try loadSet(i, from: offset)
      return sets[i].value?.position(of: ids) != nil
    }
    return try members(of: set, offset).members.contains(ids[0])
  }

  private func compared(
    _ left: SyntaxTerm, _ sign: SyntaxTerm.Comparison, _ right: SyntaxTerm
  ) throws(ReadError) -> ModelCondition {
    if !left.hasVariables, !right.hasVariables { return .constant(try holds(left, sign, right)) }
    var sum = TermSum()
    try add(left, weight: 1, .exact, to: &sum)
    try add(right, weight: -1, .exact, to: &sum)
    let body = try node(of: sum, left.offset)
    if let value = model.store.graph.constant(at: body) { return .constant(sign.holds(value, 0)) }
    return .comparison(body: body, sign: sign, offset: left.offset)
  }

  /// Elements that are numbers compare as numbers; names are equal or not, and are ordered as they first appear in the sets.
  private func holds(
    _ left: SyntaxTerm, _ sign: SyntaxTerm.Comparison, _ right: SyntaxTerm
  ) throws(ReadError) -> Bool {
    let (a, b) = (try value(left, .exact), try value(right, .exact))
    let (x, y) = (try comparable(a, left), try comparable(b, right))
    if case .element(let first) = a, case .element(let second) = b,
      x.isNaN || y.isNaN || sign == .equal || sign == .notEqual
    {
      return sign.holds(Double(first), Double(second))
    }
    if x.isNaN || y.isNaN {
      if sign == .equal { return false }
      if sign == .notEqual { return true }
      throw error(left.offset, "a name compared with a number", expected: "two names or two numbers")
    }
    return sign.holds(x, y)
  }

  private func comparable(_ value: ModelValue, _ term: SyntaxTerm) throws(ReadError) -> Double {
    switch value {
    case .number(let number): return number
    case .element(let element): return elements.numbers[Int(element)]
    default: throw error(term.offset, "a condition inside a comparison", expected: "a number or an element")
    }
  }
}
