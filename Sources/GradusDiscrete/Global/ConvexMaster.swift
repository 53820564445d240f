// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

/// The linear rows of a `ConvexSplit` and the straight cuts of its terms.
///
/// Columns: the variables, one a term, one an argument of a term that has many variables, and the digits of exact products. A
/// term that stands alone in one row needs no column: its cuts are cuts of the row.
struct ConvexMaster: Sendable {
  /// A term that is a function of one affine formula.
  struct Ridge: Sendable {
    var function: Univariate
    var argument: AffineFormula
    var range: Interval
    /// The column that holds the argument; nil where it is written out.
    var column: Int?
    /// The argument is an integer variable up to its sign and a whole number.
    var isWhole: Bool
  }

  let split: ConvexSplit
  let oracle: FormulaOracle
  private(set) var base: RelaxedProgram
  private(set) var ridges: [Ridge?] = []
  /// The column of each term; nil where its cuts go into a row.
  private(set) var termColumns: [Int?] = []
  private(set) var direct: [(part: Int, weight: Double)?] = []
  private(set) var digits = DigitColumns()
  let variableCount: Int
  /// True when a continuous variable occurs in a term.
  let hasContinuousTerms: Bool

  init(_ split: ConvexSplit, box: [Interval], integers: [Int32]) {
    self.split = split
    oracle = FormulaOracle(split.pieces)
    variableCount = box.count
    let whole = Set(integers.map { Int($0) })
    let jacobian = (try? oracle.immediateDerivatives(at: split.pieces.start))??.jacobian
    hasContinuousTerms = box.indices.contains { j in
      !whole.contains(j) && jacobian.map { !$0.range(ofColumn: j).isEmpty } ?? true
    }
    base = RelaxedProgram(
      costs: [Double](repeating: 0, count: box.count), lower: box.map(\.lower), upper: box.map(\.upper))
    base.integers = integers
    direct = Self.lonelyTerms(split)
    for (k, term) in split.terms.enumerated() {
      let range = term.sign * split.ranges[Int(term.node)]
      let low = range.lower > -1e9 ? range.lower : -.infinity
      termColumns.append(direct[k] == nil ? base.addColumn(low, .infinity) : nil)
      ridges.append(ridge(term, box))
    }
    appendParts()
    digits.append(split.products, box, to: &base)
    for (i, part) in split.parts.enumerated() { addProducts(part, i) }
    base.rows.removeAll { $0.lower == -.infinity && $0.upper == .infinity }
    for (k, ridge) in ridges.enumerated() {
      guard let ridge else { continue }
      for line in ridge.function.spread(on: ridge.range, isWhole: ridge.isWhole) {
        base.rows.append(row(k, ridge, line))
      }
    }
  }

  /// Terms that stand alone in one row and nowhere else.
  private static func lonelyTerms(_ split: ConvexSplit) -> [(part: Int, weight: Double)?] {
    var uses = [Int](repeating: 0, count: split.terms.count)
    var last = [(part: Int, weight: Double)?](repeating: nil, count: split.terms.count)
    for (i, part) in split.parts.enumerated() {
      for (weight, k) in part.terms {
        uses[k] += 1
        let isAlone = part.terms.count == 1 && part.products.isEmpty && i + 1 < split.parts.count
        last[k] = isAlone ? (i, weight) : nil
      }
    }
    return last.indices.map { uses[$0] == 1 ? last[$0] : nil }
  }

  private mutating func ridge(_ term: ConvexSplit.Term, _ box: [Interval]) -> Ridge? {
    let graph = split.pieces.graph
    let operation = graph.operations[Int(term.node)]
    var function = Univariate(operation: operation, number: graph.numbers[Int(term.node)], scale: term.sign)
    var child = graph.range(of: term.node).first.map { graph.arguments[$0] }
    if operation == .quotient, let top = graph.constant(at: graph.argument(0, of: term.node)) {
      function = Univariate(operation: .constantPower, number: -1, scale: term.sign * top)
      child = graph.argument(1, of: term.node)
    } else if operation.arity != 1 || !(operation.isCurved || operation == .absolute) {
      return nil
    }
    guard let child, let argument = graph.affine(child), !argument.columns.isEmpty else { return nil }
    let range = argument.range(over: box).intersection(split.ranges[Int(child)])
    guard function.curvature(range).isConvex else { return nil }
    let isWhole =
      argument.columns.count == 1 && abs(argument.values[0]) == 1 && argument.offset == argument.offset.rounded()
      && base.integers.contains(Int32(argument.columns[0]))
    var column: Int?
    if argument.columns.count > 2 {
      column = base.addColumn(range.lower, range.upper)
      base.rows.append(
        RelaxedProgram.Row(
          argument.columns + [column ?? 0], argument.values + [-1], from: -argument.offset, to: -argument.offset))
    }
    return Ridge(function: function, argument: argument, range: range, column: column, isWhole: isWhole)
  }

  private mutating func appendParts() {
    for (i, part) in split.parts.enumerated() {
      let columns = part.linear.keys.sorted()
      if i + 1 == split.parts.count {
        base.offset = part.offset
        for j in columns { base.costs[j] += part.linear[j] ?? 0 }
        for (weight, k) in part.terms { base.costs[termColumns[k] ?? 0] += weight }
        continue
      }
      var row = RelaxedProgram.Row(
        columns, columns.map { part.linear[$0] ?? 0 }, from: part.lower - part.offset, to: part.upper - part.offset)
      if part.terms.count == 1, direct[part.terms[0].term] != nil { (row.lower, row.upper) = (-.infinity, .infinity) }
      for (weight, k) in part.terms {
        guard let column = termColumns[k] else { continue }
        row.columns.append(Int32(column))
        row.values.append(weight)
      }
      base.rows.append(row)
      partRows.append(base.rows.count - 1)
    }
  }

  /// The row of each part but the objective.
  private var partRows: [Int] = []

  private mutating func addProducts(_ part: ConvexSplit.Part, _ i: Int) {
    for (weight, place) in part.products {
      for (column, value) in digits.terms(of: split.products[place]) {
        if i == partRows.count {
          base.costs[column] += weight * value
        } else {
          base.rows[partRows[i]].columns.append(Int32(column))
          base.rows[partRows[i]].values.append(weight * value)
        }
      }
    }
  }

  // MARK: Cuts

  /// t ≥ slope·argument + offset as a row.
  private func row(_ k: Int, _ ridge: Ridge, _ line: Univariate.Line) -> RelaxedProgram.Row {
    if let column = ridge.column { return row(k, [column], [line.slope], line.offset) }
    let a = ridge.argument
    return row(k, a.columns, a.values.map { line.slope * $0 }, line.offset + line.slope * a.offset)
  }

  /// t ≥ Σ slopes·x + offset as a row.
  private func row(_ k: Int, _ columns: [Int], _ slopes: [Double], _ offset: Double) -> RelaxedProgram.Row {
    if let column = termColumns[k] {
      return RelaxedProgram.Row([column] + columns, [1] + slopes.map { -$0 }, from: offset)
    }
    guard let (i, weight) = direct[k] else { return RelaxedProgram.Row([], []) }
    let part = split.parts[i]
    var entries = part.linear
    for (j, slope) in zip(columns, slopes) { entries[j, default: 0] += weight * slope }
    let shift = part.offset + weight * offset
    let kept = entries.keys.filter { entries[$0] != 0 }.sorted()
    return RelaxedProgram.Row(
      kept, kept.map { entries[$0] ?? 0 }, from: part.lower - shift, to: part.upper - shift)
  }

  /// Rows that cut off a point of the master where a term lies above its column by more than `tolerance`·max(1, |term|), and
  /// the largest such excess and those terms.
  func cuts(at point: [Double], tolerance: Double) -> (rows: [RelaxedProgram.Row], excess: Double, terms: [Int]) {
    cuts(point, tolerance, of: nil)
  }

  /// The terms of `only` (nil: all) linearized at a point of the variables.
  func tangents(at x: Vector, only: [Int]?) -> [RelaxedProgram.Row] { cuts(x.elements, nil, of: only).rows }

  private func cuts(
    _ point: [Double], _ tolerance: Double?, of only: [Int]?
  ) -> (rows: [RelaxedProgram.Row], excess: Double, terms: [Int]) {
    let n = variableCount
    let x = Vector(Array(point[..<n]))
    guard !split.terms.isEmpty, let values = try? oracle.immediateValues(at: x) else { return ([], 0, []) }
    let wanted = only.map { Set($0) }
    var found: [Int] = []
    var rows: [RelaxedProgram.Row] = []
    var worst = 0.0
    var gradients: SparseMatrix?
    for (k, term) in split.terms.enumerated() {
      if let wanted, !wanted.contains(k) { continue }
      let value = term.sign * values.constraints[k]
      if let tolerance {
        let excess = (value - held(k, point)) / max(1, abs(value))
        // A value that is no number comes from beyond the domain: the function is convex on the box, so its end is near.
        if excess <= tolerance { continue }
        worst = max(worst, excess.isNaN ? 1 : excess)
      }
      found.append(k)
      if let ridge = ridges[k] {
        let a = ridge.argument.value(at: x.elements)
        let lines = ridge.function.touching(a, on: ridge.range, isWhole: ridge.isWhole)
        rows += lines.map { row(k, ridge, $0) }
        continue
      }
      guard value.isFinite else { continue }
      if gradients == nil { gradients = (try? oracle.immediateDerivatives(at: x))??.jacobian.transposed() }
      guard let gradients else { continue }
      let places = gradients.range(ofColumn: k)
      let columns = places.map { Int(gradients.rows[$0]) }
      let slopes = places.map { term.sign * gradients.values[$0] }
      guard slopes.allSatisfy({ $0.isFinite && abs($0) < 1e9 }) else { continue }
      rows.append(row(k, columns, slopes, zip(columns, slopes).reduce(value) { $0 - $1.1 * x[$1.0] }))
    }
    return (rows, worst, found)
  }

  /// What a point of the master holds for a term.
  private func held(_ k: Int, _ point: [Double]) -> Double {
    if let column = termColumns[k] { return point[column] }
    guard let (i, weight) = direct[k] else { return .infinity }
    let part = split.parts[i]
    let side = weight > 0 ? part.upper : part.lower
    return (side - part.offset - part.linear.reduce(0) { $0 + $1.value * point[$1.key] }) / weight
  }

  /// A point of the variables with all other columns.
  func lifted(_ x: Vector) -> Vector? {
    guard let values = try? oracle.immediateValues(at: x) else { return nil }
    var point = x.elements + [Double](repeating: 0, count: base.costs.count - x.count)
    for (k, term) in split.terms.enumerated() {
      if let column = termColumns[k] { point[column] = max(term.sign * values.constraints[k], base.lower[column]) }
      if let column = ridges[k]?.column { point[column] = ridges[k]?.argument.value(at: x.elements) ?? 0 }
    }
    digits.fill(&point)
    let result = Vector(point)
    return result.isFinite ? result : nil
  }
}

extension RelaxedProgram {
  /// A new column without costs.
  mutating func addColumn(_ lower: Double, _ upper: Double) -> Int {
    costs.append(0)
    self.lower.append(lower)
    self.upper.append(upper)
    return costs.count - 1
  }
}
