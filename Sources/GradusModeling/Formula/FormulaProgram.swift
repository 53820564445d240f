// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A program of formulas as solvers, judges and writers take it: a linear part and a graph for the rest.
///
///     optimize   linear.offset + cᵀx + f(x)
///     subject to rowLower ≤ Ax + g(x) ≤ rowUpper,   columnLower ≤ x ≤ columnUpper,   kinds
///
/// f is the node `objective` of `graph`, gᵢ the node `rows[i]`; nil where a part is linear. Nodes 0 ..< variableCount are
/// the variables, in order. Everything stands in the user's own sense, units and order. Linear terms at the root of an
/// expression have been moved to the linear part; quadratic ones stay in the graph (see `standardForm()`).
public struct FormulaProgram: Sendable, Hashable, Fingerprinted {
  /// Names, sense, bounds, kinds, sides, costs and A. Holds no quadratic parts; sets and indicators are not allowed.
  public var linear: StandardForm
  public private(set) var graph: FormulaGraph
  public private(set) var objective: FormulaGraph.Node?
  public private(set) var rows: [FormulaGraph.Node?]
  /// Where to begin; 0 projected into the bounds where nothing was stated.
  public var start: Vector
  /// Multipliers to begin with, one a row, ∂objective/∂side.
  public var startMultipliers: Vector?
  /// True when the user gave a start for the variables.
  public var hasStart = false

  public init(
    linear: StandardForm, graph: FormulaGraph, objective: FormulaGraph.Node?, rows: [FormulaGraph.Node?],
    start: Vector? = nil
  ) {
    precondition(linear.quadratic == nil && linear.quadraticTerms.isEmpty, "quadratic parts belong in the graph")
    precondition(rows.count == linear.constraintCount, "one node or nil a row")
    precondition(graph.count >= linear.variableCount, "the first nodes of the graph must be the variables")
    self.linear = linear
    self.graph = graph
    self.objective = objective
    self.rows = rows
    hasStart = start != nil
    self.start =
      start
      ?? Vector(
        linear.costs.indices.map { j in
          min(max(0, linear.columnLower[j]), max(linear.columnLower[j], linear.columnUpper[j]))
        })
  }

  public var name: String { linear.name }
  public var variableCount: Int { linear.variableCount }
  public var constraintCount: Int { linear.constraintCount }

  /// True when nothing stands in the graph.
  public var isLinear: Bool { objective == nil && rows.allSatisfy { $0 == nil } }

  /// Of all numbers, kinds and formulas; names and the start do not count.
  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix("formula program")
    print.mix(linear.fingerprint)
    print.mix(bytes: graph.operations.map(\.rawValue))
    print.mix(graph.numbers)
    print.mix(graph.arguments)
    print.mix(graph.weights)
    print.mix(Int(objective ?? -1))
    print.mix(rows.map { $0 ?? -1 })
    return print.value
  }
}
