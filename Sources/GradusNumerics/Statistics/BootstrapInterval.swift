// SPDX-License-Identifier: Apache-2.0

/// The percentile bootstrap interval of the mean of a sample.
///
///     m*ᵦ = mean of n draws with replacement, b = 1 … B;   the interval is the α/2 and 1 − α/2 quantile of the m*ᵦ
///
/// For paired data, give it the differences (or logarithms of ratios) of the pairs. With few values it is too narrow by a
/// factor of about √((n − 1)/n) and more; it shows spread, a test decides. Cost: n·B draws.
///
/// **Reference** B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
public struct BootstrapInterval: Sendable, Hashable {
  public let mean: Double
  public let lower: Double
  public let upper: Double

  /// `sample` must not be empty; the same stream gives the same interval.
  public init(meanOf sample: [Double], confidence: Double = 0.95, resamples: Int = 4000, random: RandomStream) {
    precondition(!sample.isEmpty, "an interval needs at least one value")
    precondition(confidence > 0 && confidence < 1 && resamples > 0, "confidence lies between 0 and 1")
    mean = sample.reduce(0, +) / Double(sample.count)
    var random = random
    var means = (0..<resamples).map { _ in
      var total = 0.0
      for _ in sample { total += sample[random.integer(below: sample.count)] }
      return total / Double(sample.count)
    }
    means.sort { $0 < $1 || $1.isNaN }
    let outside = (1 - confidence) / 2
    lower = means[Int((outside * Double(resamples - 1)).rounded(.down))]
    upper = means[Int(((1 - outside) * Double(resamples - 1)).rounded(.up))]
  }
}
