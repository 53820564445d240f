// SPDX-License-Identifier: Apache-2.0
public import GradusCore
internal import GradusNumerics

/// A problem that has no counterpart in the other form.
public enum FormError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Special ordered sets or indicators, which formulas do not state.
  case discreteStructure(String)
  /// A part that is neither linear nor quadratic: a row by its name, or the objective.
  case notQuadratic(String)

  public var description: String {
    switch self {
    case .discreteStructure(let what): "the problem has \(what), which formulas do not state"
    case .notQuadratic(let part): "\(part) is neither linear nor quadratic"
    }
  }
}

extension FormulaProgram {
  /// The same problem with its quadratic parts as formulas: ½ xᵀQx = Σᵢ ½Qᵢᵢxᵢ² + Σᵢ﹥ⱼ Qᵢⱼxᵢxⱼ.
  ///
  /// - Throws: `FormError` for special ordered sets and indicators. Cost: linear in the entries.
  public init(_ form: StandardForm) throws(FormError) {
    guard form.specialOrderedSets.isEmpty else { throw .discreteStructure("special ordered sets") }
    guard form.indicators.isEmpty else { throw .discreteStructure("indicators") }
    var graph = FormulaGraph()
    for j in 0..<form.variableCount { _ = graph.variable(j) }
    var linear = form
    linear.quadratic = nil
    linear.quadraticTerms = []
    let objective = form.quadratic.flatMap { Self.node($0, in: &graph) }
    var rows = [FormulaGraph.Node?](repeating: nil, count: form.constraintCount)
    for term in form.quadraticTerms {
      let terms = [rows[term.row], Self.node(term.matrix, in: &graph)].compactMap { $0 }
      rows[term.row] = terms.isEmpty ? nil : graph.sum(terms.map { (1, $0) })
    }
    self.init(linear: linear, graph: graph, objective: objective, rows: rows)
  }

  private static func node(_ matrix: SparseMatrix, in graph: inout FormulaGraph) -> FormulaGraph.Node? {
    var terms: [(weight: Double, node: FormulaGraph.Node)] = []
    for j in 0..<matrix.columnCount {
      for p in matrix.range(ofColumn: j) where Int(matrix.rows[p]) >= j && matrix.values[p] != 0 {
        let i = Int(matrix.rows[p])
        terms.append((i == j ? 0.5 * matrix.values[p] : matrix.values[p], graph.product(Int32(i), Int32(j))))
      }
    }
    return terms.isEmpty ? nil : graph.sum(terms)
  }

  /// The same problem with its formulas as coefficients, when every part is linear or quadratic.
  ///
  /// - Throws: `FormError` naming the first part that is not. Cost: the number of products after expansion.
  public func standardForm() throws(FormError) -> StandardForm {
    if isLinear { return linear }
    var form = linear
    let expansion = QuadraticExpansion(graph, variableCount: variableCount)
    if let objective {
      guard let part = expansion.expand(objective) else { throw .notQuadratic("the objective") }
      form.objectiveOffset += part.offset
      for term in part.linear { form.costs[term.column] += term.value }
      form.quadratic = part.matrix(variableCount)
    }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (i, node) in rows.enumerated() {
      guard let node else { continue }
      guard let part = expansion.expand(node) else { throw .notQuadratic("row \(linear.rowNames[i])") }
      form.rowLower[i] -= part.offset
      form.rowUpper[i] -= part.offset
      triplets += part.linear.map { (i, $0.column, $0.value) }
      if let matrix = part.matrix(variableCount) { form.quadraticTerms.append(QuadraticTerm(row: i, matrix: matrix)) }
    }
    if !triplets.isEmpty {
      for j in 0..<variableCount {
        for p in linear.matrix.range(ofColumn: j) {
          triplets.append((Int(linear.matrix.rows[p]), j, linear.matrix.values[p]))
        }
      }
      form.matrix = SparseMatrix(rowCount: constraintCount, columnCount: variableCount, triplets: triplets)
    }
    return form
  }
}
