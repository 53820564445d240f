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
