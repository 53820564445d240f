// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling

/// The class of a model as annotations name it.
public enum AnnotatedKind: String, Sendable, Codable, CaseIterable {
  case linear = "LP", integer = "ILP", mixed = "MILP", nonlinear = "NLP"

  /// Of a program: nonlinear where a formula is, then by the share of whole-number variables.
  public init(_ program: FormulaProgram) {
    let integers = program.linear.integerCount
    self =
      !program.isLinear
      ? .nonlinear : integers == 0 ? .linear : integers == program.variableCount ? .integer : .mixed
  }
}

/// A word problem with everything that annotators say of it: a model, and labels beside the model.
public struct AnnotatedProblem: Sendable, Hashable, Codable {
  public var id: String
  /// The words, with the data.
  public var text: String
  public var statement: FiveElementStatement
  public var kind: AnnotatedKind
  public var sense: Sense
  public var optimum: Double
  /// Names of variables that take whole numbers.
  public var integers: [String]
  /// Units by name of parameter or variable; names that are absent have none.
  public var units: [String: String]

  public init(
    id: String, text: String, statement: FiveElementStatement, kind: AnnotatedKind, sense: Sense, optimum: Double,
    integers: [String], units: [String: String]
  ) {
    self.id = id
    self.text = text
    self.statement = statement
    self.kind = kind
    self.sense = sense
    self.optimum = optimum
    self.integers = integers
    self.units = units
  }

  /// A problem whose labels are those of its statement. Throws `ReadError` where the statement makes no sense.
  public init(id: String, text: String, statement: FiveElementStatement, optimum: Double) throws(ReadError) {
    self.init(
      id: id, text: text, statement: statement, kind: AnnotatedKind(try statement.program()), sense: statement.sense,
      optimum: optimum, integers: Self.integers(statement), units: Self.units(statement))
  }

  static func integers(_ statement: FiveElementStatement) -> [String] {
    statement.variables.filter { [.integer, .binary, .semiinteger].contains($0.kind) }.map(\.name)
  }

  static func units(_ statement: FiveElementStatement) -> [String: String] {
    var units: [String: String] = [:]
    for parameter in statement.parameters { units[parameter.name] = parameter.unit }
    for variable in statement.variables { units[variable.name] = variable.unit }
    return units
  }
}
