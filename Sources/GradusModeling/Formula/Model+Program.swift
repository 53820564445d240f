// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

extension Model {
  /// The model as it stands now, as a value: parameters have their present numbers.
  ///
  /// Throws `ModelError` when two variables or two rows have the same name. Cost: linear in the model.
  public func program() throws(ModelError) -> FormulaProgram {
    try checkNames(columns.map(\.name), "variables")
    try checkNames(rows.map(\.name), "rows")
    let objectiveNode = objective.node(in: store)
    let bodies = rows.map { $0.body.node(in: store) }
    var assembler = ProgramAssembler(
      store.graph, variableCount: columns.count, parameters: parameterValues, roots: [objectiveNode] + bodies)
    let goal = assembler.root(objectiveNode)
    var costs = [Double](repeating: 0, count: columns.count)
    for term in goal.linear { costs[term.column] += term.weight }
    var entries: [(row: Int, column: Int, value: Double)] = []
    var nodes: [FormulaGraph.Node?] = []
    var offsets: [Double] = []
    for (i, body) in bodies.enumerated() {
      let root = assembler.root(body)
      entries += root.linear.map { (i, $0.column, $0.weight) }
      nodes.append(root.node)
      offsets.append(root.offset)
    }
    var linear = StandardForm(
      costs: costs,
      matrix: SparseMatrix(rowCount: rows.count, columnCount: columns.count, triplets: entries),
      rowLower: zip(rows, offsets).map { $0.lower - $1 }, rowUpper: zip(rows, offsets).map { $0.upper - $1 },
      columnLower: columns.map(\.lower), columnUpper: columns.map(\.upper), kinds: columns.map(\.kind),
      rowNames: NameTable(rows.map(\.name)), columnNames: NameTable(columns.map(\.name)))
    linear.name = name
    linear.sense = sense
    linear.objectiveName = objectiveName
    linear.objectiveOffset = goal.offset
    var program = FormulaProgram(linear: linear, graph: assembler.graph, objective: goal.node, rows: nodes)
    for (j, column) in columns.enumerated() {
      if let start = column.start {
        program.start[j] = start
        program.hasStart = true
      }
    }
    program.startMultipliers = multipliers.flatMap { $0.count == rows.count ? Vector($0) : nil }
    return program
  }

  private func checkNames(_ names: [String], _ what: String) throws(ModelError) {
    var seen = Set<String>()
    for name in names where !seen.insert(name).inserted { throw .repeatedName(name, what) }
  }
}

/// A model that cannot become a program.
public enum ModelError: Error, Sendable, Hashable, CustomStringConvertible {
  case repeatedName(String, String)
  case notAVariable

  public var description: String {
    switch self {
    case .repeatedName(let name, let what):
      "two \(what) are called '\(name)'; give each a name of its own, or none"
    case .notAVariable: "bounds belong to variables; require a relation for any other formula"
    }
  }
}
