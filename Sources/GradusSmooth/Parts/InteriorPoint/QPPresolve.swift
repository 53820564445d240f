// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What can be read off a quadratic program before any arithmetic on matrices, with the way back.
///
/// Rows without sides or entries go; a row with one entry becomes a bound of its variable; a variable with equal bounds
/// becomes a constant; repeated until nothing changes. The way back gives a removed row the multiplier that takes up the
/// reduced cost of the variable it bounds, in the reverse order of the removals, so that equations of the reduced dual
/// hold again in the original one. Reference: Andersen & Andersen, *Math. Prog.* 71 (1995) 221–245.
struct QPPresolve: Sendable {
  /// A removed row that bounds a variable.
  private struct Removal: Sendable {
    let row: Int
    let column: Int
    let entry: Double
  }

  /// +1 for a minimization, −1 for a maximization.
  let sign: Double
  /// Aᵀ of the original problem.
  let rows: SparseMatrix
  private var lower: [Double]
  private var upper: [Double]
  private var rowLower: [Double]
  private var rowUpper: [Double]
  /// Which removed row gave the bound; −1 for the variable's own.
  private var lowerSource: [Int32]
  private var upperSource: [Int32]
  private var removals: [Removal] = []
  private var fixed: [Double?]
  private var rowRemoved: [Bool]
  /// Original indices of the variables and rows that stay.
  private(set) var columns: [Int32] = []
  private(set) var keptRows: [Int32] = []
  /// Row multipliers that prove infeasibility, when presolving already found it.
  private(set) var farkas: [Double]?

  init(_ form: StandardForm) {
    sign = form.sense == .minimize ? 1 : -1
    rows = form.matrix.transposed()
    (lower, upper) = (form.columnLower, form.columnUpper)
    (rowLower, rowUpper) = (form.rowLower, form.rowUpper)
    let (n, m) = (form.variableCount, form.constraintCount)
    lowerSource = [Int32](repeating: -1, count: n)
    upperSource = lowerSource
    fixed = [Double?](repeating: nil, count: n)
    rowRemoved = [Bool](repeating: false, count: m)
    reduce(form.matrix)
    columns = (0..<n).filter { fixed[$0] == nil }.map { Int32($0) }
    keptRows = (0..<m).filter { !rowRemoved[$0] }.map { Int32($0) }
  }

  private mutating func reduce(_ matrix: SparseMatrix) {
    let (n, m) = (matrix.columnCount, matrix.rowCount)
    var counts = [Int32](repeating: 0, count: m)
    for i in 0..<m { counts[i] = rows.starts[i + 1] - rows.starts[i] }
    var queue: [Int] = []
    for i in 0..<m {
      if rowLower[i] == -.infinity && rowUpper[i] == .infinity {
        rowRemoved[i] = true
      } else if counts[i] <= 1 {
        queue.append(i)
      }
      if rowLower[i] > rowUpper[i] { return refute(row: i) }
    }
    var fixing: [Int] = []
    for j in 0..<n {
      if lower[j] > upper[j] { return refute(column: j) }
      if lower[j] == upper[j] { fixing.append(j) }
    }
    while !queue.isEmpty || !fixing.isEmpty {
      while let j = fixing.popLast() {
        if fixed[j] != nil { continue }
        fixed[j] = lower[j]
        for p in matrix.range(ofColumn: j) {
          let i = Int(matrix.rows[p])
          counts[i] -= 1
          let shift = matrix.values[p] * lower[j]
          rowLower[i] -= shift
          rowUpper[i] -= shift
          if counts[i] <= 1 && !rowRemoved[i] { queue.append(i) }
        }
      }
      while let i = queue.popLast() {
        if rowRemoved[i] { continue }
        rowRemoved[i] = true
        let slack = 1e-9 * max(1, min(abs(rowLower[i]), abs(rowUpper[i])))
        guard let p = rows.range(ofColumn: i).first(where: { fixed[Int(rows.rows[$0])] == nil && rows.values[$0] != 0 })
        else {
          if rowLower[i] > slack || rowUpper[i] < -slack { return refute(row: i) }
          continue
        }
        let j = Int(rows.rows[p])
        tighten(j, by: i, rows.values[p])
        if farkas != nil { return }
        if lower[j] == upper[j] { fixing.append(j) }
      }
    }
  }

  /// Row i alone bounds variable j.
  private mutating func tighten(_ j: Int, by i: Int, _ entry: Double) {
    var (low, high) = (rowLower[i] / entry, rowUpper[i] / entry)
    if entry < 0 { swap(&low, &high) }
    removals.append(Removal(row: i, column: j, entry: entry))
    if low > lower[j] {
      lower[j] = low
      lowerSource[j] = Int32(i)
    }
    if high < upper[j] {
      upper[j] = high
      upperSource[j] = Int32(i)
    }
    let slack = 1e-9 * max(1, min(abs(lower[j]), abs(upper[j])))
    if lower[j] > upper[j] + slack {
      refute(column: j)
    } else if lower[j] > upper[j] {
      // Equal but for rounding.
      let middle = 0.5 * (lower[j] + upper[j])
      (lower[j], upper[j]) = (middle, middle)
    }
  }

  private mutating func refute(row i: Int) {
    var y = [Double](repeating: 0, count: rowLower.count)
    y[i] = rowLower[i] > 0 || rowLower[i] > rowUpper[i] ? 1 : -1
    farkas = restoreRay(y)
  }

  private mutating func refute(column j: Int) {
    var y = [Double](repeating: 0, count: rowLower.count)
    for r in removals where r.column == j {
      if Int(lowerSource[j]) == r.row { y[r.row] += 1 / r.entry }
      if Int(upperSource[j]) == r.row { y[r.row] -= 1 / r.entry }
    }
    farkas = restoreRay(y)
  }

  // MARK: The reduced problem

  /// The problem that is left.
  func reduced(_ form: StandardForm) -> ConvexQP {
    let (n, m) = (columns.count, keptRows.count)
    var place = [Int32](repeating: -1, count: form.variableCount)
    for (k, j) in columns.enumerated() { place[Int(j)] = Int32(k) }
    var costs = columns.map { sign * form.costs[Int($0)] }
    var quadratic: SparseMatrix?
    if let q = form.quadratic, q.entryCount > 0 {
      var starts: [Int32] = [0]
      var indices: [Int32] = []
      var values: [Double] = []
      starts.reserveCapacity(n + 1)
      for (k, j) in columns.enumerated() {
        for p in q.range(ofColumn: Int(j)) {
          let i = Int(q.rows[p])
          if let value = fixed[i] {
            costs[k] += sign * q.values[p] * value
          } else if i <= Int(j) && q.values[p] != 0 {
            indices.append(place[i])
            values.append(sign * q.values[p])
          }
        }
        starts.append(Int32(indices.count))
      }
      quadratic = SparseMatrix(rowCount: n, columnCount: n, starts: starts, rows: indices, values: values)
    }
    var starts: [Int32] = [0]
    var indices: [Int32] = []
    var values: [Double] = []
    starts.reserveCapacity(m + 1)
    indices.reserveCapacity(rows.entryCount)
    values.reserveCapacity(rows.entryCount)
    for i in keptRows {
      for p in rows.range(ofColumn: Int(i)) {
        let j = place[Int(rows.rows[p])]
        if j < 0 || rows.values[p] == 0 { continue }
        indices.append(j)
        values.append(rows.values[p])
      }
      starts.append(Int32(indices.count))
    }
    return ConvexQP(
      variableCount: n, rowCount: m, costs: costs, quadratic: quadratic,
      rows: SparseMatrix(rowCount: n, columnCount: m, starts: starts, rows: indices, values: values),
      lower: columns.map { lower[Int($0)] } + keptRows.map { rowLower[Int($0)] },
      upper: columns.map { upper[Int($0)] } + keptRows.map { rowUpper[Int($0)] },
      costMagnitude: form.costs.reduce(0) { max($0, abs($1)) })
  }

  // MARK: The way back

  /// The point of the original problem, inside all bounds.
  func restorePoint(_ x: [Double]) -> [Double] {
    var point = fixed.map { $0 ?? 0 }
    for (k, j) in columns.enumerated() { point[Int(j)] = min(max(x[k], lower[Int(j)]), upper[Int(j)]) }
    return point
  }

  /// A direction of the original problem: removed variables do not move.
  func restoreDirection(_ d: [Double]) -> [Double] {
    var direction = [Double](repeating: 0, count: fixed.count)
    for (k, j) in columns.enumerated() { direction[Int(j)] = d[k] }
    return direction
  }

  /// Multipliers of all rows from those that were kept.
  func spread(_ y: [Double]) -> [Double] {
    var all = [Double](repeating: 0, count: rowLower.count)
    for (k, i) in keptRows.enumerated() { all[Int(i)] = y[k] }
    return all
  }

  /// Gives removed rows their multipliers, in a minimization. `reduced` are the reduced costs that belong to `y` alone; those
  /// that come back belong to all multipliers and to bounds the variables had themselves.
  func restoreMultipliers(_ y: [Double], reduced: [Double]) -> (multipliers: [Double], reduced: [Double]) {
    var (y, reduced) = (y, reduced)
    for removal in removals.reversed() {
      let d = reduced[removal.column]
      let source = d > 0 ? lowerSource[removal.column] : upperSource[removal.column]
      guard d != 0, Int(source) == removal.row else { continue }
      let change = d / removal.entry
      y[removal.row] += change
      for p in rows.range(ofColumn: removal.row) { reduced[Int(rows.rows[p])] -= rows.values[p] * change }
      reduced[removal.column] = 0
    }
    return (y, reduced)
  }

  /// A Farkas ray of all rows from one of the kept rows.
  func restoreRay(_ y: [Double]) -> [Double] {
    restoreMultipliers(y, reduced: minus(y, [Double](repeating: 0, count: lower.count))).multipliers
  }

  /// g − Aᵀy.
  func minus(_ y: [Double], _ gradient: [Double]) -> [Double] {
    var result = gradient
    for i in y.indices where y[i] != 0 {
      for p in rows.range(ofColumn: i) { result[Int(rows.rows[p])] -= rows.values[p] * y[i] }
    }
    return result
  }
}
