// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusModeling
public import GradusNumerics

/// One mistake in a statement, as those make who turn words into models. For tests of what should find it.
public enum ModelMutation: String, Sendable, Codable, Hashable, CaseIterable {
  /// One number that stands with a variable in a constraint; alone in a constraint; with a variable in the objective: times 1.3.
  case coefficient, rightHandSide, cost
  case droppedConstraint, objectiveSense
  /// ≤ becomes ≥ and the other way round, = becomes ≤.
  case relation
  /// Whole numbers become any numbers; any numbers become whole.
  case lostIntegrality, addedIntegrality
  /// Two subscripts exchanged, or one replaced by another index in force.
  case index
  /// All numbers of one parameter times 1000, 1/1000, 60, 24, 7, 12 or 100.
  case unit

  /// A statement with a mistake, and what `ModelDifference` should call it.
  public struct Result: Sendable, Codable, Hashable {
    public var statement: FiveElementStatement
    public var kind: ModelDifference.Kind
    /// The parameter, constraint or variable; `objective` for the objective.
    public var place: String
  }

  /// The statement with this mistake at a random place; nil where it has no place for it.
  ///
  /// Numbers that are 0 stay out of it. Whether the problem is another one is not examined, except that subscripts are only
  /// exchanged where the result is a model with other rows. Cost: linear in the texts; for `index`, that of reading the model for
  /// each attempt.
  public func applied(to statement: FiveElementStatement, _ stream: inout RandomStream) -> Result? {
    switch self {
    case .coefficient: number(statement, .coefficient, .coefficient, &stream)
    case .rightHandSide: number(statement, .rightHandSide, .rightHandSide, &stream)
    case .cost: number(statement, .cost, .cost, &stream)
    case .droppedConstraint: dropped(statement, &stream)
    case .objectiveSense: turned(statement)
    case .relation: relation(statement, &stream)
    case .lostIntegrality, .addedIntegrality: integrality(statement, &stream)
    case .index: SubscriptMutation(statement).applied(&stream)
    case .unit: unit(statement, &stream)
    }
  }

  private func number(
    _ statement: FiveElementStatement, _ role: ParameterRole, _ kind: ModelDifference.Kind, _ stream: inout RandomStream
  ) -> Result? {
    var places: [(parameter: Int, number: Int)] = []
    for (k, parameter) in statement.parameters.enumerated() where statement.roles(of: parameter.name) == [role] {
      for (n, value) in parameter.values.enumerated() where value != 0 && value.isFinite { places.append((k, n)) }
    }
    guard !places.isEmpty else { return nil }
    let place = places[stream.integer(below: places.count)]
    var result = statement
    result.parameters[place.parameter].values[place.number] *= 1.3
    return Result(statement: result, kind: kind, place: statement.parameters[place.parameter].name)
  }

  private func unit(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> Result? {
    let places = statement.parameters.indices.filter { k in
      statement.parameters[k].values.contains { $0 != 0 }
        && !statement.roles(of: statement.parameters[k].name).isEmpty
    }
    guard !places.isEmpty else { return nil }
    let place = places[stream.integer(below: places.count)]
    let factors = [1000, 0.001, 60, 24, 7, 12, 100]
    let factor = factors[stream.integer(below: factors.count)]
    var result = statement
    result.parameters[place].values = statement.parameters[place].values.map { factor * $0 }
    return Result(statement: result, kind: .unit, place: statement.parameters[place].name)
  }

  private func dropped(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> Result? {
    guard !statement.constraints.isEmpty else { return nil }
    var result = statement
    let lost = result.constraints.remove(at: stream.integer(below: statement.constraints.count))
    return Result(statement: result, kind: .missingConstraint, place: lost.name)
  }

  private func turned(_ statement: FiveElementStatement) -> Result {
    var result = statement
    result.sense = statement.sense.opposite
    return Result(statement: result, kind: .objectiveSense, place: "objective")
  }

  private func relation(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> Result? {
    let rows = statement.constraints.indices.filter { ExpressionPieces(statement.constraints[$0].text)?.sides != nil }
    guard !rows.isEmpty else { return nil }
    let row = rows[stream.integer(below: rows.count)]
    guard let sides = ExpressionPieces(statement.constraints[row].text)?.sides else { return nil }
    let other = sides.sign == "<=" ? ">=" : "<="
    var result = statement
    result.constraints[row].text = "\(sides.left.text) \(other)\(sides.right.text)"
    return Result(statement: result, kind: .relation, place: statement.constraints[row].name)
  }

  private func integrality(_ statement: FiveElementStatement, _ stream: inout RandomStream) -> Result? {
    let isLost = self == .lostIntegrality
    let places = statement.variables.indices.filter { k in
      switch statement.variables[k].kind {
      case .integer, .binary: isLost
      case .continuous: !isLost
      case .semicontinuous, .semiinteger: false
      }
    }
    guard !places.isEmpty else { return nil }
    let place = places[stream.integer(below: places.count)]
    var result = statement
    if isLost { result.variables[place].relax() } else { result.variables[place].kind = .integer }
    return Result(statement: result, kind: .integrality, place: statement.variables[place].name)
  }
}

extension FiveElementStatement.Variable {
  /// Lets whole amounts be any amounts between the same bounds.
  mutating func relax() {
    switch kind {
    case .integer: kind = .continuous
    case .semiinteger: kind = .semicontinuous
    case .binary: (kind, lower, upper) = (.continuous, "0", "1")
    case .continuous, .semicontinuous: break
    }
  }
}
