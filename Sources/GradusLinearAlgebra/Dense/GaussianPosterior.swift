// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A Gaussian vector conditioned on noisy observations of some of its relatives:
///
///     y = f + ε,  f ∼ N(0, K),  ε ∼ N(0, diag noise):   f* | y ∼ N(K*ᵀ (K + diag noise)⁻¹ y,  K** − K*ᵀ (K + diag noise)⁻¹ K*)
///
/// Kernels belong to the caller: this part sees matrices only. Cost: n³/3 operations for n observations, then n² a point.
/// **Reference** C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006), Algorithm 2.1.
public struct GaussianPosterior: Sendable {
  private let cholesky: Cholesky
  /// (K + diag noise)⁻¹ y.
  public let weights: Vector
  /// log p(y) = −½ yᵀ(K + diag noise)⁻¹y − ½ log det(K + diag noise) − ½ n log 2π.
  public let logEvidence: Double

  /// Conditions on `observations`. `covariance` is K, n × n, of which the lower triangle is read; `noise` holds n variances.
  ///
  /// Throws `notPositiveDefinite` when K + diag noise is not, and `notFinite` when it holds what is no number.
  public init(
    covariance: Matrix, noise: Vector, observations: Vector, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) {
    let n = observations.count
    precondition(
      covariance.rowCount == n && covariance.isSquare && noise.count == n,
      "\(n) observations need a covariance of order \(n) and \(n) noise variances")
    var matrix = covariance
    for i in 0..<n { matrix[i, i] += noise[i] }
    cholesky = try Cholesky(matrix, on: backend)
    let weights = cholesky.solve(observations)
    self.weights = weights
    let fit = (0..<n).reduce(0.0) { $0 + weights[$1] * observations[$1] }
    logEvidence = -0.5 * (fit + cholesky.logDeterminant + Double(n) * log(2 * Double.pi))
  }

  /// The posterior mean at a point whose prior covariances with the observations are `covariances`. Cost: 2n operations.
  public func mean(_ covariances: Vector) -> Double {
    precondition(covariances.count == weights.count, "one covariance an observation is needed")
    return (0..<weights.count).reduce(0.0) { $0 + weights[$1] * covariances[$1] }
  }

  /// Means and covariance of several points at once.
  ///
  /// Column j of `cross` (n × m) holds the prior covariances of point j with the observations, `prior` (m × m) those among
  /// the points. Cost: m·n² + m²·n operations.
  public func joint(cross: Matrix, prior: Matrix) -> (means: Vector, covariance: Matrix) {
    let (n, m) = (cross.rowCount, cross.columnCount)
    precondition(n == weights.count && prior.rowCount == m && prior.isSquare, "the shapes of the points do not match")
    var covariance = prior
    var halves: [Vector] = []
    for j in 0..<m {
      var half = cross.column(j)
      cholesky.solveLower(&half)
      halves.append(half)
    }
    for j in 0..<m {
      for i in 0..<m {
        covariance[i, j] -= (0..<n).reduce(0.0) { $0 + halves[i][$1] * halves[j][$1] }
      }
    }
    return (Vector((0..<m).map { mean(cross.column($0)) }), covariance)
  }
}
