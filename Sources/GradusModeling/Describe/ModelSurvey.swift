// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// The counts behind a `ModelDescription`.
struct ModelSurvey {
  var columns = ModelDescription.Columns()
  var rows = ModelDescription.Rows()
  var bigMCount = 0
  /// One suspicious coefficient, by row and column.
  var bigM: String?
  var tinyCount = 0

  init(_ form: StandardForm) {
    countColumns(form)
    let byRow = form.matrix.transposed()
    countRows(form, byRow)
    rows.duplicates = ModelSurvey.duplicates(byRow)
    findBigM(form)
    tinyCount = form.matrix.values.count { abs($0) < 1e-9 && $0 != 0 }
  }

  static func suggestions(_ kind: String, _ convexity: Convexity?) -> [String] {
    switch (kind, convexity) {
    case ("LP", _): ["highs: simplex or interior point, with a dual certificate"]
    case ("MIP", _): ["highs: branch and cut, with a bound"]
    case ("QP", .convex): ["qp-interior-point: to a certificate from the duals", "highs: active set"]
    case ("QP", _): ["none proves a global optimum yet; the convex part of the problem may be a start"]
    default: ["none yet: the problem is read, written, described and verified"]
    }
  }

  private mutating func countColumns(_ form: StandardForm) {
    columns.total = form.variableCount
    for j in 0..<form.variableCount {
      let low = form.columnLower[j]
      let high = form.columnUpper[j]
      switch form.kinds[j] {
      case .continuous: columns.continuous += 1
      case .integer where low == 0 && high == 1: columns.binary += 1
      case .integer: columns.integer += 1
      case .semicontinuous, .semiinteger: columns.semicontinuous += 1
      }
      if low == -.infinity && high == .infinity { columns.free += 1 }
      if low == high { columns.fixed += 1 }
      if low < high && low.isFinite && high.isFinite { columns.boxed += 1 }
      if low > high { columns.contradictory += 1 }
      if form.matrix.range(ofColumn: j).isEmpty { columns.empty += 1 }
    }
  }

  private mutating func countRows(_ form: StandardForm, _ byRow: SparseMatrix) {
    rows.total = form.constraintCount
    let quadratic = Set(form.quadraticTerms.map(\.row))
    rows.quadratic = quadratic.count
    rows.indicators = form.indicators.count
    for i in 0..<form.constraintCount {
      let low = form.rowLower[i]
      let high = form.rowUpper[i]
      if low == high {
        rows.equations += 1
      } else if low == -.infinity && high == .infinity {
        rows.free += 1
      } else if low > high {
        rows.contradictory += 1
      } else if low.isFinite && high.isFinite {
        rows.ranges += 1
      } else {
        rows.inequalities += 1
      }
      if quadratic.contains(i) { continue }
      let count = byRow.range(ofColumn: i).count
      if count == 0 { rows.empty += 1 }
      if count == 1 { rows.singletons += 1 }
    }
  }

  /// Rows of at least two entries that are multiples of an earlier one: equal once divided by their first entry.
  private static func duplicates(_ byRow: SparseMatrix) -> Int {
    var seen: [UInt64: [Int]] = [:]
    var count = 0
    for i in 0..<byRow.columnCount where byRow.range(ofColumn: i).count > 1 {
      var digest: UInt64 = 0xCBF2_9CE4_8422_2325
      for p in byRow.range(ofColumn: i) { digest = (digest ^ UInt64(byRow.rows[p])) &* 0x9E37_79B9_7F4A_7C15 }
      let earlier = seen[digest, default: []]
      // Many rows of one pattern are common; comparing with a few of them keeps the cost linear.
      if earlier.prefix(20).contains(where: { isMultiple(byRow, i, $0) }) {
        count += 1
      } else {
        seen[digest, default: []].append(i)
      }
    }
    return count
  }

  private static func isMultiple(_ byRow: SparseMatrix, _ a: Int, _ b: Int) -> Bool {
    let left = byRow.range(ofColumn: a)
    let right = byRow.range(ofColumn: b)
    guard left.count == right.count else { return false }
    let x = byRow.values[left.lowerBound]
    let y = byRow.values[right.lowerBound]
    for k in 0..<left.count {
      let p = left.lowerBound + k
      let q = right.lowerBound + k
      guard byRow.rows[p] == byRow.rows[q] else { return false }
      let u = byRow.values[p] * y
      let v = byRow.values[q] * x
      if abs(u - v) > 1e-12 * max(abs(u), abs(v)) { return false }
    }
    return true
  }

  /// A coefficient of a binary column that is at least 1e4 and at least a thousand times the median of its row.
  private mutating func findBigM(_ form: StandardForm) {
    let suspects = form.kinds.indices.filter {
      form.kinds[$0] == .integer && form.columnLower[$0] == 0 && form.columnUpper[$0] == 1
    }
    var entries: [Int: [(column: Int, value: Double)]] = [:]
    for j in suspects {
      for p in form.matrix.range(ofColumn: j) where abs(form.matrix.values[p]) >= 1e4 {
        entries[Int(form.matrix.rows[p]), default: []].append((j, abs(form.matrix.values[p])))
      }
    }
    if entries.isEmpty { return }
    let byRow = form.matrix.transposed()
    for (i, found) in entries.sorted(by: { $0.key < $1.key }) {
      let magnitudes = byRow.range(ofColumn: i).map { abs(byRow.values[$0]) }.sorted()
      let median = magnitudes[(magnitudes.count - 1) / 2]
      for (j, value) in found where value >= 1000 * median {
        bigMCount += 1
        if bigM == nil {
          bigM = "\(TextBuffer.shortest(value)) at \(form.rowNames[i]), \(form.columnNames[j])"
        }
      }
    }
  }
}
