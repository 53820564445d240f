// SPDX-License-Identifier: Apache-2.0

/// Why a matrix or right-hand side does not fit an iterative solver or a preconditioner.
public enum LinearSystemError: Error, Sendable, Hashable, CustomStringConvertible {
  case notSquare(rows: Int, columns: Int)
  /// An entry of the matrix is NaN or infinite.
  case notFinite(row: Int, column: Int)
  /// An entry of the right-hand side or start is NaN or infinite, or its length does not fit.
  case unusableVector(String)
  case zeroDiagonal(row: Int)
  /// The entry has no equal on the other side of the diagonal.
  case notSymmetric(row: Int, column: Int)
  /// An incomplete factorization met a pivot that is not positive (Cholesky) or zero (LU), whatever the shift.
  case breakdown(row: Int)

  public var description: String {
    switch self {
    case .notSquare(let rows, let columns):
      "the matrix has \(rows) rows and \(columns) columns; a square one is needed, or a least-squares method"
    case .notFinite(let row, let column): "entry (\(row), \(column)) of the matrix is no finite number"
    case .unusableVector(let what): "the right-hand side cannot be used: \(what)"
    case .zeroDiagonal(let row):
      "row \(row) has no usable diagonal entry; permute the rows, or use GMRES without this preconditioner"
    case .notSymmetric(let row, let column):
      "entry (\(row), \(column)) differs from its mirror image; use GMRES or LSQR for matrices that are not symmetric"
    case .breakdown(let row):
      "the incomplete factorization has no usable pivot in row \(row); use another preconditioner"
    }
  }
}
