// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What the activations of a layer look like: rows are observations, columns features.
extension Matrix {
  /// exp(−Σ pᵢ·log pᵢ), pᵢ = σᵢ/Σσ: the number of directions that singular values are spread over, from 1 to min(m, n).
  ///
  /// 0 for the zero matrix. Throws `notFinite` or `noConvergence`. Reference: O. Roy & M. Vetterli, EUSIPCO 2007.
  public func effectiveRank(on backend: LinearAlgebraBackend = .best()) throws(FactorizationError) -> Double {
    let values = try SingularValues(self, on: backend).values.elements
    let sum = values.reduce(0, +)
    guard sum > 0 else { return 0 }
    let entropy = values.reduce(0.0) { $1 > 0 ? $0 - $1 / sum * VectorMath.log($1 / sum) : $0 }
    return VectorMath.exp(entropy)
  }

  /// ‖AᵀB‖²_F/(‖AᵀA‖_F·‖BᵀB‖_F) of the centered columns: linear centered kernel alignment, from 0 to 1; 1 for representations
  /// that differ by a rotation and a factor. NaN where one is constant.
  ///
  /// Cost: m·(p + q)² multiplications. Reference: S. Kornblith, M. Norouzi, H. Lee & G. Hinton, ICML 2019, (3).
  public func linearAlignment(with other: Matrix) -> Double {
    precondition(rowCount == other.rowCount, "representations of \(rowCount) and \(other.rowCount) observations")
    let (a, b) = (centered, other.centered)
    let cross = a.transposed.times(b).frobeniusNorm
    return cross * cross / (a.transposed.times(a).frobeniusNorm * b.transposed.times(b).frobeniusNorm)
  }

  private var centered: Matrix {
    var result = self
    for j in 0..<columnCount {
      let range = j * rowCount..<(j + 1) * rowCount
      let mean = elements[range].reduce(0, +) / Double(max(1, rowCount))
      for i in range { result.elements[i] -= mean }
    }
    return result
  }
}
