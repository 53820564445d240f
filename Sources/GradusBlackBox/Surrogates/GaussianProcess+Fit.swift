// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension GaussianProcess {
  /// The process whose parameters make the observations most probable, with one length for all coordinates.
  ///
  ///     m = mean y,   s²(ℓ, ρ) = (y − m)ᵀ(K_ℓ + ρI)⁻¹(y − m)/n,   σ² = ρs²
  ///
  /// The variance is optimal for each length and share of noise; those two are taken from grids of 24 and 9 values in
  /// equal ratios. Cost: 216 factorizations.
  public static func fitted(
    to points: [Vector], observations: Vector, kernel: StationaryKernel = .matern52,
    lengths: ClosedRange<Double>, noiseShares: ClosedRange<Double> = 1e-6...1
  ) throws(FactorizationError) -> GaussianProcess {
    let d = points.first?.count ?? 0
    let metric = InputMetric(
      groups: [Int](repeating: 0, count: d), isCategory: [Bool](repeating: false, count: d))
    let mean = observations.elements.reduce(0, +) / Double(max(1, points.count))
    var evidence = Evidence(points, observations, kernel, metric)
    evidence.fixedMean = mean
    var best: (value: Double, length: Double, share: Double)?
    for length in ratios(lengths, 24) {
      for share in ratios(noiseShares, 9) {
        guard let found = evidence.profile([length], share) else { continue }
        if found.logEvidence > best?.value ?? -.infinity { best = (found.logEvidence, length, share) }
      }
    }
    guard let best, let found = evidence.profile([best.length], best.share) else { throw .notFinite }
    return try GaussianProcess(
      at: points, observations: observations, kernel: kernel, metric: metric, lengths: [best.length],
      variance: found.variance, noise: found.variance * best.share, mean: mean)
  }

  private static func ratios(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    (0..<count).map {
      range.lowerBound * exp(log(range.upperBound / range.lowerBound) * Double($0) / Double(count - 1))
    }
  }
}

/// The evidence of observations as a function of lengths and share of noise, mean and variance being the best for these:
///
///     C = k(r; ℓ) + ρI,   m = 1ᵀC⁻¹y/1ᵀC⁻¹1,   s² = (y − m)ᵀC⁻¹(y − m)/n,
///     log p = −½(n log s² + log|C| + n + n log 2π)
///     ∂ log p/∂θ = ½ tr((ββᵀ/s² − C⁻¹)·∂C/∂θ),   β = C⁻¹(y − m);      m and s² are optimal, so they do not move
///
/// **Reference** Rasmussen & Williams (2006), equations 5.8 and 5.9; D. R. Jones, M. Schonlau, W. J. Welch, J. Global Optim.
/// 13 (1998), equations 4 to 6.
package struct Evidence {
  let kernel: StationaryKernel
  let metric: InputMetric
  private let inputs: [Double]
  private let observations: Vector
  private let backend = LinearAlgebraBackend.best()
  /// Squares of observations that differ by rounding only have no variance of their own; any small number stands for it.
  private let smallestVariance: Double
  /// m, where it is not to be the best.
  var fixedMean: Double?

  package init(_ points: [Vector], _ observations: Vector, _ kernel: StationaryKernel, _ metric: InputMetric) {
    self.kernel = kernel
    self.metric = metric
    self.observations = observations
    inputs = points.flatMap(\.elements)
    let size = observations.elements.reduce(0) { max($0, abs($1)) }
    smallestVariance = 1e-20 * max(1, size * size)
  }

  package struct Profile {
    package var logEvidence: Double
    var mean: Double
    var variance: Double
  }

  /// Evidence, mean and variance; nil where C is not positive definite.
  package func profile(_ lengths: Vector, _ share: Double) -> Profile? { solve(lengths, share)?.profile }

  private struct Solved {
    var profile: Profile
    var factor: Cholesky
    /// β.
    var dual: Vector
  }

  private func solve(_ lengths: Vector, _ share: Double) -> Solved? {
    let n = observations.count
    var matrix = CorrelationMatrix(inputs, metric, metric.weights(lengths), kernel).values
    for i in 0..<n { matrix[i, i] = 1 + share }
    guard let factor = try? Cholesky(matrix, on: backend) else { return nil }
    let ones = factor.solve(Vector(repeating: 1, count: n))
    let mean = fixedMean ?? ones.inner(observations) / ones.elements.reduce(0, +)
    let residual = Vector(observations.elements.map { $0 - mean })
    let dual = factor.solve(residual)
    let variance = max(residual.inner(dual) / Double(n), smallestVariance)
    let value = -0.5 * (Double(n) * (log(variance) + 1 + log(2 * Double.pi)) + factor.logDeterminant)
    guard value.isFinite else { return nil }
    return Solved(
      profile: Profile(logEvidence: value, mean: mean, variance: variance), factor: factor, dual: dual)
  }

  /// Evidence with its gradient in log ℓ, then log ρ. Cost: about 7n³/3 operations, and n²·d/2.
  package func linearized(_ lengths: Vector, _ share: Double) -> (profile: Profile, gradient: Vector)? {
    guard let solved = solve(lengths, share) else { return nil }
    let (n, d) = (observations.count, metric.dimension)
    let weights = metric.weights(lengths)
    var identity = Matrix(rowCount: n, columnCount: n)
    for i in 0..<n { identity[i, i] = 1 }
    let inverse = solved.factor.solve(identity)
    var gradient = Vector.zeros(lengths.count + 1)
    let (dual, scale) = (solved.dual, 1 / solved.profile.variance)
    inputs.withUnsafeBufferPointer { z in
      guard let z = z.baseAddress else { return }
      for j in 0..<n {
        gradient[lengths.count] += 0.5 * share * (dual[j] * dual[j] * scale - inverse[j, j])
        for i in j + 1..<max(n, j + 1) {
          let square = metric.square(z + i * d, z + j * d, weights)
          // Twice for the two triangles, half for the formula; ∂(δ/ℓ²)/∂ log ℓ = −2δ/ℓ².
          let factor =
            -2 * kernel.slope(squaredDistance: square) * (dual[i] * dual[j] * scale - inverse[i, j])
          for k in 0..<d {
            gradient[metric.groups[k]] += factor * weights[k] * metric.part(k, z[i * d + k], z[j * d + k])
          }
        }
      }
    }
    return (solved.profile, gradient)
  }
}
