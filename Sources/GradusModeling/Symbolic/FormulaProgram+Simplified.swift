// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// A program in simpler formulas, and what was gained.
public struct SimplifiedProgram: Sendable {
  public var program: FormulaProgram
  /// Of one evaluation of all formulas by `CostTable`.
  public var costBefore: Double
  public var costAfter: Double
  public var report: SaturationReport
}

extension FormulaProgram {
  /// The same program, its formulas simplified by equality saturation: rows, variables, duals and start keep their places.
  ///
  /// Every formula is a number where the original is, on the whole space and not only within the bounds, and has the same value
  /// up to rounding. What becomes linear moves to the linear part. The program itself where nothing cheaper was found.
  public func simplified(_ options: Simplification = Simplification()) -> SimplifiedProgram {
    simplified(options, keepsSides: false)
  }

  /// With `keepsSides` constants stay in the formulas of the rows, so that values of rows mean what they meant.
  func simplified(_ options: Simplification, keepsSides: Bool) -> SimplifiedProgram {
    let all = rows + [objective]
    let roots = all.compactMap { $0 }
    let result = graph.simplified(roots, variableCount: variableCount, options)
    guard result.costAfter < result.costBefore else {
      return SimplifiedProgram(
        program: self, costBefore: result.costBefore, costAfter: result.costBefore, report: result.report)
    }
    var graph = result.graph
    var next = 0
    var nodes: [FormulaGraph.Node?] = []
    var linear = linear
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (i, root) in all.enumerated() {
      guard root != nil else {
        nodes.append(nil)
        continue
      }
      var parts = graph.split(result.roots[next])
      next += 1
      if i < constraintCount, keepsSides, parts.offset != 0 {
        let terms = parts.node.map { [(weight: 1.0, node: $0)] } ?? []
        nodes.append(graph.sum(terms, offset: parts.offset))
        parts.offset = 0
      } else {
        nodes.append(parts.node)
      }
      if i == constraintCount {
        linear.objectiveOffset += parts.offset
        for term in parts.linear { linear.costs[term.column] += term.weight }
      } else {
        linear.rowLower[i] -= parts.offset
        linear.rowUpper[i] -= parts.offset
        triplets += parts.linear.map { (i, $0.column, $0.weight) }
      }
    }
    if !triplets.isEmpty {
      for j in 0..<variableCount {
        for p in linear.matrix.range(ofColumn: j) {
          triplets.append((Int(linear.matrix.rows[p]), j, linear.matrix.values[p]))
        }
      }
      linear.matrix = SparseMatrix(rowCount: constraintCount, columnCount: variableCount, triplets: triplets)
    }
    var program = FormulaProgram(
      linear: linear, graph: graph, objective: nodes[constraintCount], rows: Array(nodes.dropLast()), start: start)
    program.hasStart = hasStart
    program.startMultipliers = startMultipliers
    return SimplifiedProgram(
      program: program, costBefore: result.costBefore, costAfter: result.costAfter, report: result.report)
  }
}

extension FormulaGraph {
  /// A root taken apart: offset + Σ weight·variable + node. Sums of variables inside the root's sum are opened.
  fileprivate mutating func split(_ root: Node) -> ProgramAssembler.Root {
    var result = ProgramAssembler.Root()
    if let value = constant(at: root) {
      result.offset = value
      return result
    }
    if operations[Int(root)] == .variable {
      result.linear = [(1, Int(root))]
      return result
    }
    guard operations[Int(root)] == .sum else {
      result.node = root
      return result
    }
    var rest: [(weight: Double, node: Node)] = []
    result.offset = numbers[Int(root)]
    for p in range(of: root) {
      let (weight, term) = (weights[p], arguments[p])
      if operations[Int(term)] == .variable {
        result.linear.append((weight, Int(term)))
      } else if operations[Int(term)] == .sum,
        range(of: term).allSatisfy({ operations[Int(arguments[$0])] == .variable })
      {
        result.offset += weight * numbers[Int(term)]
        result.linear += range(of: term).map { (weight * weights[$0], Int(arguments[$0])) }
      } else {
        rest.append((weight, term))
      }
    }
    if rest.contains(where: { $0.weight == 0 }) {
      result.node = node(.sum, rest.map(\.node), weights: rest.map(\.weight))
    } else if !rest.isEmpty {
      result.node = sum(rest)
    }
    return result
  }
}
