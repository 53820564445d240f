// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Which columns and rows of an answer stand on a side, and which multipliers are taken for zero.
///
/// From the basis where the answer has one; otherwise from the numbers: what is within 1e-9 of a side stands on it, and a
/// multiplier below 1e-9 of the largest cost is zero.
struct AnswerActivity {
  /// The side a column or row stands on; nil for one that is free to move.
  var columns: [Double?]
  var rows: [Double?]
  /// Rows whose multiplier may differ from zero, and columns whose reduced cost must vanish.
  var weighted: [Bool]
  var priced: [Bool]

  /// Nil when the basis does not fit the form.
  init?(_ view: RowView, basis: Basis) {
    let form = view.form
    guard basis.columns.count == form.variableCount, basis.rows.count == form.constraintCount else { return nil }
    func side(_ status: BasisStatus, _ lower: Double, _ upper: Double) -> Double?? {
      switch status {
      case .basic: return .some(nil)
      case .lower: return lower.isFinite ? .some(lower) : nil
      case .upper: return upper.isFinite ? .some(upper) : nil
      case .free: return .some(0)
      case .nonbasic: return lower.isFinite ? .some(lower) : upper.isFinite ? .some(upper) : .some(0)
      }
    }
    columns = []
    rows = []
    for j in form.costs.indices {
      guard let side = side(basis.columns[j], form.columnLower[j], form.columnUpper[j]) else { return nil }
      columns.append(side)
    }
    for i in 0..<form.constraintCount {
      guard let side = side(basis.rows[i], form.rowLower[i], form.rowUpper[i]) else { return nil }
      // A free row that is not basic restricts nothing.
      rows.append(basis.rows[i] == .free || side?.isFinite != true && side != nil ? nil : side)
    }
    weighted = rows.map { $0 != nil }
    priced = columns.map { $0 == nil }
  }

  /// From a point and, where there are any, multipliers of the rows. Integral columns stand where they are.
  init(_ view: RowView, point x: [Double], duals: [Double]?, fixing integers: Bool) {
    let form = view.form
    func side(_ value: Double, _ lower: Double, _ upper: Double) -> Double? {
      let near = [lower, upper].filter { $0.isFinite && abs(value - $0) <= 1e-9 * max(1, abs($0)) }
      return near.min { abs(value - $0) < abs(value - $1) }
    }
    let columns = x.indices.map { j in
      integers && form.kinds[j].isIntegral
        ? x[j].rounded() : side(x[j], form.columnLower[j], form.columnUpper[j])
    }
    let activities = view.activities(x)
    let rows = activities.indices.map { side(activities[$0].rounded, form.rowLower[$0], form.rowUpper[$0]) }
    let scale = 1e-9 * max(1, form.costs.reduce(0) { max($0, abs($1)) })
    let combined = view.combination(duals ?? [Double](repeating: 0, count: form.constraintCount))
    self.columns = columns
    self.rows = rows
    weighted = rows.indices.map { i in rows[i] != nil && duals.map { abs($0[i]) > scale } ?? true }
    priced = form.costs.indices.map {
      columns[$0] == nil || abs((DoubleDouble(form.costs[$0]) - combined[$0]).rounded) <= scale
    }
  }

  /// The point in which every column and row stands on its side, as far as the equations allow.
  ///
  /// Rows with a multiplier come first; columns that the equations leave open keep what they have in `x`.
  func point(_ view: RowView, near x: [Double], by deadline: ProofDeadline) throws(ExactSystem.Obstacle) -> ExactVector
  {
    let form = view.form
    let free = columns.indices.filter { columns[$0] == nil }
    var place = [Int](repeating: -1, count: columns.count)
    for (k, j) in free.enumerated() { place[j] = k }
    var system = ExactSystem(equations: [], sides: [], given: free.map { x[$0] }, classes: [])
    for i in rows.indices {
      guard let target = rows[i] else { continue }
      var side = DyadicSum()
      side.add(target)
      var equation: ExactSystem.Equation = []
      for (j, value) in view.entries(i) {
        if place[j] >= 0 {
          equation.append((place[j], value))
        } else if let fixed = columns[j], fixed != 0, value != 0 {
          side.add(-value, times: fixed)
        }
      }
      if equation.isEmpty { continue }
      system.equations.append(equation)
      system.sides.append(side)
      system.classes?.append(weighted[i] || form.rowLower[i] == form.rowUpper[i] ? 0 : 1)
    }
    let solved = try system.solve(by: deadline)
    var all = ExactVector(columns.map { $0 ?? 0 })
    for (k, j) in free.enumerated() { all[j] = solved[k] }
    return all
  }

  /// The multipliers that make every priced column's reduced cost vanish, zero on all other rows.
  func multipliers(
    _ view: RowView, near y: [Double], by deadline: ProofDeadline
  ) throws(ExactSystem.Obstacle) -> ExactVector {
    let form = view.form
    let used = rows.indices.filter { weighted[$0] }
    var place = [Int](repeating: -1, count: rows.count)
    for (k, i) in used.enumerated() { place[i] = k }
    var system = ExactSystem(equations: [], sides: [], given: used.map { y[$0] }, classes: [])
    for j in columns.indices where priced[j] {
      var side = DyadicSum()
      side.add(form.costs[j])
      var equation: ExactSystem.Equation = []
      for p in form.matrix.range(ofColumn: j) where form.matrix.values[p] != 0 {
        let i = Int(form.matrix.rows[p])
        if place[i] >= 0 { equation.append((place[i], form.matrix.values[p])) }
      }
      if equation.isEmpty { continue }
      system.equations.append(equation)
      system.sides.append(side)
      system.classes?.append(columns[j] == nil ? 0 : 1)
    }
    let solved = try system.solve(by: deadline)
    var all = ExactVector([Double](repeating: 0, count: rows.count))
    for (k, i) in used.enumerated() { all[i] = solved[k] }
    return all
  }
}
