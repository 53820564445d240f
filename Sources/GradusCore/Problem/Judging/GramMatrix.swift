// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Sums of sparse outer products.
enum GramMatrix {
  /// Products beyond which the sum is not formed.
  static let entryLimit = 20_000_000.0

  /// factor·BBᵀ + the given entries (both triangles) + shift·I, for columns of B; nil when it takes too many products.
  ///
  /// Column by column in a dense accumulator (Gustavson 1978): nothing larger than the result is stored, which for banded
  /// matrices is the difference between running in the cache and in memory.
  static func adding(
    _ b: SparseMatrix, factor: Double, to entries: [(row: Int, column: Int, value: Double)], shift: Double
  ) -> SparseMatrix? {
    var count = Double(entries.count)
    for j in 0..<b.columnCount { count += Double(b.range(ofColumn: j).count) * Double(b.range(ofColumn: j).count) }
    guard count <= entryLimit else { return nil }
    let n = b.rowCount
    let byRow = b.transposed()
    let (given, order) = columns(of: entries, n)
    var sum = [Double](repeating: 0, count: n)
    var seen = [Int32](repeating: -1, count: n)
    var touched: [Int32] = []
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var values: [Double] = []
    starts.reserveCapacity(n + 1)
    for j in 0..<n {
      touched.removeAll(keepingCapacity: true)
      func add(_ value: Double, at i: Int32) {
        if seen[Int(i)] == Int32(j) {
          sum[Int(i)] += value
        } else {
          seen[Int(i)] = Int32(j)
          sum[Int(i)] = value
          touched.append(i)
        }
      }
      add(shift, at: Int32(j))
      for k in given[j]..<given[j + 1] {
        add(entries[Int(order[Int(k)])].value, at: Int32(entries[Int(order[Int(k)])].row))
      }
      for p in byRow.range(ofColumn: j) {
        for q in b.range(ofColumn: Int(byRow.rows[p])) {
          // The inner product first, so that both triangles have the same bits.
          add(factor * (byRow.values[p] * b.values[q]), at: b.rows[q])
        }
      }
      touched.sort()
      for i in touched {
        rows.append(i)
        values.append(sum[Int(i)])
      }
      starts.append(Int32(rows.count))
    }
    return SparseMatrix(rowCount: n, columnCount: n, starts: starts, rows: rows, values: values)
  }

  /// The numbers of the entries in the order of their columns, and where each column begins.
  private static func columns(
    of entries: [(row: Int, column: Int, value: Double)], _ n: Int
  ) -> (starts: [Int32], order: [Int32]) {
    var starts = [Int32](repeating: 0, count: n + 1)
    for e in entries { starts[e.column + 1] += 1 }
    for j in 0..<n { starts[j + 1] += starts[j] }
    var next = starts
    var order = [Int32](repeating: 0, count: entries.count)
    for (k, e) in entries.enumerated() {
      order[Int(next[e.column])] = Int32(k)
      next[e.column] += 1
    }
    return (starts, order)
  }
}
