// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// M = L·U with the pattern of A and no fill: (L·U)ᵢⱼ = aᵢⱼ wherever A has an entry.
///
/// Row by row (IKJ). Reference: Meijerink & van der Vorst, *Math. Comp.* 31 (1977); Saad, *Iterative Methods for Sparse
/// Linear Systems*, 2nd ed., §10.3.
public struct IncompleteLU: LinearOperator {
  private let rows: SparseMatrix
  /// Where the diagonal stands in each row.
  private let pivots: [Int]

  /// Throws `LinearSystemError` for matrices that are not square or finite, lack a diagonal entry, or break down.
  public init(_ matrix: SparseMatrix) throws(LinearSystemError) {
    // Checks shape, entries and diagonal.
    let n = try SplitRows(matrix).count
    var rows = matrix.transposed()
    var pivots = [Int](repeating: 0, count: n)
    var place = [Int](repeating: -1, count: n)
    for i in 0..<n {
      let range = rows.range(ofColumn: i)
      for p in range { place[Int(rows.rows[p])] = p }
      for p in range {
        let k = Int(rows.rows[p])
        if k >= i { break }
        let multiplier = rows.values[p] / rows.values[pivots[k]]
        rows.values[p] = multiplier
        for q in (pivots[k] + 1)..<max(pivots[k] + 1, rows.range(ofColumn: k).upperBound) {
          let target = place[Int(rows.rows[q])]
          if target >= 0 { rows.values[target] -= multiplier * rows.values[q] }
        }
      }
      pivots[i] = place[i]
      for p in range { place[Int(rows.rows[p])] = -1 }
      let pivot = rows.values[pivots[i]]
      guard pivot != 0, (1 / pivot).isFinite else { throw .breakdown(row: i) }
    }
    self.rows = rows
    self.pivots = pivots
  }

  public var rowCount: Int { pivots.count }
  public var columnCount: Int { pivots.count }
  public var operationsPerProduct: Int { 2 * rows.entryCount }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    for i in 0..<rowCount {
      var sum = x[i]
      for p in rows.range(ofColumn: i).lowerBound..<pivots[i] { sum -= rows.values[p] * y[Int(rows.rows[p])] }
      y[i] = sum
    }
    for i in (0..<rowCount).reversed() {
      var sum = y[i]
      for p in (pivots[i] + 1)..<max(pivots[i] + 1, rows.range(ofColumn: i).upperBound) {
        sum -= rows.values[p] * y[Int(rows.rows[p])]
      }
      y[i] = sum / rows.values[pivots[i]]
    }
  }
}
