// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The off-diagonal pattern of a symmetric matrix, both triangles.
struct SymmetricPattern {
  let starts: [Int32]
  let rows: [Int32]

  /// Columns with the rows above the diagonal.
  struct Upper {
    var starts: [Int32]
    var rows: [Int32]

    /// Columns with the rows below the diagonal.
    func transposed() -> Upper {
      let n = starts.count - 1
      var result = [Int32](repeating: 0, count: n + 1)
      for i in rows { result[Int(i) + 1] += 1 }
      for i in 0..<n { result[i + 1] += result[i] }
      var next = result
      var columns = [Int32](repeating: 0, count: rows.count)
      for j in 0..<n {
        for p in Int(starts[j])..<Int(starts[j + 1]) {
          let i = Int(rows[p])
          columns[Int(next[i])] = Int32(j)
          next[i] += 1
        }
      }
      return Upper(starts: result, rows: columns)
    }
  }

  init(upper: SparseMatrix) {
    let n = upper.columnCount
    var starts = [Int32](repeating: 0, count: n + 1)
    for j in 0..<n {
      for p in upper.range(ofColumn: j) {
        let i = Int(upper.rows[p])
        precondition(i <= j, "only the upper triangle of a symmetric matrix is given")
        if i == j { continue }
        starts[i + 1] += 1
        starts[j + 1] += 1
      }
    }
    for j in 0..<n { starts[j + 1] += starts[j] }
    var next = starts
    var rows = [Int32](repeating: 0, count: Int(starts[n]))
    for j in 0..<n {
      for p in upper.range(ofColumn: j) {
        let i = Int(upper.rows[p])
        if i == j { continue }
        rows[Int(next[i])] = Int32(j)
        next[i] += 1
        rows[Int(next[j])] = Int32(i)
        next[j] += 1
      }
    }
    self.starts = starts
    self.rows = rows
  }

  /// The upper triangle of the pattern of P·A·Pᵀ, position k holding original index `order[k]`.
  func permutedUpper(_ order: [Int32]) -> Upper {
    let n = order.count
    var position = [Int32](repeating: -1, count: n)
    for (k, i) in order.enumerated() { position[Int(i)] = Int32(k) }
    precondition(position.allSatisfy { $0 >= 0 }, "the order is not a permutation")
    var result = Upper(starts: [0], rows: [])
    result.starts.reserveCapacity(n + 1)
    result.rows.reserveCapacity(rows.count / 2)
    for k in 0..<n {
      let j = Int(order[k])
      for p in Int(starts[j])..<Int(starts[j + 1]) {
        let i = position[Int(rows[p])]
        if i < k { result.rows.append(i) }
      }
      result.starts.append(Int32(result.rows.count))
    }
    return result
  }
}
