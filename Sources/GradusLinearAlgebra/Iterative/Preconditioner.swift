// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Which approximation of A is inverted beside an iterative solver.
public enum Preconditioner: String, Sendable, Codable, Hashable, CaseIterable {
  case none, jacobi, ssor
  /// Incomplete Cholesky without fill, for symmetric positive definite matrices.
  case incompleteCholesky = "ic0"
  /// Incomplete LU without fill.
  case incompleteLU = "ilu0"

  /// M⁻¹ for the matrix, nil for `none`. Throws `LinearSystemError` when the matrix does not suit it. `factor` is the ω of
  /// SSOR.
  public func inverse(of matrix: SparseMatrix, factor: Double = 1) throws(LinearSystemError) -> (any LinearOperator)? {
    switch self {
    case .none: nil
    case .jacobi: try JacobiPreconditioner(matrix)
    case .ssor: try SSORPreconditioner(matrix, factor: factor)
    case .incompleteCholesky: try IncompleteCholesky(matrix)
    case .incompleteLU: try IncompleteLU(matrix)
    }
  }
}

/// M = D.
public struct JacobiPreconditioner: LinearOperator {
  private let reciprocals: [Double]

  /// Throws `LinearSystemError` when the matrix is not square or has a zero on the diagonal.
  public init(_ matrix: SparseMatrix) throws(LinearSystemError) { reciprocals = try SplitRows(matrix).reciprocals }

  public var rowCount: Int { reciprocals.count }
  public var columnCount: Int { reciprocals.count }
  public var operationsPerProduct: Int { reciprocals.count }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    for i in 0..<rowCount { y[i] = reciprocals[i] * x[i] }
  }
}

/// M = (ω/(2 − ω))·(D/ω + L)·D⁻¹·(D/ω + U), 0 < ω < 2: one forward and one backward sweep.
public struct SSORPreconditioner: LinearOperator {
  private let split: SplitRows
  private let factor: Double

  /// Throws `LinearSystemError` when the matrix is not square or has a zero on the diagonal.
  public init(_ matrix: SparseMatrix, factor: Double = 1) throws(LinearSystemError) {
    precondition(factor > 0 && factor < 2, "the factor of SSOR lies between 0 and 2")
    split = try SplitRows(matrix)
    self.factor = factor
  }

  public var rowCount: Int { split.count }
  public var columnCount: Int { split.count }
  public var operationsPerProduct: Int { 2 * split.values.count + 5 * split.count }

  public func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    let (n, omega) = (split.count, factor)
    for i in 0..<n {
      var sum = x[i]
      for p in Int(split.starts[i])..<Int(split.starts[i + 1]) {
        let j = Int(split.columns[p])
        if j >= i { break }
        sum -= split.values[p] * y[j]
      }
      y[i] = omega * sum * split.reciprocals[i]
    }
    let scale = (2 - omega) / omega
    for i in 0..<n { y[i] *= scale * split.diagonal[i] }
    for i in (0..<n).reversed() {
      var sum = y[i]
      for p in (Int(split.starts[i])..<Int(split.starts[i + 1])).reversed() {
        let j = Int(split.columns[p])
        if j <= i { break }
        sum -= split.values[p] * y[j]
      }
      y[i] = omega * sum * split.reciprocals[i]
    }
  }
}
