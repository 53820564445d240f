// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// The order of rows and variables that the format demands, and the sparsity it has to be told.
///
/// Variables: nonlinear in both objective and rows, in rows only, in the objective only – in each of the three, integer
/// ones last –, then linear ones, binary ones, other integers. Rows: nonlinear ones first.
struct NLOrder {
  /// The variable of the program at each position of the file.
  private(set) var columns: [Int] = []
  private(set) var rows: [Int] = []
  /// The position in the file of each variable of the program.
  private(set) var positions: [Int] = []
  /// Sizes of the eight groups of variables: three nonlinear ones, each continuous and integer, …
  private(set) var groupSizes = [Int](repeating: 0, count: 9)
  /// Positions of the variables of each row, in the order of the file, ascending; of the objective.
  private(set) var rowColumns: [[Int]] = []
  private(set) var objectiveColumns: [Int] = []
  /// The nodes that some part needs.
  private(set) var isNeeded: [Bool]

  init(_ program: FormulaProgram) {
    let graph = program.graph
    isNeeded = [Bool](repeating: false, count: graph.count)
    var visited = [Int32](repeating: -1, count: graph.count)
    var stack: [FormulaGraph.Node] = []
    var inObjective = [Bool](repeating: false, count: program.variableCount)
    var inRows = inObjective
    /// The variables below a node, each once.
    func variables(_ root: FormulaGraph.Node?, _ stamp: Int, _ isNeeded: inout [Bool]) -> [Int] {
      var found: [Int] = []
      guard let root else { return found }
      stack.append(root)
      visited[Int(root)] = Int32(stamp)
      while let node = stack.popLast() {
        isNeeded[Int(node)] = true
        if graph.operations[Int(node)] == .variable { found.append(Int(graph.numbers[Int(node)])) }
        for p in graph.range(of: node) where visited[Int(graph.arguments[p])] != Int32(stamp) {
          visited[Int(graph.arguments[p])] = Int32(stamp)
          stack.append(graph.arguments[p])
        }
      }
      return found
    }
    var below = program.rows.enumerated().map { variables($1, $0, &isNeeded) }
    for list in below { for j in list { inRows[j] = true } }
    let objective = variables(program.objective, program.constraintCount, &isNeeded)
    for j in objective { inObjective[j] = true }
    for j in 0..<program.variableCount {
      let matrix = program.linear.matrix
      for p in matrix.range(ofColumn: j) where matrix.values[p] != 0 { below[Int(matrix.rows[p])].append(j) }
    }
    rows =
      program.rows.indices.filter { program.rows[$0] != nil } + program.rows.indices.filter { program.rows[$0] == nil }
    order(program, inObjective, inRows)
    rowColumns = rows.map { Self.unique(below[$0].map { positions[$0] }) }
    objectiveColumns = Self.unique(
      (objective + program.linear.costs.indices.filter { program.linear.costs[$0] != 0 }).map { positions[$0] })
  }

  private mutating func order(_ program: FormulaProgram, _ inObjective: [Bool], _ inRows: [Bool]) {
    let form = program.linear
    var groups = [[Int]](repeating: [], count: 9)
    for j in 0..<form.variableCount {
      let isInteger = form.kinds[j].isIntegral
      let group: Int
      switch (inObjective[j], inRows[j]) {
      case (true, true): group = isInteger ? 1 : 0
      case (false, true): group = isInteger ? 3 : 2
      case (true, false): group = isInteger ? 5 : 4
      case (false, false):
        group = !isInteger ? 6 : form.columnLower[j] == 0 && form.columnUpper[j] == 1 ? 7 : 8
      }
      groups[group].append(j)
    }
    groupSizes = groups.map(\.count)
    columns = groups.flatMap { $0 }
    positions = [Int](repeating: 0, count: columns.count)
    for (k, j) in columns.enumerated() { positions[j] = k }
  }

  private static func unique(_ list: [Int]) -> [Int] {
    var result: [Int] = []
    for j in list.sorted() where result.last != j { result.append(j) }
    return result
  }

  var nonlinearInBoth: Int { groupSizes[0] + groupSizes[1] }
  var nonlinearInRows: Int { nonlinearInBoth + groupSizes[2] + groupSizes[3] }
  /// Counts up to the last variable that is nonlinear in the objective.
  var nonlinearInObjective: Int {
    let only = groupSizes[4] + groupSizes[5]
    return only > 0 ? nonlinearInRows + only : nonlinearInBoth
  }
}
