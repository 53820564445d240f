// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// M = L·Lᵀ with the pattern of the lower triangle of A and no fill, of A + α·diag(A) where A itself breaks down.
///
///     lᵢₖ = (aᵢₖ − Σ_{j<k} lᵢⱼlₖⱼ)/lₖₖ,   lᵢᵢ = √(aᵢᵢ − Σ_{j<i} lᵢⱼ²)
///
/// α is 0, then 10⁻³, doubled until every pivot is positive. Reference: Meijerink & van der Vorst, *Math. Comp.* 31 (1977);
/// the shift after T. Manteuffel, *Math. Comp.* 34 (1980).
public struct IncompleteCholesky: LinearOperator {
  /// L by rows, the diagonal last in each.
  private let rows: SparseMatrix
  public let shift: Double

  /// Throws `LinearSystemError` for matrices that are not square, finite and symmetric or have a diagonal entry ≤ 0.
  public init(_ matrix: SparseMatrix) throws(LinearSystemError) {
    let split = try SplitRows(matrix)
    if let (row, column) = matrix.asymmetry(tolerance: 1e-12) { throw .notSymmetric(row: row, column: column) }
    if let row = split.diagonal.firstIndex(where: { $0 <= 0 }) { throw .breakdown(row: row) }
    let lower = Self.lowerRows(matrix)
    var shift = 0.0
    while true {
      let (factor, failed) = Self.factor(lower, shift: shift)
      guard let failed else {
        rows = factor
        self.shift = shift
        return
      }
      shift = shift == 0 ? 1e-3 : 2 * shift
      if shift > 1e3 { throw .breakdown(row: failed) }
    }
  }

  private static func lowerRows(_ matrix: SparseMatrix) -> SparseMatrix {
    let byRow = matrix.transposed()
    var starts: [Int32] = [0]
    var columns: [Int32] = []
    var values: [Double] = []
    for i in 0..<matrix.rowCount {
      for p in byRow.range(ofColumn: i) where Int(byRow.rows[p]) <= i {
        columns.append(byRow.rows[p])
        values.append(byRow.values[p])
      }
      starts.append(Int32(columns.count))
    }
    return SparseMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.rowCount, starts: starts, rows: columns, values: values)
  }

  /// The factor, and the row whose pivot was not positive.
  private static func factor(_ lower: SparseMatrix, shift: Double) -> (SparseMatrix, Int?) {
    var l = lower
    for i in 0..<lower.columnCount {
      let range = l.range(ofColumn: i)
      let last = range.upperBound - 1
      var square = l.values[last] * (1 + shift)
      for p in range.lowerBound..<last {
        let k = Int(l.rows[p])
        let other = l.range(ofColumn: k)
        var sum = l.values[p]
        var (a, b) = (range.lowerBound, other.lowerBound)
        while a < p, b < other.upperBound - 1 {
          if l.rows[a] == l.rows[b] {
            sum -= l.values[a] * l.values[b]
            a += 1
            b += 1
          } else if l.rows[a] < l.rows[b] {
            a += 1
          } else {
            b += 1
          }
        }
        l.values[p] = sum / l.values[other.upperBound - 1]
        square -= l.values[p] * l.values[p]
      }
      guard square > 0, square.isFinite else { return (l, i) }
      l.values[last] = square.squareRoot()
    }
    return (l, nil)
  }

  public var rowCount: Int { rows.columnCount }
  public var columnCount: Int { rows.columnCount }
  public var operationsPerProduct: Int { 4 * rows.entryCount }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    for i in 0..<rowCount {
      let range = rows.range(ofColumn: i)
      var sum = x[i]
      for p in range.dropLast() { sum -= rows.values[p] * y[Int(rows.rows[p])] }
      y[i] = sum / rows.values[range.upperBound - 1]
    }
    for i in (0..<rowCount).reversed() {
      let range = rows.range(ofColumn: i)
      y[i] /= rows.values[range.upperBound - 1]
      for p in range.dropLast() { y[Int(rows.rows[p])] -= rows.values[p] * y[i] }
    }
  }
}

extension SparseMatrix {
  /// The first entry that differs from its mirror image by more than `tolerance` times the largest of the two; nil when
  /// the matrix is symmetric. The matrix must be square. Cost: one transposition.
  public func asymmetry(tolerance: Double) -> (row: Int, column: Int)? {
    precondition(rowCount == columnCount, "only a square matrix can be symmetric")
    let mirror = transposed()
    for j in 0..<columnCount {
      var (p, q) = (range(ofColumn: j).lowerBound, mirror.range(ofColumn: j).lowerBound)
      let (pEnd, qEnd) = (range(ofColumn: j).upperBound, mirror.range(ofColumn: j).upperBound)
      while p < pEnd || q < qEnd {
        let (i, k) = (p < pEnd ? rows[p] : .max, q < qEnd ? mirror.rows[q] : .max)
        let a = i <= k ? values[p] : 0
        let b = k <= i ? mirror.values[q] : 0
        // Written so that NaN counts as different.
        if !(abs(a - b) <= tolerance * max(abs(a), abs(b))) { return (Int(min(i, k)), j) }
        if i <= k { p += 1 }
        if k <= i { q += 1 }
      }
    }
    return nil
  }
}
