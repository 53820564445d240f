// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
package import GradusNumerics

/// Ranges of all nodes of a program over a box, and the box tightened by what the rows require.
///
///     forward     X(node) = f(X(arguments))
///     backward    X(argument) ∩= f⁻¹(X(node)),  starting from  X(root) ∩= [side, side] − (linear part)
///
/// Feasibility-based bound tightening: no point of the box that satisfies all rows, is whole where it must be, and gives
/// the objective a value in `objectiveRange` is lost; all arithmetic rounds outward. A round costs one pass up and one
/// pass down. Source: Benhamou et al., *Revising hull and box consistency*, ICLP 1999; Belotti et al., *Optim. Methods
/// Softw.* 24 (2009) 597–634.
package struct IntervalSweep: Sendable {
  package let program: FormulaProgram
  /// The range of each node after the last pass.
  package private(set) var nodes: [Interval]
  /// A by rows: column i holds row i.
  package let rows: SparseMatrix
  /// Nodes that are evaluated at every point: all but those only branches of an `if` need.
  private let isCertain: [Bool]
  private let isUsed: [Bool]
  /// The sides, widened against rounding in the data.
  private let sides: [Interval]

  /// `slack` is the violation of a row, relative to max(1, |side|), that still counts as feasible.
  package init(_ program: FormulaProgram, slack: Double = 1e-9) {
    self.program = program
    nodes = [Interval](repeating: .whole, count: program.graph.count)
    rows = program.linear.matrix.transposed()
    sides = (0..<program.constraintCount).map { i in
      let (l, u) = (program.linear.rowLower[i], program.linear.rowUpper[i])
      return Interval(l - slack * max(1, abs(l)), u + slack * max(1, abs(u)))
    }
    let graph = program.graph
    var certain = [Bool](repeating: false, count: graph.count)
    var used = [Bool](repeating: false, count: graph.count)
    for case let root? in program.rows + [program.objective] {
      certain[Int(root)] = true
      used[Int(root)] = true
    }
    for i in stride(from: graph.count - 1, through: program.variableCount, by: -1) where used[i] {
      for (k, p) in graph.range(of: Int32(i)).enumerated() {
        let child = Int(graph.arguments[p])
        used[child] = true
        if certain[i], graph.operations[i] != .conditional || k == 0 { certain[child] = true }
      }
    }
    isCertain = certain
    isUsed = used
  }

  /// The bounds of the variables as stated; those of semi-continuous ones include 0, those of integers are whole.
  package var box: [Interval] {
    let form = program.linear
    return form.costs.indices.map { j in
      var range = Interval(form.columnLower[j], form.columnUpper[j])
      if range.isEmpty { return .empty }
      if form.kinds[j] == .semicontinuous || form.kinds[j] == .semiinteger { range = range.hull(Interval(0)) }
      return form.kinds[j].isIntegral ? range.roundedInward(slack: 1e-9) : range
    }
  }

  /// Makes `nodes` the ranges over a box.
  package mutating func forward(_ box: [Interval]) {
    for j in box.indices { nodes[j] = box[j] }
    for i in box.count..<nodes.count where isUsed[i] { nodes[i] = range(of: i) }
  }

  private func range(of i: Int) -> Interval {
    let graph = program.graph
    let first = Int(graph.starts[i])
    let operation = graph.operations[i]
    func argument(_ k: Int) -> Interval { nodes[Int(graph.arguments[first + k])] }
    switch operation {
    case .constant: return Interval(graph.numbers[i])
    case .variable: return nodes[Int(graph.numbers[i])]
    case .parameter: return .whole
    case .sum:
      var total = Interval(graph.numbers[i])
      for p in first..<Int(graph.starts[i + 1]) { total = total + graph.weights[p] * nodes[Int(graph.arguments[p])] }
      return total
    case .conditional:
      let condition = argument(0)
      if condition == Interval(0) { return argument(2) }
      return condition.contains(0) ? argument(1).hull(argument(2)) : argument(1)
    default:
      return operation.arity == 1
        ? operation.interval(argument(0), number: graph.numbers[i]) : operation.interval(argument(0), argument(1))
    }
  }

  /// The range of a row, or of the objective for i = number of rows; of the last pass.
  package func range(ofRow i: Int, in box: [Interval]) -> Interval {
    var total = root(i)
    if i == program.constraintCount {
      total = total + Interval(program.linear.objectiveOffset)
      for j in box.indices where program.linear.costs[j] != 0 { total = total + program.linear.costs[j] * box[j] }
    } else {
      for p in rows.range(ofColumn: i) { total = total + rows.values[p] * box[Int(rows.rows[p])] }
    }
    return total
  }

  private func root(_ i: Int) -> Interval {
    let node = i == program.constraintCount ? program.objective : program.rows[i]
    return node.map { nodes[Int($0)] } ?? Interval(0)
  }

  /// Tightens a box; false when no feasible point is in it. Rounds end early when little happens.
  package mutating func tighten(
    _ box: inout [Interval], objectiveRange: Interval = .whole, rounds: Int = 10
  ) -> Bool {
    if box.contains(where: \.isEmpty) { return false }
    for _ in 0..<rounds {
      let before = box
      forward(box)
      for i in 0..<program.constraintCount {
        if !narrowRow(i, sides[i], &box) { return false }
      }
      if objectiveRange != .whole, !narrowRow(program.constraintCount, objectiveRange, &box) { return false }
      for j in box.indices { nodes[j] = nodes[j].intersection(box[j]) }
      if !backward() { return false }
      for j in box.indices {
        box[j] = box[j].intersection(nodes[j])
        if program.linear.kinds[j].isIntegral { box[j] = box[j].roundedInward(slack: 1e-9) }
        if box[j].isEmpty { return false }
      }
      if !Self.hasMoved(before, box) { break }
    }
    forward(box)
    return true
  }

  private static func hasMoved(_ before: [Interval], _ after: [Interval]) -> Bool {
    for (a, b) in zip(before, after) {
      if a == b { continue }
      if a.isBounded != b.isBounded { return true }
      if (a.lower.isInfinite && b.lower.isFinite) || (a.upper.isInfinite && b.upper.isFinite) { return true }
      let scale = a.isBounded ? a.width : max(1, b.middle.magnitude)
      if (a.lower.isFinite && b.lower - a.lower > 0.05 * scale)
        || (a.upper.isFinite && a.upper - b.upper > 0.05 * scale)
      {
        return true
      }
    }
    return false
  }

  /// Narrows variables and the root of one row: total ∈ side.
  private mutating func narrowRow(_ i: Int, _ side: Interval, _ box: inout [Interval]) -> Bool {
    let isObjective = i == program.constraintCount
    var columns: [Int] = []
    var weights: [Double] = []
    if isObjective {
      for j in box.indices where program.linear.costs[j] != 0 {
        columns.append(j)
        weights.append(program.linear.costs[j])
      }
    } else {
      for p in rows.range(ofColumn: i) where rows.values[p] != 0 {
        columns.append(Int(rows.rows[p]))
        weights.append(rows.values[p])
      }
    }
    let offset = isObjective ? Interval(program.linear.objectiveOffset) : Interval(0)
    let node = isObjective ? program.objective : program.rows[i]
    var terms = columns.indices.map { weights[$0] * box[columns[$0]] }
    terms.append(root(i))
    guard let narrowed = Self.narrow(terms, offset, side) else { return false }
    for k in columns.indices where narrowed[k] != terms[k] {
      let range = box[columns[k]].intersection(narrowed[k] / Interval(weights[k]))
      if range.isEmpty { return false }
      box[columns[k]] = range
    }
    if let node, let last = narrowed.last {
      let range = nodes[Int(node)].intersection(last)
      if range.isEmpty { return false }
      nodes[Int(node)] = range
    }
    return true
  }

  /// The terms narrowed so that offset + Σ terms can lie in `total`; nil when it cannot.
  private static func narrow(_ terms: [Interval], _ offset: Interval, _ total: Interval) -> [Interval]? {
    var suffix = [Interval](repeating: Interval(0), count: terms.count + 1)
    for k in stride(from: terms.count - 1, through: 0, by: -1) { suffix[k] = terms[k] + suffix[k + 1] }
    if (suffix[0] + offset).intersection(total).isEmpty { return nil }
    if (suffix[0] + offset).isSubset(of: total) { return terms }
    var result = terms
    var prefix = offset
    for k in terms.indices {
      result[k] = terms[k].intersection(total - (prefix + suffix[k + 1]))
      if result[k].isEmpty { return nil }
      prefix = prefix + terms[k]
    }
    return result
  }

  private mutating func backward() -> Bool {
    let graph = program.graph
    for i in stride(from: nodes.count - 1, through: program.variableCount, by: -1) where isCertain[i] {
      let v = nodes[i]
      if v.isEmpty { return false }
      let range = graph.range(of: Int32(i))
      let operation = graph.operations[i]
      switch operation {
      case .constant, .parameter, .variable: continue
      case .sum:
        let terms = range.map { graph.weights[$0] * nodes[Int(graph.arguments[$0])] }
        guard let narrowed = Self.narrow(terms, Interval(graph.numbers[i]), v) else { return false }
        for (k, p) in range.enumerated() where narrowed[k] != terms[k] {
          let child = Int(graph.arguments[p])
          nodes[child] = nodes[child].intersection(narrowed[k] / Interval(graph.weights[p]))
        }
      case .conditional:
        let condition = nodes[Int(graph.arguments[range.lowerBound])]
        let k = condition == Interval(0) ? 2 : condition.contains(0) ? 0 : 1
        if k > 0 {
          let child = Int(graph.arguments[range.lowerBound + k])
          nodes[child] = nodes[child].intersection(v)
        }
      default:
        let a = Int(graph.arguments[range.lowerBound])
        if range.count == 1 {
          nodes[a] = operation.preimage(of: v, in: nodes[a], number: graph.numbers[i])
        } else {
          let b = Int(graph.arguments[range.lowerBound + 1])
          let (left, right) = operation.preimages(of: v, nodes[a], nodes[b])
          nodes[a] = nodes[a].intersection(left)
          nodes[b] = nodes[b].intersection(right)
        }
      }
    }
    for j in 0..<program.variableCount where nodes[j].isEmpty { return false }
    return true
  }
}
