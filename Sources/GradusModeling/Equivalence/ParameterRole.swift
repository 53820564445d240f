// SPDX-License-Identifier: Apache-2.0

/// What the numbers of a parameter do in a statement.
public enum ParameterRole: String, Sendable, Codable, Hashable, CaseIterable {
  /// With a variable in the objective; alone there; with a variable in a constraint; alone in a constraint; in a bound.
  case cost, constant, coefficient, rightHandSide, bound
}

extension FiveElementStatement {
  /// The roles of a parameter, without repetition, in the order of `ParameterRole`. Cost: one look at every expression.
  public func roles(of parameter: String) -> [ParameterRole] {
    let names = variables.map(\.name)
    var found: Set<ParameterRole> = []
    func look(_ text: String, with: ParameterRole, alone: ParameterRole) {
      guard text.contains(parameter), let expression = ExpressionPieces(text) else { return }
      for place in expression.pieces.indices where expression.pieces[place].name == parameter {
        found.insert(expression.standsWith(names, at: place) ? with : alone)
      }
    }
    look(objective, with: .cost, alone: .constant)
    for constraint in constraints { look(constraint.text, with: .coefficient, alone: .rightHandSide) }
    for variable in variables {
      for bound in [variable.lower, variable.upper].compactMap({ $0 }) { look(bound, with: .bound, alone: .bound) }
    }
    return ParameterRole.allCases.filter { found.contains($0) }
  }
}

extension ExpressionPieces {
  /// True when one of the names is a factor of a term that holds the piece at `place`.
  package func standsWith(_ names: [String], at place: Int) -> Bool {
    let partners = partners
    var inner = place...place
    while true {
      let term = term(around: inner, partners)
      for k in term where !inner.contains(k) {
        if let name = pieces[k].name, names.contains(name) { return true }
      }
      let open = term.lowerBound - 1
      guard open >= 0, pieces[open].sign == "(", let close = partners[open], close >= term.upperBound else {
        return false
      }
      inner = open...close
    }
  }

  /// The pieces around a group up to signs that end a product, brackets taken whole.
  private func term(around group: ClosedRange<Int>, _ partners: [Int?]) -> ClosedRange<Int> {
    func ends(_ k: Int) -> Bool {
      if let sign = pieces[k].sign { return ["+", "-", ",", ".."].contains(sign) || Self.comparisons.contains(sign) }
      if let word = pieces[k].keyword {
        return ["if", "then", "else", "and", "or", "not", "implies", "where", "in"].contains(word)
      }
      return false
    }
    var low = group.lowerBound
    while low > 0, !ends(low - 1) {
      guard let partner = partners[low - 1] else {
        low -= 1
        continue
      }
      if partner > low - 1 { break }
      low = partner
    }
    var high = group.upperBound
    while high + 1 < pieces.count, !ends(high + 1) {
      guard let partner = partners[high + 1] else {
        high += 1
        continue
      }
      if partner < high + 1 { break }
      high = partner
    }
    return low...high
  }
}
