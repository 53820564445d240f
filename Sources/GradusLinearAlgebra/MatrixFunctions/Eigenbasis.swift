// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Eigenvectors of a symmetric matrix that changes slowly, followed instead of computed anew.
///
///     columns of Q by descending diag(QᵀAQ),   Q ← the orthogonal factor of A·Q = Q·R        one step of the power iteration
///
/// Cost: 2n³ + 4n³/3 multiplications, against about 9n³ for all eigenvectors. Reference: Golub & Van Loan, *Matrix
/// Computations*, 4th ed., §8.2.4; N. Vyas et al., *SOAP*, ICLR 2025, algorithm 4.
public enum Eigenbasis {
  /// All eigenvectors, the largest eigenvalue first. Throws `notFinite` or `noConvergence`.
  public static func all(
    _ matrix: Matrix, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) -> Matrix {
    let n = matrix.rowCount
    let vectors = try SymmetricEigen(matrix, on: backend).vectors
    var result = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for i in 0..<n { result.elements[i + j * n] = vectors.elements[i + (n - 1 - j) * n] }
    }
    return result
  }

  /// The order of the columns of `basis` by descending diag(QᵀAQ); equal ones keep their order.
  public static func order(_ basis: Matrix, _ matrix: Matrix) -> [Int] {
    let product = matrix.times(basis)
    let n = basis.rowCount
    let estimates = (0..<basis.columnCount).map { j in
      (0..<n).reduce(0.0) { $0 + basis.elements[$1 + j * n] * product.elements[$1 + j * n] }
    }
    return basis.columnCount == 0
      ? [] : (0..<basis.columnCount).sorted { (-estimates[$0], $0) < (-estimates[$1], $1) }
  }

  /// One step of the power iteration from the columns of `basis`, as they stand. Throws `notFinite`.
  public static func refreshed(
    _ basis: Matrix, _ matrix: Matrix, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) -> Matrix {
    try QRFactorization(matrix.times(basis), on: backend).orthonormal
  }
}
