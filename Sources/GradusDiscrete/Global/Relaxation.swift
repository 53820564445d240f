// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// The factorable relaxation of a program over a box: one column a variable and one a node, one estimator a node.
///
///     w = f(a)     lines below and above f on the range of a
///     w = a·b      w ≥ b₀a + a₀b − a₀b₀, …   (McCormick)
///     w = a/b      the same for a = w·b
///
/// Every row holds for all points of the box in exact arithmetic: slopes are any numbers, offsets are rounded outward.
/// Source: McCormick, *Math. Program.* 10 (1976) 147–175; Tawarmalani & Sahinidis (2002), chapter 4.
struct Relaxation {
  let program: FormulaProgram
  /// The nodes that the roots need, without constants and variables.
  let nodes: [Int]
  /// The column of each node; −1 where there is none.
  let columns: [Int]
  let columnCount: Int
  private let linearRows: [RelaxedProgram.Row]

  /// `slack` as in `IntervalSweep`.
  init(_ program: FormulaProgram, slack: Double) {
    self.program = program
    let graph = program.graph
    var needed = [Bool](repeating: false, count: graph.count)
    for case let root? in program.rows + [program.objective] { needed[Int(root)] = true }
    for i in stride(from: graph.count - 1, through: program.variableCount, by: -1) where needed[i] {
      for p in graph.range(of: Int32(i)) { needed[Int(graph.arguments[p])] = true }
    }
    nodes = (program.variableCount..<graph.count).filter { needed[$0] && graph.operations[$0] != .constant }
    var columns = [Int](repeating: -1, count: graph.count)
    for j in 0..<program.variableCount { columns[j] = j }
    for (k, i) in nodes.enumerated() { columns[i] = program.variableCount + k }
    self.columns = columns
    columnCount = program.variableCount + nodes.count
    let byRows = program.linear.matrix.transposed()
    linearRows = (0..<program.constraintCount).map { i in
      let places = byRows.range(ofColumn: i)
      // Room for rounding in the data, as `IntervalSweep` leaves it.
      let (lower, upper) = (program.linear.rowLower[i], program.linear.rowUpper[i])
      var row = RelaxedProgram.Row(
        places.map { Int(byRows.rows[$0]) }, places.map { byRows.values[$0] }, from: lower - slack * max(1, abs(lower)),
        to: upper + slack * max(1, abs(upper)))
      if let root = program.rows[i], columns[Int(root)] >= 0 {
        row.columns.append(Int32(columns[Int(root)]))
        row.values.append(1)
      }
      return row
    }
  }

  /// The sign that makes the objective one to minimize.
  var sign: Double { program.linear.sense == .minimize ? 1 : -1 }

  /// The relaxation over a box whose nodes have these ranges.
  func program(ranges: [Interval], cuts: [RelaxedProgram.Row] = []) -> RelaxedProgram {
    var relaxed = RelaxedProgram(
      costs: [Double](repeating: 0, count: columnCount), lower: [Double](repeating: 0, count: columnCount),
      upper: [Double](repeating: 0, count: columnCount))
    for j in 0..<program.variableCount { relaxed.costs[j] = sign * program.linear.costs[j] }
    relaxed.offset = sign * program.linear.objectiveOffset
    if let root = program.objective, columns[Int(root)] >= 0 { relaxed.costs[columns[Int(root)]] += sign }
    for i in ranges.indices where columns[i] >= 0 {
      // What HiGHS takes for infinite had better be infinite for us as well.
      relaxed.lower[columns[i]] = ranges[i].lower < -1e15 ? -.infinity : ranges[i].lower
      relaxed.upper[columns[i]] = ranges[i].upper > 1e15 ? .infinity : ranges[i].upper
    }
    relaxed.rows = linearRows.filter { !$0.columns.isEmpty && ($0.lower > -.infinity || $0.upper < .infinity) }
    for i in nodes { append(i, ranges, at: nil, to: &relaxed.rows) }
    relaxed.rows += cuts
    return relaxed
  }

  /// Rows that cut off a point of the relaxation (one number a column) where they can.
  func cuts(at point: [Double], ranges: [Interval]) -> [RelaxedProgram.Row] {
    var rows: [RelaxedProgram.Row] = []
    for i in nodes { append(i, ranges, at: point, to: &rows) }
    return rows.filter { row in
      let value = zip(row.columns, row.values).reduce(0.0) { $0 + $1.1 * point[Int($1.0)] }
      let scale = row.values.reduce(1.0) { max($0, abs($1)) }
      return max(row.lower - value, value - row.upper) > 1e-7 * scale * max(1, abs(value))
    }
  }

  /// The operation of a node as a function of one argument, where it is one.
  func univariate(_ i: Int) -> (function: Univariate, argument: Int)? {
    let graph = program.graph
    let operation = graph.operations[i]
    if operation == .quotient, let top = graph.constant(at: graph.argument(0, of: Int32(i))) {
      return (
        Univariate(operation: .constantPower, number: -1, scale: top), Int(graph.argument(1, of: Int32(i)))
      )
    }
    guard operation.arity == 1, operation.isCurved || operation == .absolute else { return nil }
    return (Univariate(operation: operation, number: graph.numbers[i]), Int(graph.argument(0, of: Int32(i))))
  }

  private func append(_ i: Int, _ ranges: [Interval], at point: [Double]?, to rows: inout [RelaxedProgram.Row]) {
    let graph = program.graph
    let w = columns[i]
    if let (function, argument) = univariate(i) {
      let column = columns[argument]
      guard column >= 0 else { return }
      let range = ranges[argument]
      let points = point.map { [$0[column]] } ?? Self.samples(range)
      for line in function.linesBelow(on: range, touching: points) where line.offset.isUsable {
        rows.append(RelaxedProgram.Row([w, column], [1, -line.slope], from: line.offset))
      }
      for line in function.negated.linesBelow(on: range, touching: points) where line.offset.isUsable {
        rows.append(RelaxedProgram.Row([w, column], [1, line.slope], to: -line.offset))
      }
      return
    }
    // Everything else does not depend on where it is cut.
    if point != nil { return }
    let places = graph.range(of: Int32(i))
    func child(_ k: Int) -> Int { Int(graph.arguments[places.lowerBound + k]) }
    switch graph.operations[i] {
    case .sum:
      var row = RelaxedProgram.Row([w], [1], from: graph.numbers[i], to: graph.numbers[i])
      for p in places {
        row.columns.append(Int32(columns[Int(graph.arguments[p])]))
        row.values.append(-graph.weights[p])
      }
      rows.append(row)
    case .product: appendProduct(w, child(0), child(1), ranges, &rows)
    case .quotient: appendQuotient(i, child(0), child(1), ranges, &rows)
    case .minimum, .maximum: appendExtreme(i, child(0), child(1), ranges, &rows)
    case .conditional:
      let condition = ranges[child(0)]
      if condition == Interval(0) { equate(w, child(2), &rows) }
      if !condition.contains(0) { equate(w, child(1), &rows) }
    default: return
    }
  }

  private func equate(_ w: Int, _ node: Int, _ rows: inout [RelaxedProgram.Row]) {
    if columns[node] >= 0 { rows.append(RelaxedProgram.Row([w, columns[node]], [1, -1], from: 0, to: 0)) }
  }

  private static func samples(_ range: Interval) -> [Double] {
    [range.lower, range.middle, range.upper].filter(\.isUsable)
  }

  private func appendProduct(
    _ w: Int, _ a: Int, _ b: Int, _ ranges: [Interval], _ rows: inout [RelaxedProgram.Row]
  ) {
    guard columns[a] >= 0, columns[b] >= 0 else { return }
    let (x, y) = (ranges[a], ranges[b])
    for (p, q, isLower) in [
      (x.lower, y.lower, true), (x.upper, y.upper, true), (x.lower, y.upper, false), (x.upper, y.lower, false),
    ] where p.isUsable && q.isUsable && abs(p * q) <= 1e12 {
      // (a − p)(b − q) ≥ 0 or ≤ 0
      let side = Interval(p) * Interval(q)
      let row = RelaxedProgram.Row(
        [w, columns[a], columns[b]], [1, -q, -p], from: isLower ? -side.upper : -.infinity,
        to: isLower ? .infinity : -side.lower)
      rows.append(row)
    }
  }

  /// a = w·b, with w between its bounds.
  private func appendQuotient(
    _ i: Int, _ a: Int, _ b: Int, _ ranges: [Interval], _ rows: inout [RelaxedProgram.Row]
  ) {
    guard columns[a] >= 0, columns[b] >= 0, !ranges[b].contains(0) else { return }
    let (x, y) = (ranges[i], ranges[b])
    for (p, q, isLower) in [
      (x.lower, y.lower, true), (x.upper, y.upper, true), (x.lower, y.upper, false), (x.upper, y.lower, false),
    ] where p.isUsable && q.isUsable && abs(p * q) <= 1e12 {
      let side = Interval(p) * Interval(q)
      let row = RelaxedProgram.Row(
        [columns[a], columns[i], columns[b]], [1, -q, -p], from: isLower ? -side.upper : -.infinity,
        to: isLower ? .infinity : -side.lower)
      rows.append(row)
    }
  }

  private func appendExtreme(
    _ i: Int, _ a: Int, _ b: Int, _ ranges: [Interval], _ rows: inout [RelaxedProgram.Row]
  ) {
    let isMaximum = program.graph.operations[i] == .maximum
    let w = columns[i]
    for node in [a, b] where columns[node] >= 0 {
      rows.append(
        RelaxedProgram.Row(
          [w, columns[node]], [1, -1], from: isMaximum ? 0 : -.infinity, to: isMaximum ? .infinity : 0))
    }
    let s = isMaximum ? 1.0 : -1.0
    let difference = s * (ranges[b] - ranges[a])
    guard columns[a] >= 0, columns[b] >= 0, difference.isBounded, difference.width > 0 else { return }
    // max(a, b) = a + max(0, b − a) ≤ a + θ·(b − a) + β
    // A short fraction, so that 1 − θ is exact.
    let theta = (min(1, max(0, difference.upper / difference.width)) * 0x1p30).rounded() * 0x1p-30
    let beta = max(
      (-theta * Interval(difference.lower)).upper, (Interval(difference.upper) * (Interval(1) - Interval(theta))).upper,
      0)
    rows.append(
      RelaxedProgram.Row(
        [w, columns[a], columns[b]], [1, -(1 - theta), -theta],
        from: isMaximum ? -.infinity : -beta.nextUp, to: isMaximum ? beta.nextUp : .infinity))
  }
}
