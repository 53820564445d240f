// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusModeling
public import GradusNumerics

/// The same problem in other words. For tests of what should see that it is the same.
public enum HarmlessRewriting: String, Sendable, Codable, Hashable, CaseIterable {
  /// Other names for sets, elements, parameters, variables, indices and constraints.
  case renaming
  /// Another order of sets, elements, parameters, variables and constraints.
  case permutation
  /// A constraint times a positive number.
  case scaledRow
  /// a ≥ b as b ≤ a, or as −a ≤ −b.
  case turnedRelation
  /// The bounds of a variable as constraints.
  case boundsAsRows
  /// max f as min −f.
  case negatedObjective
  case duplicatedRow
  /// A constraint that the bounds imply.
  case redundantRow

  /// The statement rewritten at a random place; nil where it has no place for this.
  ///
  /// **Law** The problem stays the same, with the same optimum in its canonical sense. Elements that are numbers keep their names,
  /// for they may take part in arithmetic; elements keep their order where conditions may compare them. Cost: linear in the texts.
  public func applied(to statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement? {
    switch self {
    case .renaming: return StatementRenaming(statement, &stream).renamed(statement)
    case .permutation: return permuted(statement, &stream)
    case .negatedObjective:
      var result = statement
      result.sense = statement.sense.opposite
      result.objective = "-(\(statement.objective))"
      return result
    case .duplicatedRow:
      guard !statement.constraints.isEmpty else { return nil }
      var copy = statement.constraints[stream.integer(below: statement.constraints.count)]
      copy.name = Self.freeName("again", statement)
      var result = statement
      result.constraints.insert(copy, at: stream.integer(below: statement.constraints.count + 1))
      return result
    case .scaledRow, .turnedRelation: return rewrittenRow(statement, &stream)
    case .boundsAsRows: return boundsAsRows(statement, &stream)
    case .redundantRow: return redundantRow(statement, &stream)
    }
  }

  private func permuted(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement {
    var result = statement
    func shuffled<Item>(_ items: [Item]) -> [Item] { stream.permutation(items.count).map { items[$0] } }
    result.sets = shuffled(statement.sets)
    result.parameters = shuffled(statement.parameters)
    result.variables = shuffled(statement.variables)
    result.constraints = shuffled(statement.constraints)
    guard !Self.hasWord(["where", "if"], statement) else { return result }
    for k in result.sets.indices { result.sets[k].elements = shuffled(result.sets[k].elements) }
    for k in result.parameters.indices {
      let old = DataPlaces(statement, result.parameters[k].over)
      let values = result.parameters[k].values
      result.parameters[k].values = DataPlaces(result, result.parameters[k].over).members.map { member in
        old[member.flatMap { $0 }].flatMap { values.indices.contains($0) ? values[$0] : nil } ?? .nan
      }
    }
    return result
  }

  private func rewrittenRow(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement? {
    let rows = statement.constraints.indices.filter { k in
      let sign = ExpressionPieces(statement.constraints[k].text)?.sides?.sign
      return self == .scaledRow ? sign != nil : sign == "<=" || sign == ">="
    }
    guard !rows.isEmpty else { return nil }
    let row = rows[stream.integer(below: rows.count)]
    guard let sides = ExpressionPieces(statement.constraints[row].text)?.sides else { return nil }
    let (left, right) = (sides.left.text, sides.right.text)
    var result = statement
    if self == .scaledRow {
      let factor = ["2", "3", "0.5", "10", "0.7"][stream.integer(below: 5)]
      result.constraints[row].text = "\(factor) * (\(left)) \(sides.sign) \(factor) * (\(right))"
    } else {
      let mirror = sides.sign == "<=" ? ">=" : "<="
      let isNegated = stream.integer(below: 2) == 0
      result.constraints[row].text =
        isNegated ? "-(\(left)) \(mirror) -(\(right))" : "\(right) \(mirror) \(left)"
    }
    return result
  }

  /// Indices for all subscripts of a variable: `k1 in I, (k2, k3) in ARC`, and its member.
  private static func indexing(
    _ variable: FiveElementStatement.Variable, _ statement: FiveElementStatement
  ) -> (indices: String, member: String)? {
    var binders: [String] = []
    var names: [String] = []
    for set in variable.over {
      guard let arity = statement.sets.first(where: { $0.name == set })?.elements.first?.count else { return nil }
      let own = (0..<arity).map { freeName("k\(names.count + $0 + 1)", statement) }
      names += own
      binders.append("\(arity == 1 ? own[0] : "(\(own.joined(separator: ", ")))") in \(ExpressionPieces.written(set))")
    }
    let name = ExpressionPieces.written(variable.name)
    return (binders.joined(separator: ", "), names.isEmpty ? name : "\(name)[\(names.joined(separator: ","))]")
  }

  private func boundsAsRows(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement? {
    // Logic takes its big-M numbers from bounds, and would be refused or rewritten with others.
    guard !Self.hasWord(["if", "and", "or", "not", "implies", "min", "max", "abs"], statement) else { return nil }
    let places = statement.variables.indices.filter { k in
      let variable = statement.variables[k]
      return (variable.kind == .continuous || variable.kind == .integer) && variable.indices.isEmpty
        && (variable.lower != nil || variable.upper != nil)
    }
    guard !places.isEmpty else { return nil }
    let place = places[stream.integer(below: places.count)]
    let variable = statement.variables[place]
    guard let (indices, member) = Self.indexing(variable, statement) else { return nil }
    var result = statement
    result.variables[place].lower = nil
    result.variables[place].upper = nil
    if let lower = variable.lower, lower != "-inf" {
      result.constraints.append(.init(Self.freeName("atLeast", result), for: indices, "\(member) >= \(lower)"))
    }
    if let upper = variable.upper, upper != "inf" {
      result.constraints.append(.init(Self.freeName("atMost", result), for: indices, "\(member) <= \(upper)"))
    }
    return result
  }

  private func redundantRow(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> FiveElementStatement? {
    let places = statement.variables.indices.filter { bounds(statement.variables[$0]) != nil }
    guard !places.isEmpty else { return nil }
    let variable = statement.variables[places[stream.integer(below: places.count)]]
    guard let bound = bounds(variable), let (indices, member) = Self.indexing(variable, statement),
      let count = statement.count(over: variable.over)
    else { return nil }
    let sum = indices.isEmpty ? member : "sum(\(indices)) \(member)"
    let total = Double(count) * bound.value + (bound.isUpper ? 1 : -1)
    var result = statement
    result.constraints.append(
      .init(Self.freeName("anyway", statement), "\(sum) \(bound.isUpper ? "<=" : ">=") \(total)"))
    return result
  }

  /// A finite bound that is a number; of binary variables, 1.
  private func bounds(_ variable: FiveElementStatement.Variable) -> (value: Double, isUpper: Bool)? {
    if variable.kind == .binary { return (1, true) }
    guard variable.kind == .continuous || variable.kind == .integer else { return nil }
    if let upper = variable.upper.flatMap({ Double($0) }), abs(upper) < 1e12 { return (upper, true) }
    if let lower = variable.lower.flatMap({ Double($0) }), abs(lower) < 1e12 { return (lower, false) }
    return nil
  }

  /// The name, or with a number behind it, that nothing in the statement has.
  static func freeName(_ name: String, _ statement: FiveElementStatement) -> String {
    let texts = statement.constraints.map { "\($0.indices) \($0.text) \($0.name)" } + [statement.objective]
    let names =
      statement.sets.map(\.name) + statement.sets.flatMap { $0.elements.flatMap { $0 } }
      + statement.parameters.map(\.name) + statement.variables.map(\.name)
    func isFree(_ name: String) -> Bool { !names.contains(name) && !texts.contains { $0.contains(name) } }
    var free = name
    var k = 1
    while !isFree(free) {
      k += 1
      free = "\(name)_\(k)"
    }
    return free
  }

  /// True where one of the words stands in an expression.
  private static func hasWord(_ words: [String], _ statement: FiveElementStatement) -> Bool {
    let texts = statement.constraints.flatMap { [$0.indices, $0.text] } + [statement.objective]
    return texts.contains { text in
      // What is cut into no words may hold anything.
      guard let expression = ExpressionPieces(text) else { return true }
      return expression.pieces.contains { piece in
        (piece.keyword ?? piece.name).map { words.contains($0) } ?? false
      }
    }
  }
}
