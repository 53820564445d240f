// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Whether the objective is to be small or large.
public enum Sense: String, Sendable, Codable, Hashable {
  case minimize, maximize

  /// The other one.
  public var opposite: Sense { self == .minimize ? .maximize : .minimize }
}

/// What values one variable may take inside its bounds.
///
/// A semi-continuous variable is 0 or lies between its bounds; a semi-integer one is also integral.
/// A binary variable is an integer one with bounds 0 and 1.
public enum VariableKind: UInt8, Sendable, Codable, Hashable {
  case continuous, integer, semicontinuous, semiinteger

  /// True when the value must be a whole number.
  public var isIntegral: Bool { self == .integer || self == .semiinteger }
}

/// ½ xᵀQx added to row `row`; Q is symmetric and stored whole.
public struct QuadraticTerm: Sendable, Hashable {
  public var row: Int
  public var matrix: SparseMatrix

  public init(row: Int, matrix: SparseMatrix) {
    self.row = row
    self.matrix = matrix
  }
}

/// At most one (type 1) or two neighbouring (type 2) of the members may be non-zero, in the order of the weights.
public struct SpecialOrderedSet: Sendable, Hashable {
  /// How many members may be non-zero: one, or two neighbors.
  public enum Kind: Int, Sendable, Hashable { case one = 1, two = 2 }
  public var name: String
  public var kind: Kind
  /// Column and weight, in the order of the file.
  public var columns: [Int]
  public var weights: [Double]
  /// Lower values branch first where a solver uses it.
  public var priority: Int

  public init(name: String, kind: Kind, columns: [Int], weights: [Double], priority: Int = 0) {
    self.name = name
    self.kind = kind
    self.columns = columns
    self.weights = weights
    self.priority = priority
  }
}

/// Row `row` need hold only when the binary variable `column` has the value `active`.
public struct Indicator: Sendable, Hashable {
  public var row: Int
  public var column: Int
  public var active: Bool

  public init(row: Int, column: Int, active: Bool) {
    self.row = row
    self.column = column
    self.active = active
  }
}

/// A linear, quadratic or mixed-integer program as files state it, in the user's own units and order:
///
///     optimize   offset + cᵀx + ½ xᵀQx
///     subject to rowLower ≤ Ax (+ ½ xᵀQᵢx) ≤ rowUpper,   columnLower ≤ x ≤ columnUpper,   kinds
///
/// Infinite sides are ±`Double.infinity`. Nothing here is scaled, presolved or reordered: judges and verifiers recompute
/// from this value.
public struct StandardForm: Sendable, Hashable {
  public var name = ""
  public var sense = Sense.minimize
  public var objectiveName = ""
  public var objectiveOffset = 0.0
  public var costs: [Double]
  /// Q of ½ xᵀQx, symmetric and stored whole (both triangles); nil for a linear objective.
  public var quadratic: SparseMatrix?
  /// A, one row a constraint, one column a variable.
  public var matrix: SparseMatrix
  public var rowLower: [Double]
  public var rowUpper: [Double]
  public var columnLower: [Double]
  public var columnUpper: [Double]
  public var kinds: [VariableKind]
  public var rowNames: NameTable
  public var columnNames: NameTable
  public var quadraticTerms: [QuadraticTerm] = []
  public var specialOrderedSets: [SpecialOrderedSet] = []
  public var indicators: [Indicator] = []

  public init(
    costs: [Double], matrix: SparseMatrix, rowLower: [Double], rowUpper: [Double], columnLower: [Double],
    columnUpper: [Double], kinds: [VariableKind]? = nil, rowNames: NameTable? = nil, columnNames: NameTable? = nil
  ) {
    precondition(costs.count == matrix.columnCount, "one cost a column")
    precondition(rowLower.count == matrix.rowCount && rowUpper.count == matrix.rowCount, "two sides a row")
    precondition(columnLower.count == costs.count && columnUpper.count == costs.count, "two bounds a column")
    self.costs = costs
    self.matrix = matrix
    self.rowLower = rowLower
    self.rowUpper = rowUpper
    self.columnLower = columnLower
    self.columnUpper = columnUpper
    self.kinds = kinds ?? [VariableKind](repeating: .continuous, count: costs.count)
    self.rowNames = rowNames ?? .numbered("r", count: matrix.rowCount)
    self.columnNames = columnNames ?? .numbered("x", count: costs.count)
  }

  public var variableCount: Int { costs.count }
  public var constraintCount: Int { matrix.rowCount }
  public var integerCount: Int { kinds.count { $0.isIntegral } }
  /// True when some variable, set or implication makes the problem more than a continuous one.
  public var isDiscrete: Bool {
    kinds.contains { $0 != .continuous } || !specialOrderedSets.isEmpty || !indicators.isEmpty
  }

  /// LP, QP, MIP, MIQP, and with QC in the middle for quadratic rows; sets and indicators count as integer.
  package var kindName: String {
    let prefix = isDiscrete ? "MI" : ""
    if !quadraticTerms.isEmpty { return prefix + "QCP" }
    if quadratic != nil { return prefix + "QP" }
    return isDiscrete ? "MIP" : "LP"
  }

  /// The objective in the user's sense at `x`: offset + cᵀx + ½ xᵀQx.
  public func objective(at x: Vector) -> Double {
    var value = objectiveOffset + dot(costs.span, x.elements.span)
    if let quadratic { value += 0.5 * x.inner(quadratic.times(x)) }
    return value
  }
}
