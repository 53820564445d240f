// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Exact regression by a Gaussian process.
///
///     yᵢ = m + f(xᵢ) + ε,   f ∼ GP(0, s²k(r)),   r² = Σⱼ (xⱼ − x'ⱼ)²/ℓⱼ²,   ε ∼ N(0, σ²)
///     f* | y ∼ N(k*ᵀ(K + σ²I)⁻¹(y − m),  s² − k*ᵀ(K + σ²I)⁻¹k*)
///
/// Cost: n³/3 operations for n observations, then n² a point.
/// **Reference** C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006), chapters 2 and 5.
public struct GaussianProcess: Sendable {
  public let kernel: StationaryKernel
  /// ℓ, one for each coordinate.
  public let lengths: Vector
  /// s².
  public let variance: Double
  /// σ².
  public let noise: Double
  /// m.
  public let mean: Double
  /// log p(y).
  public let logEvidence: Double
  private let points: [Vector]
  private let posterior: GaussianPosterior

  /// Conditions a process with these parameters on observations. Throws when its matrix is not positive definite.
  public init(
    at points: [Vector], observations: Vector, kernel: StationaryKernel = .matern52, lengths: Vector, variance: Double,
    noise: Double, mean: Double = 0
  ) throws(FactorizationError) {
    precondition(points.count == observations.count && !points.isEmpty, "one observation for each of some points")
    precondition(
      points.allSatisfy { $0.count == lengths.count }, "a point has as many coordinates as there are lengths")
    self.kernel = kernel
    self.lengths = lengths
    self.variance = variance
    self.noise = noise
    self.mean = mean
    self.points = points
    let n = points.count
    var covariance = Matrix(rowCount: n, columnCount: n)
    for i in 0..<n {
      for j in 0...i {
        let entry = variance * kernel.correlation(squaredDistance: Self.square(points[i], points[j], lengths))
        covariance[i, j] = entry
        covariance[j, i] = entry
      }
    }
    posterior = try GaussianPosterior(
      covariance: covariance, noise: Vector([Double](repeating: noise, count: n)),
      observations: Vector(observations.elements.map { $0 - mean }))
    logEvidence = posterior.logEvidence
  }

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
    let (n, d) = (points.count, points.first?.count ?? 0)
    let mean = observations.elements.reduce(0, +) / Double(max(1, n))
    var best: GaussianProcess?
    var failure: FactorizationError?
    for length in ratios(lengths, 24) {
      for share in ratios(noiseShares, 9) {
        let wide = Vector([Double](repeating: length, count: d))
        do {
          let unit = try GaussianProcess(
            at: points, observations: observations, kernel: kernel, lengths: wide, variance: 1, noise: share, mean: mean
          )
          let fit = (0..<n).reduce(0.0) { $0 + unit.posterior.weights[$1] * (observations[$1] - mean) }
          // Equal observations have no variance of their own; any small number stands for it.
          let variance = max(fit / Double(n), 1e-20 * max(1, mean * mean))
          let scaled = try GaussianProcess(
            at: points, observations: observations, kernel: kernel, lengths: wide, variance: variance,
            noise: variance * share, mean: mean)
          if scaled.logEvidence > best?.logEvidence ?? -.infinity { best = scaled }
        } catch { failure = error }
      }
    }
    if let best { return best }
    throw failure ?? .notFinite
  }

  /// The posterior of f at a point.
  public func posterior(at x: Vector) -> (mean: Double, variance: Double) {
    let cross = Vector(
      points.map { variance * kernel.correlation(squaredDistance: Self.square($0, x, lengths)) })
    let n = cross.count
    var (column, prior) = (Matrix(rowCount: n, columnCount: 1), Matrix(rowCount: 1, columnCount: 1))
    for i in 0..<n { column[i, 0] = cross[i] }
    prior[0, 0] = variance
    let joint = posterior.joint(cross: column, prior: prior)
    return (mean + joint.means[0], max(0, joint.covariance[0, 0]))
  }

  private static func square(_ a: Vector, _ b: Vector, _ lengths: Vector) -> Double {
    (0..<lengths.count).reduce(0.0) { sum, j in
      let step = (a[j] - b[j]) / lengths[j]
      return sum + step * step
    }
  }

  private static func ratios(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    (0..<count).map {
      range.lowerBound * exp(log(range.upperBound / range.lowerBound) * Double($0) / Double(count - 1))
    }
  }
}
