// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Objectives and constraints.
extension FiveElementReader {
  func readObjective(_ minimize: DocumentNode.Entry?, _ maximize: DocumentNode.Entry?) throws(ReadError) {
    if let minimize, let maximize {
      let second = max(minimize.key.offset, maximize.key.offset)
      throw source.error(at: second, "both minimize and maximize", expected: "one of them; maximize f is minimize -(f)")
    }
    guard let entry = minimize ?? maximize else { return }
    var node = entry.value
    if case .sequence(let items) = node.content {
      guard items.count == 1 else {
        throw source.error(
          at: items.count > 1 ? items[1].offset : node.offset, "\(items.count) objectives",
          expected: "one: no method takes several objectives from a model file yet; weigh them in one sum")
      }
      node = items[0]
    }
    var name = "objective"
    if case .mapping(let entries) = node.content {
      guard entries.count == 1 else {
        throw source.error(
          at: entries.count > 1 ? entries[1].key.offset : node.offset, "\(entries.count) objectives",
          expected: "one: no method takes several objectives from a model file yet; weigh them in one sum")
      }
      name = entries[0].key.text
      node = entries[0].value
    }
    guard let scalar = node.scalar else {
      throw source.error(at: node.offset, "the objective is \(node.what)", expected: "an expression")
    }
    context = "the objective"
    slots = []
    var parser = try self.parser(scalar)
    let term = try parser.whole()
    _ = try unitsOf(term)
    var sum = TermSum()
    let sense: Sense = minimize == nil ? .maximize : .minimize
    try add(term, weight: 1, sense == .minimize ? .over : .under, to: &sum)
    let formula = Formula(model.store, try self.node(of: sum, scalar.offset))
    if sense == .minimize { model.minimize(formula, name) } else { model.maximize(formula, name) }
    context = ""
  }

  func readConstraints(_ section: DocumentNode) throws(ReadError) {
    var seen = Set<String>()
    for entry in try entries(section, "subject to") {
      slots = []
      context = ""
      var key = entry.key
      key.comment = nil
      var keyParser = try self.parser(key)
      guard case .name(let name) = keyParser.token.kind else {
        throw keyParser.error("found \(keyParser.token.shown)", expected: "the name of a constraint")
      }
      keyParser.next += 1
      guard seen.insert(name).inserted else {
        throw source.error(at: key.offset, "the constraint \(name) stands twice", expected: "different names")
      }
      var indexing = SyntaxIndexing()
      let bracket = keyParser.offset
      if keyParser.take(.openBracket) {
        guard keyParser.isIndexingAhead else {
          throw keyParser.error("found \(keyParser.token.shown)", expected: "\(name)[i in SET]")
        }
        indexing = try keyParser.indexing()
        try keyParser.require(.closeBracket, "behind the indices")
      }
      try keyParser.requireEnd()
      guard let scalar = entry.value.scalar else {
        throw source.error(
          at: entry.value.offset, "the constraint \(name) is \(entry.value.what)",
          expected: "an expression such as a <= b")
      }
      var parser = try self.parser(scalar, locals: indexing.names)
      let term = try parser.whole()
      _ = try unitsOf(term)
      let isSingle = indexing.binders.isEmpty
      try forEach(indexing, bracket) { () throws(ReadError) in
        let member = isSingle ? "" : "[\(shown(indexing.slots.map { slots[$0] }))]"
        context = name + member
        try addRow(term, name + member)
      }
      context = ""
    }
  }

  // MARK: One row

  private func addRow(_ term: SyntaxTerm, _ name: String) throws(ReadError) {
    guard case .comparison(let terms, let signs) = term.kind else {
      switch try value(term, .under) {
      case .truth(let holds): require(ModelCondition.constant(holds), name)
      case .condition(let condition): try enforce(condition, name, term.offset)
      default:
        throw error(term.offset, "the constraint compares nothing", expected: "<=, >= or == between two sides")
      }
      return
    }
    if signs.contains(.notEqual) {
      guard case .condition(let condition) = try value(term, .exact) else {
        return require(.constant(try truth(term)), name)
      }
      return try enforce(condition, name, term.offset)
    }
    if let strict = signs.first(where: \.isStrict) {
      throw error(
        term.offset, "the strict sign \(strict.rawValue) in a constraint",
        expected: "\(strict.rawValue)= : the boundary belongs to it")
    }
    if signs.count == 1 { return try addComparison(terms[0], signs[0], terms[1], name) }
    guard signs.count == 2, signs[0] == signs[1], signs[0] != .equal else {
      throw error(term.offset, "a chain of \(signs.count) comparisons", expected: "low <= formula <= high")
    }
    if !terms[0].hasVariables, !terms[2].hasVariables {
      let ends = (try side(terms[0]), try side(terms[2]))
      let (low, high) = signs[0] == .lessOrEqual ? ends : (ends.1, ends.0)
      var sum = TermSum()
      try add(terms[1], weight: 1, .exact, to: &sum)
      try require(sum, from: low, to: high, name, term.offset)
    } else {
      try addComparison(terms[0], signs[0], terms[1], name + ".1")
      try addComparison(terms[1], signs[1], terms[2], name + ".2")
    }
  }

  private func addComparison(
    _ left: SyntaxTerm, _ sign: SyntaxTerm.Comparison, _ right: SyntaxTerm, _ name: String
  ) throws(ReadError) {
    let exactness: Exactness = sign == .equal ? .exact : sign == .lessOrEqual ? .over : .under
    var sum = TermSum()
    var number = 0.0
    if right.hasVariables {
      try add(left, weight: 1, exactness, to: &sum)
      try add(right, weight: -1, exactness.scaled(by: -1), to: &sum)
    } else {
      try add(left, weight: 1, exactness, to: &sum)
      number = try side(right)
    }
    try require(
      sum, from: sign == .lessOrEqual ? -.infinity : number, to: sign == .greaterOrEqual ? .infinity : number, name,
      left.offset)
  }

  /// A side without variables; infinite ones mean none.
  private func side(_ term: SyntaxTerm) throws(ReadError) -> Double { try number(term) }

  private func require(
    _ sum: TermSum, from low: Double, to high: Double, _ name: String, _ offset: Int
  ) throws(ReadError) {
    guard low < .infinity, high > -.infinity else {
      throw error(offset, "a side at the wrong infinity", expected: "a finite number")
    }
    // The constant goes to the sides by the assembler; a row of numbers alone stays, so that its name can be blamed.
    let body = Formula(model.store, try node(of: sum, offset))
    model.require(Relation(body, from: low, to: high), name)
  }

  /// A row without variables that holds or does not.
  private func require(_ condition: ModelCondition, _ name: String) {
    guard case .constant(let holds) = condition else { return }
    model.require(Relation(Formula(holds ? 1 : 0), from: 1), name)
  }
}
