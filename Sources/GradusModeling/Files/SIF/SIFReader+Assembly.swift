// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// From groups and elements to a program of formulas.
extension SIFReader {
  /// The body of a group, Σ aⱼxⱼ + Σ wₖeₖ, and its value with the type and the scale applied.
  private struct Row {
    var group: Int
    var node: FormulaGraph.Node
    var lower: Double
    var upper: Double
  }

  mutating func assemble() throws(ReadError) -> FormulaProgram {
    var graph = FormulaGraph()
    for j in variables.indices { _ = graph.variable(j) }
    try applyDefaultTypes()
    let elementNodes = try buildElements(&graph)
    var objective: [(weight: Double, node: FormulaGraph.Node)] = []
    var offset = 0.0
    var rows: [Row] = []
    for i in groups.indices {
      let group = groups[i]
      try spend(group.linear.count + group.elements.count + 1, 1)
      let terms =
        group.linear.map { ($0.weight, FormulaGraph.Node($0.column)) }
        + group.elements.map { ($0.weight, elementNodes[$0.element]) }
      let constant = group.constant ?? defaultConstant
      if let type = group.type {
        let value = try typed(group, type, graph.sum(terms, offset: -constant), &graph)
        if group.kind == 0x4E {
          objective.append((1 / group.scale, value))
        } else {
          rows.append(row(i, graph.sum([(1 / group.scale, value)]), side: 0))
        }
      } else {
        let body = graph.sum([(1 / group.scale, graph.sum(terms))])
        if group.kind == 0x4E {
          objective.append((1, body))
          offset -= constant / group.scale
        } else {
          rows.append(row(i, body, side: constant / group.scale))
        }
      }
    }
    objective += quadraticTerms(&graph)
    let goal = graph.sum(objective, offset: offset)
    let result = program(graph, goal, rows)
    try checkNumbers(result.linear, rows)
    return result
  }

  /// Gives the default type to groups without one, which makes it theirs with all that it asks for.
  private mutating func applyDefaultTypes() throws(ReadError) {
    guard let (t, line) = defaultGroupType else { return }
    for i in groups.indices where groups[i].type == nil { setType(i, t, line) }
  }

  private func missing(_ line: Int, _ what: String, _ expected: String) -> ReadError {
    source.error(line, 1, what, expected: expected)
  }

  /// The node of each element.
  private mutating func buildElements(_ graph: inout FormulaGraph) throws(ReadError) -> [FormulaGraph.Node] {
    var nodes: [FormulaGraph.Node] = []
    nodes.reserveCapacity(elements.count)
    for element in elements {
      let type = elementTypes.types[element.type]
      guard let function = type.function else {
        throw missing(type.line, "the element type \(type.name) has no function", "the type in the part ELEMENTS")
      }
      try spend(function.cost, element.line)
      var arguments: [FormulaGraph.Node] = []
      for (k, j) in element.variables.enumerated() {
        guard let j else {
          throw missing(
            element.line, "the variable \(type.variables[k]) of the element \(element.name) is not assigned",
            "a card V for each variable")
        }
        arguments.append(FormulaGraph.Node(j))
      }
      let parameters = try numbers(element.parameters, type, "element \(element.name)", element.line)
      nodes.append(function.node(in: &graph, variables: arguments, parameters: parameters))
    }
    return nodes
  }

  private func numbers(
    _ values: [Double?], _ type: SIFType, _ owner: String, _ line: Int
  ) throws(ReadError) -> [Double] {
    var result: [Double] = []
    for (k, value) in values.enumerated() {
      guard let value else {
        throw missing(
          line, "the parameter \(type.parameters[k]) of the \(owner) is not assigned", "a card P for each parameter")
      }
      result.append(value)
    }
    return result
  }

  /// The group function of a type at `argument`.
  private mutating func typed(
    _ group: Group, _ t: Int, _ argument: FormulaGraph.Node, _ graph: inout FormulaGraph
  ) throws(ReadError) -> FormulaGraph.Node {
    let type = groupTypes.types[t]
    guard let function = type.function else {
      throw missing(type.line, "the group type \(type.name) has no function", "the type in the part GROUPS")
    }
    if type.variables.isEmpty { throw missing(type.line, "the group type \(type.name) has no variable", "a card GV") }
    try spend(function.cost, group.typePlace)
    let parameters = try numbers(group.parameters, type, "group \(group.name)", group.typePlace)
    return function.node(in: &graph, variables: [argument], parameters: parameters)
  }

  private func row(_ i: Int, _ node: FormulaGraph.Node, side: Double) -> Row {
    let range = groups[i].range ?? defaultRange ?? .infinity
    switch groups[i].kind {
    case 0x45: return Row(group: i, node: node, lower: side, upper: side)
    case 0x47: return Row(group: i, node: node, lower: side, upper: side + range)
    default: return Row(group: i, node: node, lower: side - range, upper: side)
    }
  }

  /// ½ xᵀHx from one triangle of H.
  private func quadraticTerms(_ graph: inout FormulaGraph) -> [(weight: Double, node: FormulaGraph.Node)] {
    quadratic.map { value, i, j in
      let square = graph.product(FormulaGraph.Node(i), FormulaGraph.Node(j))
      return (weight: i == j ? value / 2 : value, node: square)
    }
  }

  /// Refuses coefficients that grew beyond all numbers when they were added up or scaled.
  private func checkNumbers(_ form: StandardForm, _ rows: [Row]) throws(ReadError) {
    let remedy = "smaller numbers"
    guard form.costs.allSatisfy(\.isFinite), form.objectiveOffset.isFinite else {
      let line = groups.first(where: { $0.kind == 0x4E }).map(\.line) ?? 1
      throw missing(line, "the objective has a coefficient that is not finite", remedy)
    }
    var isFinite = rows.indices.map { k in
      form.rowLower[k] < .infinity && form.rowUpper[k] > -.infinity && !form.rowLower[k].isNaN
        && !form.rowUpper[k].isNaN
    }
    for (k, value) in zip(form.matrix.rows, form.matrix.values) where !value.isFinite { isFinite[Int(k)] = false }
    if let k = isFinite.firstIndex(of: false) {
      let group = groups[rows[k].group]
      throw missing(group.line, "the group \(group.name) has a number that is not finite", remedy)
    }
  }

  private func program(_ graph: FormulaGraph, _ objective: FormulaGraph.Node, _ rows: [Row]) -> FormulaProgram {
    var assembler = ProgramAssembler(
      graph, variableCount: variables.count, roots: [objective] + rows.map(\.node))
    let goal = assembler.root(objective)
    var costs = [Double](repeating: 0, count: variables.count)
    for term in goal.linear { costs[term.column] += term.weight }
    var entries: [(row: Int, column: Int, value: Double)] = []
    var nodes: [FormulaGraph.Node?] = []
    var lower: [Double] = []
    var upper: [Double] = []
    for (k, row) in rows.enumerated() {
      let root = assembler.root(row.node)
      entries += root.linear.map { (k, $0.column, $0.weight) }
      nodes.append(root.node)
      lower.append(row.lower - root.offset)
      upper.append(row.upper - root.offset)
    }
    var linear = StandardForm(
      costs: costs,
      matrix: SparseMatrix(rowCount: rows.count, columnCount: variables.count, triplets: entries),
      rowLower: lower, rowUpper: upper, columnLower: variables.map(\.lower), columnUpper: variables.map(\.upper),
      kinds: variables.map(\.kind), rowNames: NameTable(rows.map { groups[$0.group].name }),
      columnNames: NameTable(variables.map(\.name)))
    linear.name = name
    let goals = groups.filter { $0.kind == 0x4E }
    linear.objectiveName = goals.count == 1 ? goals[0].name : "objective"
    linear.objectiveOffset = goal.offset
    var program = FormulaProgram(
      linear: linear, graph: assembler.graph, objective: goal.node, rows: nodes,
      start: Vector(start.isEmpty ? [Double](repeating: 0, count: variables.count) : start))
    program.hasStart = seen.contains(.start)
    // The Lagrangian of the format is f + yᵀc, so the derivative by the side is −y.
    if hasMultipliers { program.startMultipliers = Vector(rows.map { 0 - multipliers[$0.group] }) }
    return program
  }
}
