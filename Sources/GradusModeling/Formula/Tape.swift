// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// A program compiled for evaluation: one flat list of operations, the support of every row, the pattern of the Jacobian,
/// and (when asked for) the instructions of the Hessian.
///
///     values      one pass forward over the nodes
///     gradient    one pass for the slopes at the nodes, one backward:   ā_child += slope·ā_node
///     Jacobian    a backward pass a row, over the nodes that row depends on
///     Hessian     edge pushing (`CurvatureProgram`)
///
/// A gradient costs about three times the value. Memory is linear in the nodes and in the entries of the results.
/// Source: Griewank & Walther, *Evaluating Derivatives* (2008), chapters 3 and 7.
public struct Tape: Sendable {
  public let program: FormulaProgram
  let graph: FormulaGraph
  /// Row i depends on the inner nodes `rowNodes[rowStarts[i] ..< rowStarts[i + 1]]` (users before arguments) and on the
  /// variables `supports[supportStarts[i] ..< supportStarts[i + 1]]`; entry `constraintCount` is the objective.
  let rowStarts: [Int]
  let rowNodes: [Int32]
  let supportStarts: [Int]
  let supports: [Int32]
  /// Where the derivative by each supporting variable lies in the values of the Jacobian (rows only).
  let places: [Int32]
  /// The Jacobian with the derivatives of the linear part; entries of the nonlinear part are added to it.
  let jacobianBase: SparseMatrix
  /// A by rows, for the values of the linear part.
  let linearRows: SparseMatrix
  let roots: [Int32]

  public init(_ program: FormulaProgram) {
    self.program = program
    graph = program.graph
    roots = program.rows.map { $0 ?? -1 } + [program.objective ?? -1]
    var collector = SupportCollector(program.graph, variableCount: program.variableCount)
    for root in roots { collector.collect(root) }
    rowStarts = collector.nodeStarts
    rowNodes = collector.nodes
    supportStarts = collector.supportStarts
    supports = collector.supports
    linearRows = program.linear.matrix.transposed()
    (jacobianBase, places) = Self.layOut(
      program.linear.matrix, collector.supportStarts, collector.supports, rows: program.constraintCount)
  }

  /// The union of the linear pattern and the supports, and the place of each support in it.
  private static func layOut(
    _ linear: SparseMatrix, _ starts: [Int], _ supports: [Int32], rows: Int
  ) -> (SparseMatrix, [Int32]) {
    if starts[rows] == 0 { return (linear, []) }
    var triplets: [(row: Int, column: Int, value: Double)] = []
    triplets.reserveCapacity(linear.entryCount + starts[rows])
    for j in 0..<linear.columnCount {
      for p in linear.range(ofColumn: j) { triplets.append((Int(linear.rows[p]), j, linear.values[p])) }
    }
    for i in 0..<rows {
      for p in starts[i]..<starts[i + 1] { triplets.append((i, Int(supports[p]), 0)) }
    }
    let matrix = SparseMatrix(rowCount: rows, columnCount: linear.columnCount, triplets: triplets)
    var places = [Int32](repeating: 0, count: starts[rows])
    for i in 0..<rows {
      for p in starts[i]..<starts[i + 1] {
        places[p] = Int32(matrix.place(row: Int32(i), column: Int(supports[p])))
      }
    }
    return (matrix, places)
  }
}

extension SparseMatrix {
  /// Where entry (row, column), which must exist, lies among the values. Cost: a binary search in the column.
  func place(row: Int32, column: Int) -> Int {
    var low = Int(starts[column])
    var high = Int(starts[column + 1])
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Collects which inner nodes and which variables each root depends on.
private struct SupportCollector {
  let graph: FormulaGraph
  let variableCount: Int
  var nodeStarts = [0]
  var nodes: [Int32] = []
  var supportStarts = [0]
  var supports: [Int32] = []
  private var mark: [Int32]
  private var stamp: Int32 = 0

  init(_ graph: FormulaGraph, variableCount: Int) {
    self.graph = graph
    self.variableCount = variableCount
    mark = [Int32](repeating: 0, count: graph.count)
  }

  mutating func collect(_ root: Int32) {
    defer {
      nodeStarts.append(nodes.count)
      supportStarts.append(supports.count)
    }
    guard root >= 0 else { return }
    stamp += 1
    let nodesBegin = nodes.count
    let supportBegin = supports.count
    var stack = [root]
    mark[Int(root)] = stamp
    while let node = stack.popLast() {
      if Int(node) < variableCount {
        supports.append(node)
        continue
      }
      nodes.append(node)
      let operation = graph.operations[Int(node)]
      for (k, p) in graph.range(of: node).enumerated() {
        let child = graph.arguments[p]
        guard operation.moves(with: k), mark[Int(child)] != stamp else { continue }
        mark[Int(child)] = stamp
        if graph.operations[Int(child)] != .constant { stack.append(child) }
      }
    }
    // Arguments come before users in the graph: descending order visits every user before its arguments.
    nodes[nodesBegin...].sort(by: >)
    supports[supportBegin...].sort()
  }
}
