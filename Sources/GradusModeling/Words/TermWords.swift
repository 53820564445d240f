// SPDX-License-Identifier: Apache-2.0

/// Expressions of a five-element model as parts of sentences.
struct TermWords {
  let reader: FiveElementReader
  /// What stands for each index in force, by slot.
  var indices: [Int: String] = [:]

  /// How tightly the words of a term hold together.
  private enum Level: Int { case logic, comparison, sum, product, atom }

  func words(_ term: SyntaxTerm) -> String { told(term).text }

  private func told(_ term: SyntaxTerm) -> (text: String, level: Level) {
    switch term.kind {
    case .number(let value): return (ModelWords.number(value), value < 0 ? .sum : .atom)
    case .element(let element): return (reader.elements.texts[Int(element)], .atom)
    case .local(let slot): return (indices[slot] ?? "it", .atom)
    case .parameter(let i, let subscripts): return (named(reader.parameters[i].name, subscripts), .atom)
    case .variable(let i, let subscripts): return (named(reader.variables[i].name, subscripts), .atom)
    case .sum(let parts): return (chain(parts, .sum, "plus", "minus"), .sum)
    case .product(let parts): return (chain(parts, .product, "times", "divided by"), .product)
    case .power(let base, let exponent): return (power(base, exponent), .atom)
    case .call(let operation, let arguments): return (call(operation, arguments), .atom)
    case .count(let set): return ("the number of \(words(set))", .atom)
    case .fold(let fold, let indexing, let body): return (folded(fold, indexing, body), .product)
    case .conditional(let condition, let first, let second):
      return ("(\(inside(first, .sum)) if \(inside(condition, .comparison)), else \(inside(second, .sum)))", .atom)
    case .comparison(let terms, let signs):
      var text = inside(terms[0], .sum)
      for (term, sign) in zip(terms.dropFirst(), signs) {
        text += text.contains(" is ") && signs.count > 1 ? ", which is" : " is"
        text += " \(Self.words(sign)) \(inside(term, .sum))"
      }
      return (text, .comparison)
    case .and(let terms): return (terms.map { inside($0, .comparison) }.joined(separator: " and "), .logic)
    case .or(let terms): return (terms.map { inside($0, .comparison) }.joined(separator: " or "), .logic)
    case .not(let term): return ("it is not so that \(inside(term, .comparison))", .logic)
    case .implies(let first, let second):
      return ("if \(inside(first, .comparison)), then \(inside(second, .comparison))", .logic)
    case .member(let terms, let set):
      return (
        "\(ModelWords.listed(terms.map(words))) \(terms.count == 1 ? "belongs" : "belong") to \(words(set))",
        .comparison
      )
    }
  }

  /// In brackets where the words around bind more tightly.
  private func inside(_ term: SyntaxTerm, _ level: Level) -> String {
    let (text, own) = told(term)
    return own.rawValue < level.rawValue ? "(\(text))" : text
  }

  private func named(_ name: String, _ subscripts: [SyntaxTerm]) -> String {
    let plain = ModelWords.plain(name)
    return subscripts.isEmpty ? plain : "\(plain) of \(ModelWords.listed(subscripts.map { inside($0, .atom) }))"
  }

  private func chain(_ parts: [SyntaxTerm.Part], _ level: Level, _ word: String, _ flipped: String) -> String {
    var text = ""
    for part in parts {
      let inner = inside(part.term, part.flips || level == .product ? (level == .sum ? .product : .atom) : level)
      if text.isEmpty {
        text = part.flips ? (level == .sum ? "minus \(inner)" : "1 \(flipped) \(inner)") : inner
      } else {
        text += " \(part.flips ? flipped : word) \(inner)"
      }
    }
    return text
  }

  private func power(_ base: SyntaxTerm, _ exponent: SyntaxTerm) -> String {
    if case .number(2) = exponent.kind { return "\(inside(base, .atom)) squared" }
    return "\(inside(base, .atom)) to the power \(inside(exponent, .atom))"
  }

  private func call(_ operation: FormulaOperation, _ arguments: [SyntaxTerm]) -> String {
    let all = ModelWords.listed(arguments.map { inside($0, .sum) })
    switch operation {
    case .minimum: return "the smaller of \(all)"
    case .maximum: return "the larger of \(all)"
    case .absolute: return "the size of \(all)"
    case .squareRoot: return "the square root of \(all)"
    case .exponential: return "e to the power \(arguments.map { inside($0, .atom) }.joined())"
    case .logarithm: return "the natural logarithm of \(all)"
    case .floor: return "\(all) rounded down"
    case .ceiling: return "\(all) rounded up"
    case .round: return "\(all) rounded"
    default: return "\(operation.symbol)(\(arguments.map(words).joined(separator: ", ")))"
    }
  }

  private func folded(_ fold: SyntaxTerm.Fold, _ indexing: SyntaxIndexing, _ body: SyntaxTerm) -> String {
    var inner = self
    let over = inner.enter(indexing, isAlone: indices.isEmpty)
    let what: String
    switch fold {
    case .sum: what = "the sum"
    case .prod: what = "the product"
    case .min: what = "the smallest"
    case .max: what = "the largest"
    }
    return "\(what) over all \(over) of \(inner.inside(body, .product))"
  }

  /// Names the indices and tells what they run over. A lone one is "it" in what follows.
  mutating func enter(_ indexing: SyntaxIndexing, isAlone: Bool) -> String {
    let isIt = isAlone && indexing.slots.count == 1 && indexing.condition == nil
    var parts: [String] = []
    for binder in indexing.binders {
      for (slot, name) in zip(binder.slots, binder.names) { indices[slot] = isIt ? "it" : name }
      let set = words(binder.set)
      parts.append(isIt ? set : "\(ModelWords.listed(binder.names)) in \(set)")
    }
    let condition = indexing.condition.map { " where \(words($0))" } ?? ""
    return ModelWords.listed(parts) + condition
  }

  private func words(_ set: SyntaxSet) -> String {
    switch set {
    case .named(let i): return ModelWords.plain(reader.sets[i].name)
    case .range(let first, let last, let step):
      let by = step.map { " in steps of \(inside($0, .sum))" } ?? ""
      return "\(inside(first, .sum)) to \(inside(last, .sum))\(by)"
    case .listed(let terms): return ModelWords.listed(terms.map(words))
    }
  }

  private static func words(_ sign: SyntaxTerm.Comparison) -> String {
    switch sign {
    case .less: "less than"
    case .lessOrEqual: "at most"
    case .equal: "exactly"
    case .greaterOrEqual: "at least"
    case .greater: "more than"
    case .notEqual: "anything but"
    }
  }
}
