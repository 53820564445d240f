// SPDX-License-Identifier: Apache-2.0

/// A real sparse matrix in compressed columns (CSC), with 32-bit indices as HiGHS and AMD take them.
///
/// Column j holds the entries `starts[j] ..< starts[j + 1]` of `rows` and `values`; inside a column, rows ascend strictly
/// and no entry is repeated. At most 2³¹ − 1 rows, columns and entries.
public struct SparseMatrix: Sendable, Hashable {
  public let rowCount: Int
  public let columnCount: Int
  /// `columnCount + 1` positions; the first is 0, the last the number of entries.
  public private(set) var starts: [Int32]
  public private(set) var rows: [Int32]
  public var values: [Double]

  /// Takes arrays that already satisfy the invariants above (checked in debug builds).
  public init(rowCount: Int, columnCount: Int, starts: [Int32], rows: [Int32], values: [Double]) {
    precondition(starts.count == columnCount + 1, "a matrix of \(columnCount) columns needs \(columnCount + 1) starts")
    precondition(
      rows.count == values.count && Int(starts[columnCount]) == rows.count, "starts, rows and values disagree")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.starts = starts
    self.rows = rows
    self.values = values
    assert(isCanonical, "rows within a column must ascend and lie in the matrix")
  }

  /// A matrix without entries.
  public init(rowCount: Int, columnCount: Int) {
    self.init(
      rowCount: rowCount, columnCount: columnCount, starts: [Int32](repeating: 0, count: columnCount + 1), rows: [],
      values: [])
  }

  /// Collects triplets in any order; entries at the same place are added. Cost: two counting sorts, O(entries + size).
  public init(rowCount: Int, columnCount: Int, triplets: [(row: Int, column: Int, value: Double)]) {
    var count = [Int32](repeating: 0, count: rowCount + 1)
    for t in triplets {
      precondition(
        0..<rowCount ~= t.row && 0..<columnCount ~= t.column, "entry (\(t.row), \(t.column)) lies outside the matrix")
      count[t.row + 1] += 1
    }
    for i in 0..<rowCount { count[i + 1] += count[i] }
    var byRow = [Int](repeating: 0, count: triplets.count)
    for (k, t) in triplets.enumerated() {
      byRow[Int(count[t.row])] = k
      count[t.row] += 1
    }
    var starts = [Int32](repeating: 0, count: columnCount + 1)
    for t in triplets { starts[t.column + 1] += 1 }
    for j in 0..<columnCount { starts[j + 1] += starts[j] }
    var next = starts
    var rows = [Int32](repeating: 0, count: triplets.count)
    var values = [Double](repeating: 0, count: triplets.count)
    for k in byRow {
      let t = triplets[k]
      let p = Int(next[t.column])
      rows[p] = Int32(t.row)
      values[p] = t.value
      next[t.column] += 1
    }
    // Rows ascend now; equal neighbours are merged in place.
    var kept = 0
    var merged = [Int32](repeating: 0, count: columnCount + 1)
    for j in 0..<columnCount {
      let first = kept
      for p in Int(starts[j])..<Int(starts[j + 1]) {
        if kept > first, rows[kept - 1] == rows[p] {
          values[kept - 1] += values[p]
        } else {
          rows[kept] = rows[p]
          values[kept] = values[p]
          kept += 1
        }
      }
      merged[j + 1] = Int32(kept)
    }
    rows.removeLast(rows.count - kept)
    values.removeLast(values.count - kept)
    self.init(rowCount: rowCount, columnCount: columnCount, starts: merged, rows: rows, values: values)
  }

  /// The number of stored entries.
  public var entryCount: Int { rows.count }

  /// The places of column `j` in `rows` and `values`.
  @inlinable
  public func range(ofColumn j: Int) -> Range<Int> { Int(starts[j])..<Int(starts[j + 1]) }

  var isCanonical: Bool {
    for j in 0..<columnCount {
      guard starts[j] <= starts[j + 1] else { return false }
      var last: Int32 = -1
      for p in range(ofColumn: j) {
        guard rows[p] > last, Int(rows[p]) < rowCount else { return false }
        last = rows[p]
      }
    }
    return true
  }
}

extension SparseMatrix {
  /// y ← y + s·A·x. Cost: one pass over the entries.
  public func multiply(_ x: Span<Double>, adding s: Double = 1, to y: inout MutableSpan<Double>) {
    precondition(x.count == columnCount && y.count == rowCount, "shapes do not fit A·x")
    for j in 0..<columnCount {
      let xj = s * x[j]
      if xj == 0 { continue }
      for p in Int(starts[j])..<Int(starts[j + 1]) { y[Int(rows[p])] += values[p] * xj }
    }
  }

  /// y ← y + s·Aᵀ·x. Cost: one pass over the entries.
  public func multiplyTransposed(_ x: Span<Double>, adding s: Double = 1, to y: inout MutableSpan<Double>) {
    precondition(x.count == rowCount && y.count == columnCount, "shapes do not fit Aᵀ·x")
    for j in 0..<columnCount {
      var sum = 0.0
      for p in Int(starts[j])..<Int(starts[j + 1]) { sum += values[p] * x[Int(rows[p])] }
      y[j] += s * sum
    }
  }

  /// A·x as a new vector.
  public func times(_ x: Vector) -> Vector {
    var y = [Double](repeating: 0, count: rowCount)
    var span = y.mutableSpan
    multiply(x.elements.span, to: &span)
    return Vector(y)
  }

  /// Aᵀ·x as a new vector.
  public func transposedTimes(_ x: Vector) -> Vector {
    var y = [Double](repeating: 0, count: columnCount)
    var span = y.mutableSpan
    multiplyTransposed(x.elements.span, to: &span)
    return Vector(y)
  }

  /// Aᵀ in compressed columns, that is A by rows.
  public func transposed() -> SparseMatrix {
    var starts = [Int32](repeating: 0, count: rowCount + 1)
    for i in rows { starts[Int(i) + 1] += 1 }
    for i in 0..<rowCount { starts[i + 1] += starts[i] }
    var next = starts
    var columns = [Int32](repeating: 0, count: entryCount)
    var entries = [Double](repeating: 0, count: entryCount)
    for j in 0..<columnCount {
      for p in range(ofColumn: j) {
        let q = Int(next[Int(rows[p])])
        columns[q] = Int32(j)
        entries[q] = values[p]
        next[Int(rows[p])] += 1
      }
    }
    return SparseMatrix(
      rowCount: columnCount, columnCount: rowCount, starts: starts, rows: columns, values: entries)
  }
}
