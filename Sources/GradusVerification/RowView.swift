// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A form by rows, evaluated in double-double arithmetic.
struct RowView {
  let form: StandardForm
  /// +1 for minimize, −1 for maximize.
  let sign: Double
  private let starts: [Int]
  private let columns: [Int32]
  private let values: [Double]

  init(_ form: StandardForm) {
    self.form = form
    sign = form.sense == .minimize ? 1 : -1
    let a = form.matrix
    var starts = [Int](repeating: 0, count: a.rowCount + 1)
    for row in a.rows { starts[Int(row) + 1] += 1 }
    for i in 0..<a.rowCount { starts[i + 1] += starts[i] }
    var fill = starts
    var columns = [Int32](repeating: 0, count: a.entryCount)
    var values = [Double](repeating: 0, count: a.entryCount)
    for j in 0..<a.columnCount {
      for k in Int(a.starts[j])..<Int(a.starts[j + 1]) {
        let place = fill[Int(a.rows[k])]
        columns[place] = Int32(j)
        values[place] = a.values[k]
        fill[Int(a.rows[k])] = place + 1
      }
    }
    self.starts = starts
    self.columns = columns
    self.values = values
  }

  var rowCount: Int { form.matrix.rowCount }
  var columnCount: Int { form.matrix.columnCount }

  /// The entries of row i.
  func entries(_ i: Int) -> some Sequence<(column: Int, value: Double)> {
    (starts[i]..<starts[i + 1]).lazy.map { (Int(columns[$0]), values[$0]) }
  }

  /// aᵢᵀx, without quadratic terms.
  func linearActivity(_ i: Int, _ x: [Double]) -> DoubleDouble {
    var sum = DoubleDouble.zero
    for k in starts[i]..<starts[i + 1] { sum += DoubleDouble.product(values[k], x[Int(columns[k])]) }
    return sum
  }

  /// All row activities, with the quadratic terms of rows that have them.
  func activities(_ x: [Double]) -> [DoubleDouble] {
    var all = (0..<rowCount).map { linearActivity($0, x) }
    for term in form.quadraticTerms where all.indices.contains(term.row) {
      all[term.row] += 0.5 * Self.bilinear(term.matrix, x)
    }
    return all
  }

  /// Aᵀy.
  func combination(_ y: [Double]) -> [DoubleDouble] {
    var sums = [DoubleDouble](repeating: .zero, count: columnCount)
    for i in 0..<rowCount where y[i] != 0 {
      for k in starts[i]..<starts[i + 1] {
        let j = Int(columns[k])
        sums[j] += DoubleDouble.product(values[k], y[i])
      }
    }
    return sums
  }

  /// c + Qx in the user's sense.
  func gradient(_ x: [Double]) -> [DoubleDouble] {
    var g = form.costs.map { DoubleDouble($0) }
    guard let q = form.quadratic else { return g }
    for j in 0..<q.columnCount where x[j] != 0 {
      for k in Int(q.starts[j])..<Int(q.starts[j + 1]) {
        g[Int(q.rows[k])] += DoubleDouble.product(q.values[k], x[j])
      }
    }
    return g
  }

  /// The objective in the user's sense.
  func objective(_ x: [Double]) -> DoubleDouble {
    var value = DoubleDouble(form.objectiveOffset)
    for j in x.indices { value += DoubleDouble.product(form.costs[j], x[j]) }
    if let q = form.quadratic { value += 0.5 * Self.bilinear(q, x) }
    return value
  }

  /// xᵀMx.
  private static func bilinear(_ m: SparseMatrix, _ x: [Double]) -> DoubleDouble {
    var sum = DoubleDouble.zero
    for j in 0..<m.columnCount where x[j] != 0 {
      for k in Int(m.starts[j])..<Int(m.starts[j + 1]) {
        sum += m.values[k] * DoubleDouble.product(x[Int(m.rows[k])], x[j])
      }
    }
    return sum
  }

  /// The interval of column j when only its continuous hull counts: a semi-continuous one may be 0.
  func hull(_ j: Int) -> (lower: Double, upper: Double) {
    let (l, u) = (form.columnLower[j], form.columnUpper[j])
    return isSemi(j) ? (min(l, 0), max(u, 0)) : (l, u)
  }

  func isSemi(_ j: Int) -> Bool { form.kinds[j] == .semicontinuous || form.kinds[j] == .semiinteger }
}
