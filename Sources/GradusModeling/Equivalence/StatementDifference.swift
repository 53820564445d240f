// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

extension ModelDifference {
  /// In what two statements differ, in the names of the first: objective, sets, variables, numbers, constraints, in this
  /// order.
  ///
  /// Partners are found by name, and else by what they hold; names themselves, the names of indices and the order of things are no
  /// difference, nor are both sides of a comparison exchanged together with its sign. What is the same problem in other words may
  /// well differ here: this says what was written, `ModelIsomorphism` what is meant. Cost: linear in the texts and numbers.
  public static func between(_ first: FiveElementStatement, _ second: FiveElementStatement) -> [ModelDifference] {
    let comparison = StatementComparison(first: first, second: second, matching: StatementMatching(first, second))
    return comparison.objective() + comparison.sets() + comparison.variables() + comparison.parameters()
      + comparison.constraints()
  }
}

/// Two statements and which part of one is which of the other.
struct StatementComparison {
  let first: FiveElementStatement
  let second: FiveElementStatement
  let matching: StatementMatching

  typealias Word = StatementMatching.Word

  func objective() -> [ModelDifference] {
    var bound: [String: String] = [:]
    let a = matching.words(first.objective, &bound, isIndexing: false, isSecond: false)
    bound = [:]
    let b = matching.words(second.objective, &bound, isIndexing: false, isSecond: true)
    if first.sense == second.sense { return formula(a, b, at: "objective", isObjective: true) }
    // The best of the negative under the other sense is the same.
    let negatives = [["-", "("] + a.map(\.text) + [")"], ["-"] + a.map(\.text)]
    if negatives.contains(b.map(\.text)) { return [] }
    return [ModelDifference(.objectiveSense, "objective", first.sense.rawValue, second.sense.rawValue)]
      + formula(a, b, at: "objective", isObjective: true)
  }

  func sets() -> [ModelDifference] {
    second.sets.compactMap { set in
      guard let name = matching.sets[set.name], let partner = first.sets.first(where: { $0.name == name }) else {
        return nil
      }
      let elements = set.elements.map { matching.element($0, of: set.name) }
      guard Set(elements) != Set(partner.elements) else { return nil }
      return ModelDifference(
        .elements, name, "\(partner.elements.count) elements", "\(set.elements.count) elements")
    }
  }

  // MARK: Variables

  func variables() -> [ModelDifference] {
    parts(first.variables, second.variables, \.name, matching.variables, .missingVariable, .extraVariable, compared)
  }

  /// Parts of the first without a partner, and then those of the second: what differs from the partner, or that there is none.
  private func parts<Part>(
    _ first: [Part], _ second: [Part], _ name: KeyPath<Part, String>, _ partners: [String: String],
    _ missing: ModelDifference.Kind, _ extra: ModelDifference.Kind, _ compared: (Part, Part) -> [ModelDifference]
  ) -> [ModelDifference] {
    let found = Set(partners.values)
    let lost = first.filter { !found.contains($0[keyPath: name]) }.map { ModelDifference(missing, $0[keyPath: name]) }
    return lost
      + second.flatMap { part in
        guard let partner = first.first(where: { $0[keyPath: name] == partners[part[keyPath: name]] }) else {
          return [ModelDifference(extra, part[keyPath: name])]
        }
        return compared(partner, part)
      }
  }

  private func compared(
    _ a: FiveElementStatement.Variable, _ b: FiveElementStatement.Variable
  ) -> [ModelDifference] {
    if a.over.count != b.over.count {
      return [ModelDifference(.index, a.name, a.over.joined(separator: ", "), b.over.joined(separator: ", "))]
    }
    var found: [ModelDifference] = []
    if a.kind.isWhole != b.kind.isWhole || a.kind.isSemi != b.kind.isSemi {
      found.append(ModelDifference(.integrality, a.name, a.kind.rawValue, b.kind.rawValue))
    }
    let bounds = [(lower(a), lower(b)), (upper(a), upper(b))]
    for (k, (x, y)) in bounds.enumerated() {
      var names: [String: String] = [:]
      for (place, index) in a.indices.enumerated() { names[index] = "#\(place)" }
      let left = matching.words(x, &names, isIndexing: false, isSecond: false)
      names = [:]
      for (place, index) in b.indices.enumerated() { names[index] = "#\(place)" }
      let right = matching.words(y, &names, isIndexing: false, isSecond: true)
      if left.map(\.text) == right.map(\.text) { continue }
      let isUnit =
        number(left).flatMap { x in number(right).flatMap { ModelDifference.unitFactor(from: x, to: $0) } } != nil
      found.append(ModelDifference(isUnit ? .unit : .bound, "\(a.name) (\(k == 0 ? "lower" : "upper"))", x, y))
    }
    return found
  }

  private func number(_ words: [Word]) -> Double? { words.count == 1 ? words[0].number : nil }

  private func lower(_ variable: FiveElementStatement.Variable) -> String {
    variable.kind == .binary ? "0" : variable.lower ?? "-inf"
  }

  private func upper(_ variable: FiveElementStatement.Variable) -> String {
    variable.kind == .binary ? "1" : variable.upper ?? "inf"
  }

  // MARK: Numbers

  func parameters() -> [ModelDifference] {
    parts(
      first.parameters, second.parameters, \.name, matching.parameters, .missingParameter, .extraParameter, compared)
  }

  private func compared(
    _ a: FiveElementStatement.Parameter, _ b: FiveElementStatement.Parameter
  ) -> [ModelDifference] {
    let places = DataPlaces(first, a.over)
    let others = DataPlaces(second, b.over)
    var changes: [(member: [String], old: Double, new: Double)] = []
    for (l, member) in others.members.enumerated() where l < b.values.count {
      let own = zip(member, b.over).flatMap { matching.element($0, of: $1) }
      guard let k = places[own], k < a.values.count else { continue }
      if !NumberClasses.areEqual(a.values[k], b.values[l]) { changes.append((own, a.values[k], b.values[l])) }
    }
    guard let one = changes.first else { return [] }
    let factors = changes.map { ModelDifference.unitFactor(from: $0.old, to: $0.new) }
    let role: ModelDifference.Kind =
      switch first.roles(of: a.name).first {
      case .cost, .constant: .cost
      case .coefficient: .coefficient
      case .bound: .bound
      case .rightHandSide, nil: .rightHandSide
      }
    let isUnit = factors.allSatisfy { $0 != nil }
    let shown = { ModelDifference.shown($0) }
    if changes.count == 1 || a.values.count == 1 {
      let member = one.member.isEmpty ? "" : "[\(one.member.joined(separator: ","))]"
      return [ModelDifference(isUnit ? .unit : role, a.name + member, shown(one.old), shown(one.new))]
    }
    return [
      ModelDifference(
        isUnit ? .unit : role, a.name, changes.prefix(4).map { shown($0.old) }.joined(separator: ", "),
        changes.prefix(4).map { shown($0.new) }.joined(separator: ", "))
    ]
  }

  // MARK: Constraints

  func constraints() -> [ModelDifference] {
    parts(
      first.constraints, second.constraints, \.name, matching.constraints, .missingConstraint, .extraConstraint,
      compared)
  }

  private func compared(
    _ a: FiveElementStatement.Constraint, _ b: FiveElementStatement.Constraint
  ) -> [ModelDifference] {
    let (own, other) = (matching.words(a, isSecond: false), matching.words(b, isSecond: true))
    let head = own.head == other.head ? [] : [ModelDifference(.index, a.name, a.indices, b.indices)]
    return head + relation(own.body, other.body, a.name)
  }

  /// Differences of two comparisons; both may be written from either side.
  private func relation(_ a: [Word], _ b: [Word], _ name: String) -> [ModelDifference] {
    guard let (left, sign, right) = Self.sides(a), let (low, other, high) = Self.sides(b) else {
      return formula(a, b, at: name, isObjective: false)
    }
    let mirror = ["<=": ">=", ">=": "<="][other] ?? other
    let isTurned = left.map(\.text) == high.map(\.text) && right.map(\.text) == low.map(\.text)
    let (sides, relation) = isTurned ? ((high, low), mirror) : ((low, high), other)
    var found: [ModelDifference] = []
    if sign != relation { found.append(ModelDifference(.relation, name, sign, relation)) }
    found += formula(left, sides.0, at: name, isObjective: false)
    found += formula(right, sides.1, at: name, isObjective: false)
    return found
  }

  private static func sides(_ words: [Word]) -> ([Word], String, [Word])? {
    var depth = 0
    var places: [Int] = []
    for (k, word) in words.enumerated() {
      if ["(", "[", "{"].contains(word.text) { depth += 1 }
      if [")", "]", "}"].contains(word.text) { depth -= 1 }
      if depth == 0, ExpressionPieces.comparisons.contains(word.text) { places.append(k) }
    }
    guard places.count == 1, let place = places.first else { return nil }
    return (Array(words[..<place]), words[place].text, Array(words[(place + 1)...]))
  }

  /// Differences of two expressions: other subscripts, other numbers, or another formula.
  private func formula(_ a: [Word], _ b: [Word], at place: String, isObjective: Bool) -> [ModelDifference] {
    let (x, y) = (a.map(\.text), b.map(\.text))
    if x == y { return [] }
    let whole = ModelDifference(.formula, place, x.joined(separator: " "), y.joined(separator: " "))
    guard x.count == y.count else { return [whole] }
    let changes = x.indices.filter { x[$0] != y[$0] }
    if changes.allSatisfy({ a[$0].isIndex && b[$0].isIndex }) || isReordered(a, b, changes) {
      return [ModelDifference(.index, place, whole.first, whole.second)]
    }
    let expression = ExpressionPieces(first.text(at: place))
    let names = first.variables.map(\.name)
    var found: [ModelDifference] = []
    for k in changes {
      guard let old = a[k].number, let new = b[k].number else { return [whole] }
      let isFactor =
        expression.map { pieces in
          pieces.pieces.indices.contains { pieces.pieces[$0].kind == .number(old) && pieces.standsWith(names, at: $0) }
        } ?? false
      let role: ModelDifference.Kind = isObjective ? .cost : isFactor ? .coefficient : .rightHandSide
      found.append(
        ModelDifference(
          ModelDifference.unitFactor(from: old, to: new) == nil ? role : .unit, place, ModelDifference.shown(old),
          ModelDifference.shown(new)))
    }
    return found
  }

  /// The same subscripts in another order, as elements of sets.
  private func isReordered(_ a: [Word], _ b: [Word], _ changes: [Int]) -> Bool {
    guard changes.count > 1, changes.allSatisfy({ a[$0].number == nil && b[$0].number == nil }) else { return false }
    let symbols = Set(first.parameters.map(\.name) + first.variables.map(\.name) + first.sets.map(\.name))
    let words = changes.map { a[$0].text }
    return words.sorted() == changes.map { b[$0].text }.sorted()
      && words.allSatisfy {
        !symbols.contains($0) && $0.utf8.first.map { ExpressionLexer.isNameStart($0) || $0 == 0x23 } == true
      }
  }
}

extension FiveElementStatement {
  /// The expression of a constraint, or that of the objective.
  fileprivate func text(at place: String) -> String {
    constraints.first { $0.name == place }?.text ?? (place == "objective" ? objective : "")
  }
}

extension FiveElementStatement.Variable.Kind {
  var isWhole: Bool { self == .integer || self == .binary || self == .semiinteger }
  var isSemi: Bool { self == .semicontinuous || self == .semiinteger }
}
