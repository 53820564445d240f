// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A square sparse matrix by rows with its diagonal kept apart, as sweeps need it: A = L + D + U.
public struct SplitRows: Sendable {
  public let count: Int
  /// `count + 1` positions into `columns` and `values`, which hold the entries off the diagonal, columns ascending.
  public let starts: [Int32]
  public let columns: [Int32]
  public let values: [Double]
  public let diagonal: [Double]
  /// 1/aᵢᵢ.
  let reciprocals: [Double]

  /// Throws `LinearSystemError` when the matrix is not square, not finite or has a zero on the diagonal.
  public init(_ matrix: SparseMatrix) throws(LinearSystemError) {
    guard matrix.rowCount == matrix.columnCount else {
      throw .notSquare(rows: matrix.rowCount, columns: matrix.columnCount)
    }
    let n = matrix.rowCount
    let byRow = matrix.transposed()
    var starts: [Int32] = [0]
    var columns: [Int32] = []
    var values: [Double] = []
    var diagonal = [Double](repeating: 0, count: n)
    starts.reserveCapacity(n + 1)
    columns.reserveCapacity(matrix.entryCount)
    values.reserveCapacity(matrix.entryCount)
    for i in 0..<n {
      for p in byRow.range(ofColumn: i) {
        let (j, value) = (byRow.rows[p], byRow.values[p])
        guard value.isFinite else { throw .notFinite(row: i, column: Int(j)) }
        if Int(j) == i {
          diagonal[i] = value
        } else {
          columns.append(j)
          values.append(value)
        }
      }
      guard diagonal[i] != 0, (1 / diagonal[i]).isFinite else { throw .zeroDiagonal(row: i) }
      starts.append(Int32(columns.count))
    }
    count = n
    self.starts = starts
    self.columns = columns
    self.values = values
    self.diagonal = diagonal
    reciprocals = diagonal.map { 1 / $0 }
  }

  /// Multiplications and additions of one sweep.
  public var operationsPerSweep: Int { 2 * values.count + 4 * count }

  /// One sweep of successive overrelaxation, in place:
  ///
  ///     xᵢ ← (1 − ω)·xᵢ + ω/aᵢᵢ · (bᵢ − Σ_{j≠i} aᵢⱼxⱼ)     for i = 0 … n − 1, or n − 1 … 0 when `backward`
  public func sweep(_ x: inout MutableSpan<Double>, _ b: Span<Double>, factor omega: Double, backward: Bool = false) {
    precondition(x.count == count && b.count == count, "vectors must fit the matrix")
    let n = count
    x.withUnsafeMutableBufferPointer { xs in
      b.withUnsafeBufferPointer { bs in
        starts.withUnsafeBufferPointer { starts in
          columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
              reciprocals.withUnsafeBufferPointer { inverse in
                guard let x = xs.baseAddress, let b = bs.baseAddress, let starts = starts.baseAddress,
                  let inverse = inverse.baseAddress
                else { return }
                // Without entries off the diagonal there is nothing to read behind these.
                let columns = columns.baseAddress
                let values = values.baseAddress
                var i = backward ? n - 1 : 0
                let step = backward ? -1 : 1
                for _ in 0..<n {
                  var sum = b[i]
                  var p = Int(starts[i])
                  let end = Int(starts[i + 1])
                  if let columns, let values {
                    while p < end {
                      sum -= values[p] * x[Int(columns[p])]
                      p += 1
                    }
                  }
                  x[i] += omega * (sum * inverse[i] - x[i])
                  i += step
                }
              }
            }
          }
        }
      }
    }
  }

  /// r ← b − A·x, and ‖r‖₂². Cost: one pass over the entries.
  public func residual(_ x: Span<Double>, _ b: Span<Double>, into r: inout MutableSpan<Double>) -> Double {
    precondition(x.count == count && b.count == count && r.count == count, "vectors must fit the matrix")
    var total = 0.0
    let n = count
    r.withUnsafeMutableBufferPointer { r in
      x.withUnsafeBufferPointer { x in
        b.withUnsafeBufferPointer { b in
          starts.withUnsafeBufferPointer { starts in
            columns.withUnsafeBufferPointer { columns in
              values.withUnsafeBufferPointer { values in
                diagonal.withUnsafeBufferPointer { diagonal in
                  for i in 0..<n {
                    var sum = b[i] - diagonal[i] * x[i]
                    for p in Int(starts[i])..<Int(starts[i + 1]) { sum -= values[p] * x[Int(columns[p])] }
                    r[i] = sum
                    total += sum * sum
                  }
                }
              }
            }
          }
        }
      }
    }
    return total
  }
}
