// SPDX-License-Identifier: Apache-2.0

/// Units where they are given: sums and comparisons need equal ones; a number in the text fits any; what has no unit stays
/// unknown and is never an error.
extension FiveElementReader {
  /// The unit of a term, or that it fits all (a number in the text).
  enum TermUnits {
    case any
    case unknown
    case known(UnitExpression)
  }

  func units(_ node: DocumentNode?) throws(ReadError) -> UnitExpression {
    guard let node else { return .unknown }
    let text = try text(node, "a unit such as kg/h, or 1")
    guard let units = UnitExpression(text) else {
      throw source.error(
        at: node.offset, "\(text.prefix(60)) is no unit",
        expected: "names joined by * and / with powers such as m^2, or 1")
    }
    return units
  }

  /// Refuses a term whose unit is known and is not the declared one.
  func checkUnits(_ term: SyntaxTerm, _ declared: UnitExpression, _ owner: String, _ offset: Int) throws(ReadError) {
    guard case .known(let found) = try unitsOf(term), declared.isKnown, found != declared else { return }
    throw source.error(
      at: offset, "\(owner) is in \(declared.text), and the expression in \(found.text)",
      expected: "equal units; a parameter with a unit converts")
  }

  func unitsOf(_ term: SyntaxTerm) throws(ReadError) -> TermUnits {
    switch term.kind {
    case .number, .element, .local, .count: return .any
    case .parameter(let i, let subscripts):
      for part in subscripts { _ = try unitsOf(part) }
      return parameters[i].units.isKnown ? .known(parameters[i].units) : .unknown
    case .variable(let i, let subscripts):
      for part in subscripts { _ = try unitsOf(part) }
      return variables[i].units.isKnown ? .known(variables[i].units) : .unknown
    case .sum(let parts): return try equal(parts.map(\.term), "a sum of")
    case .product(let parts):
      var result = UnitExpression.one
      var isAny = true
      var isUnknown = false
      for part in parts {
        switch try unitsOf(part.term) {
        case .any: break
        case .unknown: isUnknown = true
        case .known(let units):
          isAny = false
          result = result.times(units, power: part.flips ? -1 : 1)
        }
      }
      return isUnknown || !result.isKnown ? .unknown : isAny ? .any : .known(result)
    case .power(let base, let exponent):
      try requireDimensionless(exponent, "an exponent")
      guard case .known(let units) = try unitsOf(base) else { return try unitsOf(base) }
      if units == .one { return .known(.one) }
      if case .number(let value) = exponent.kind {
        if value == value.rounded(), abs(value) <= 100 {
          let power = UnitExpression.one.times(units, power: Int(value))
          return power.isKnown ? .known(power) : .unknown
        }
        if value == 0.5 { return units.root.isKnown ? .known(units.root) : .unknown }
      }
      return .unknown
    case .call(let operation, let arguments):
      switch operation {
      case .minimum, .maximum, .remainder: return try equal(arguments, "\(operation.symbol) of")
      case .absolute, .floor, .ceiling, .round, .truncate: return try unitsOf(arguments[0])
      case .squareRoot:
        guard case .known(let units) = try unitsOf(arguments[0]) else { return try unitsOf(arguments[0]) }
        return units.root.isKnown ? .known(units.root) : .unknown
      case .arcTangent2, .integerQuotient:
        _ = try equal(arguments, "\(operation.symbol) of")
        return .known(.one)
      default:
        for argument in arguments { try requireDimensionless(argument, operation.symbol) }
        return .any
      }
    case .fold(let fold, let indexing, let body):
      if let condition = indexing.condition { _ = try unitsOf(condition) }
      guard fold == .prod else { return try unitsOf(body) }
      if case .known(let units) = try unitsOf(body), units != .one { return .unknown }
      return try unitsOf(body)
    case .conditional(let condition, let first, let second):
      _ = try unitsOf(condition)
      return try equal([first, second], "the two cases of an if:")
    case .comparison(let terms, _):
      _ = try equal(terms, "a comparison of")
      return .any
    case .and(let terms), .or(let terms):
      for part in terms { _ = try unitsOf(part) }
      return .any
    case .not(let part):
      _ = try unitsOf(part)
      return .any
    case .implies(let first, let second):
      _ = (try unitsOf(first), try unitsOf(second))
      return .any
    case .member: return .any
    }
  }

  private func requireDimensionless(_ term: SyntaxTerm, _ owner: String) throws(ReadError) {
    guard case .known(let units) = try unitsOf(term), units != .one else { return }
    throw error(
      term.offset, "\(owner) of something in \(units.text)", expected: "a number without a unit; divide by one")
  }

  private func equal(_ terms: [SyntaxTerm], _ what: String) throws(ReadError) -> TermUnits {
    var common: UnitExpression?
    var isUnknown = false
    for term in terms {
      switch try unitsOf(term) {
      case .any: break
      case .unknown: isUnknown = true
      case .known(let units):
        if let common, common != units {
          throw error(
            term.offset, "\(what) \(common.text) and \(units.text)",
            expected: "equal units; a parameter with a unit converts")
        }
        common = units
      }
    }
    if let common { return .known(common) }
    return isUnknown ? .unknown : .any
  }
}
