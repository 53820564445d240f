// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What is left of a nonlinear program when fixed variables and free rows are gone, and where its numbers stand in the
/// answers of the oracle.
///
/// Kept rows with equal sides are equations c(x) = b; all others get a slack s between their sides, c(x) − s = 0.
struct ProgramLayout: Sendable {
  /// The user's index of each variable kept, and back (−1: fixed).
  let variables: [Int32]
  let variablePlace: [Int32]
  /// The user's index of each row kept, and back (−1: free).
  let rows: [Int32]
  let rowPlace: [Int32]
  /// The kept row of each slack.
  let slackRows: [Int32]
  /// The Jacobian of kept rows by kept columns, and the place of each entry in an answer.
  private(set) var columnStarts: [Int32] = []
  private(set) var rowIndices: [Int32] = []
  private(set) var jacobianSource: [Int32] = []
  /// The same for the upper triangle of the Hessian.
  private(set) var hessianStarts: [Int32] = []
  private(set) var hessianRows: [Int32] = []
  private(set) var hessianSource: [Int32] = []

  var variableCount: Int { variables.count }
  var rowCount: Int { rows.count }

  init(_ problem: NonlinearProgram) {
    var variables: [Int32] = []
    var rows: [Int32] = []
    var slackRows: [Int32] = []
    var variablePlace = [Int32](repeating: -1, count: problem.variableCount)
    var rowPlace = [Int32](repeating: -1, count: problem.constraintCount)
    for j in 0..<problem.variableCount where problem.domain.lower[j] < problem.domain.upper[j] {
      variablePlace[j] = Int32(variables.count)
      variables.append(Int32(j))
    }
    for i in 0..<problem.constraintCount {
      let (lower, upper) = (problem.rowLower[i], problem.rowUpper[i])
      if lower == -.infinity && upper == .infinity { continue }
      rowPlace[i] = Int32(rows.count)
      if lower != upper { slackRows.append(Int32(rows.count)) }
      rows.append(Int32(i))
    }
    self.variables = variables
    self.variablePlace = variablePlace
    self.rows = rows
    self.rowPlace = rowPlace
    self.slackRows = slackRows
  }

  /// Adopts the pattern of a Jacobian in the user's rows and columns.
  mutating func adopt(jacobian: SparseMatrix) {
    columnStarts = [0]
    rowIndices = []
    jacobianSource = []
    columnStarts.reserveCapacity(variables.count + 1)
    for j in variables {
      for p in jacobian.range(ofColumn: Int(j)) {
        let i = rowPlace[Int(jacobian.rows[p])]
        if i < 0 { continue }
        rowIndices.append(i)
        jacobianSource.append(Int32(p))
      }
      columnStarts.append(Int32(rowIndices.count))
    }
  }

  /// Adopts the pattern of the upper triangle of a Hessian in the user's variables.
  mutating func adopt(hessian: SparseMatrix) {
    hessianStarts = [0]
    hessianRows = []
    hessianSource = []
    hessianStarts.reserveCapacity(variables.count + 1)
    for j in variables {
      for p in hessian.range(ofColumn: Int(j)) {
        let i = variablePlace[Int(hessian.rows[p])]
        if i < 0 || hessian.rows[p] > j { continue }
        hessianRows.append(i)
        hessianSource.append(Int32(p))
      }
      hessianStarts.append(Int32(hessianRows.count))
    }
  }

  /// y ← y + s·Jᵀ·w for kept columns.
  func addTransposedProduct(_ jacobian: [Double], _ w: [Double], to y: inout [Double], scale: Double = 1) {
    for j in 0..<variables.count {
      var sum = 0.0
      for p in Int(columnStarts[j])..<Int(columnStarts[j + 1]) { sum += jacobian[p] * w[Int(rowIndices[p])] }
      y[j] += scale * sum
    }
  }

  /// y ← y + J·x.
  func addProduct(_ jacobian: [Double], _ x: [Double], to y: inout [Double]) {
    for j in 0..<variables.count {
      let xj = x[j]
      for p in Int(columnStarts[j])..<Int(columnStarts[j + 1]) { y[Int(rowIndices[p])] += jacobian[p] * xj }
    }
  }
}
