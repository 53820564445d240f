// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Whether a symmetric sparse matrix is positive semidefinite, by the inertia of LDLᵀ = DQD + εI with unit diagonal DQD.
///
/// A least eigenvalue of the scaled matrix above −ε = −1e-9 counts as rounding of the data. Reference: Sylvester's law of
/// inertia; Golub & Van Loan, *Matrix Computations*, 4th ed., §8.1.5.
enum ConvexityTest {
  /// `sign`·Q positive semidefinite? `q` holds both triangles.
  static func isPositiveSemidefinite(_ q: SparseMatrix, sign: Double) -> Bool {
    let n = q.columnCount
    var diagonal = [Double](repeating: 0, count: n)
    var isDiagonal = true
    for j in 0..<n {
      for p in q.range(ofColumn: j) where q.values[p] != 0 {
        if Int(q.rows[p]) == j { diagonal[j] = sign * q.values[p] } else { isDiagonal = false }
      }
      if !(diagonal[j] >= 0) { return false }
    }
    if isDiagonal { return true }
    // Rows with a zero diagonal must vanish; the others are scaled to a unit diagonal.
    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var values: [Double] = []
    var place = [Int32](repeating: -1, count: n)
    for j in 0..<n {
      for p in q.range(ofColumn: j) where q.values[p] != 0 {
        let i = Int(q.rows[p])
        if diagonal[i] == 0 || diagonal[j] == 0 { return false }
        if i >= j { continue }
        rows.append(place[i])
        values.append(sign * q.values[p] / (diagonal[i].squareRoot() * diagonal[j].squareRoot()))
      }
      if diagonal[j] == 0 { continue }
      place[j] = Int32(starts.count - 1)
      rows.append(place[j])
      values.append(1 + 1e-9)
      starts.append(Int32(rows.count))
    }
    let count = starts.count - 1
    let scaled = SparseMatrix(rowCount: count, columnCount: count, starts: starts, rows: rows, values: values)
    do {
      return try SparseLDL(scaled).inertia.positive == count
    } catch {
      // A pivot vanished: a definite matrix has none.
      return false
    }
  }
}
