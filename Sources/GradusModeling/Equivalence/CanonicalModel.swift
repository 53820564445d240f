// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNumerics

/// A program in a form that does not depend on how it was written down:
///
///     minimize   offset + Σ cost·atom
///     subject to lower ≤ Σ coefficient·atom ≤ upper  (largest |coefficient| 1),   bounds,   kinds
///
/// An atom is a variable or a nonlinear expression. Done: maximization negated, constants moved to the sides, rows scaled and
/// turned to ≤, rows of one variable made bounds, bounds of integers rounded inwards, fixed variables replaced where they stand
/// linearly, parallel rows joined, sides dropped that the bounds imply, unused variables dropped, polynomials expanded, and
/// operands of commutative operations without order. Not seen as equal: other scales or signs of variables, rows that only other
/// rows together imply, other big-M numbers.
///
/// **Law** The canonical form has the same feasible points and objective as the program, up to variables that are fixed or unused
/// and relative errors of `tolerance`. Cost: linear in the entries times the rounds of bound tightening (at most 50), plus sorting.
public struct CanonicalModel: Sendable {
  /// Numbers that differ by no more than this, relatively, are equal.
  public static let tolerance = 1e-9

  /// A variable that is left.
  public struct Variable: Sendable, Hashable {
    public var name: String
    /// Semi-continuous kinds only where 0 lies outside the bounds.
    public var kind: VariableKind
    public var lower: Double
    public var upper: Double
  }

  /// lower ≤ Σ coefficient·atom ≤ upper; `terms` ascend by atom.
  public struct Row: Sendable, Hashable {
    /// Of the first of the rows that were joined.
    public var name: String
    public var terms: [Term]
    public var lower: Double
    public var upper: Double
  }

  /// coefficient·atom.
  public struct Term: Sendable, Hashable {
    /// A node of `graph`: a variable of the program by its column, or an expression.
    public var atom: FormulaGraph.Node
    public var coefficient: Double
  }

  /// By the columns of the program; nil for those that are fixed or unused.
  public internal(set) var variables: [Variable?]
  public internal(set) var rows: [Row]
  public internal(set) var objective: [Term]
  public internal(set) var offset: Double
  /// True where bounds or rows were seen to exclude every point.
  public internal(set) var isContradictory = false
  /// Expressions: here a product has any number of arguments, whose exponents are their weights.
  public let graph: FormulaGraph

  /// The canonical form of a program.
  public init(_ program: FormulaProgram) {
    let form = program.linear
    var bounds = BoundTightening(form)
    bounds.roundIntegers()
    let builder = CanonicalFormulas(program, fixed: (0..<program.variableCount).map { bounds.fixedValue(of: $0) })
    let sign: Double = form.sense == .minimize ? 1 : -1
    var goal = builder.polynomial(program.objective)
    goal.scale(by: sign)
    for (j, cost) in form.costs.enumerated() where cost != 0 { goal.add(FormulaGraph.Node(j), sign * cost) }
    let entries = form.matrix.transposed()
    var rows: [Row] = []
    for i in 0..<program.constraintCount {
      var sum = builder.polynomial(program.rows[i])
      for p in entries.range(ofColumn: i) where entries.values[p] != 0 {
        sum.add(FormulaGraph.Node(entries.rows[p]), entries.values[p])
      }
      rows.append(
        Row(
          name: form.rowNames[i], terms: builder.terms(of: sum), lower: form.rowLower[i] - sum.constant,
          upper: form.rowUpper[i] - sum.constant))
    }
    offset = goal.constant + sign * form.objectiveOffset
    objective = builder.terms(of: goal)
    graph = builder.graph
    self.rows = rows
    variables = []
    reduce(&bounds, form)
  }
}
