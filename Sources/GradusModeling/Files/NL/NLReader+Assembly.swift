// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

extension NLReader {
  /// The program in the order of the file. `wanted` is the objective from 1, 0 for none, nil for the first.
  func assembled(_ wanted: Int?, _ scanner: NLScanner) throws(ReadError) -> NLFile {
    if let wanted, !(0...header.objectives).contains(wanted) {
      throw ReadError(
        file: scanner.path, cause: "the problem has no objective \(wanted)", expected: "objno=0 to \(header.objectives)"
      )
    }
    let number = wanted ?? min(1, header.objectives)
    let chosen = number > 0 ? objectiveNodes[number - 1] : nil
    let bodies = rowNodes.compactMap { $0 }
    var assembler = ProgramAssembler(
      expressions.graph, variableCount: header.variables, roots: bodies + (chosen.map { [$0.node] } ?? []))
    let goal = chosen.map { assembler.root($0.node) } ?? ProgramAssembler.Root()
    var costs = [Double](repeating: 0, count: header.variables)
    for term in goal.linear { costs[term.column] += term.weight }
    if number > 0 { for term in gradients[number - 1] ?? [] { costs[term.column] += term.value } }
    var triplets = entries
    var nodes: [FormulaGraph.Node?] = []
    var sides = rowSides ?? []
    for (i, body) in rowNodes.enumerated() {
      let root = body.map { assembler.root($0) } ?? ProgramAssembler.Root()
      triplets += root.linear.map { (i, $0.column, $0.weight) }
      nodes.append(root.node)
      sides[i] = (sides[i].lower - root.offset, sides[i].upper - root.offset)
      guard root.offset.isFinite, sides[i].lower.isFinite == rowSides?[i].lower.isFinite,
        sides[i].upper.isFinite == rowSides?[i].upper.isFinite
      else { throw notFinite("constant of row \(i)", scanner) }
    }
    guard goal.offset.isFinite else { throw notFinite("constant of the objective", scanner) }
    let bounds = columnBounds ?? []
    var linear = StandardForm(
      costs: costs, matrix: matrix(triplets), rowLower: sides.map(\.lower), rowUpper: sides.map(\.upper),
      columnLower: bounds.map(\.lower), columnUpper: bounds.map(\.upper), kinds: header.kinds,
      rowNames: .numbered("c", count: header.rows), columnNames: .numbered("x", count: header.variables))
    guard costs.allSatisfy(\.isFinite), linear.matrix.values.allSatisfy(\.isFinite) else {
      throw notFinite("sum of two coefficients", scanner)
    }
    linear.name = header.name
    linear.sense = chosen?.isMaximum == true ? .maximize : .minimize
    linear.objectiveName = number > 0 ? "objective" : ""
    linear.objectiveOffset = goal.offset
    var program = FormulaProgram(linear: linear, graph: assembler.graph, objective: goal.node, rows: nodes)
    if let start {
      for (j, value) in start { program.start[j] = value }
      program.hasStart = true
    }
    if let multipliers {
      var values = [Double](repeating: 0, count: header.rows)
      for (i, value) in multipliers { values[i] = value }
      program.startMultipliers = Vector(values)
    }
    var file = NLFile(program: program)
    (file.options, file.tolerance, file.isBinary) = (header.options, header.tolerance, header.isBinary)
    (file.objectiveCount, file.objective, file.suffixes) = (header.objectives, number > 0 ? number - 1 : nil, suffixes)
    if header.countsLikeJuMP, header.groups.contains(where: { $0.integers > 0 }) {
      file.notes.append("the counts of nonlinear variables were read as JuMP writes them")
    }
    if header.objectives > 1, wanted == nil {
      file.notes.append("the file has \(header.objectives) objectives; the first is taken (objno chooses another)")
    }
    return file
  }

  /// Entries that are 0 only say that a row depends on a variable.
  private func matrix(_ triplets: [(row: Int, column: Int, value: Double)]) -> SparseMatrix {
    SparseMatrix(
      rowCount: header.rows, columnCount: header.variables, triplets: triplets.filter { $0.value != 0 })
  }

  private func notFinite(_ what: String, _ scanner: NLScanner) -> ReadError {
    ReadError(file: scanner.path, line: 1, column: 1, cause: "the \(what) is not finite", expected: "finite numbers")
  }
}
