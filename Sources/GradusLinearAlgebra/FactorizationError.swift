// SPDX-License-Identifier: Apache-2.0

/// Why a matrix could not be factorized. Steps count from 0.
public enum FactorizationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// An entry is NaN or infinite.
  case notFinite
  /// The leading block of order `step` + 1 is not positive definite.
  case notPositiveDefinite(step: Int)
  /// The pivot of this step is zero.
  case singular(step: Int)
  /// An iteration inside the factorization did not converge.
  case noConvergence

  public var description: String {
    switch self {
    case .notFinite: "the matrix has an entry that is not a finite number; check the data it was made from"
    case .notPositiveDefinite(let step):
      "the matrix is not positive definite (step \(step)); shift its diagonal or use an indefinite factorization"
    case .singular(let step): "the matrix is singular (step \(step)); remove dependent rows or regularize"
    case .noConvergence: "the factorization did not converge; scale the matrix"
    }
  }
}
