// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much an answer tells about the minimal value y*:
///
///     α(x) = mean_k [γφ(γ)/(2Φ(γ)) − ln Φ(γ)],   γ = (μ(x) − y*_k)/σ(x)
///
/// The y*_k are drawn from a Gumbel distribution that has the median and the quartiles of the least of independent values
/// at some places, P(y* > y) = Π Φ((μᵢ − y)/σᵢ).
///
/// **Reference** Z. Wang, S. Jegelka, *Max-value entropy search for efficient Bayesian optimization*, ICML 2017.
public struct MaxValueEntropy: Acquisition {
  public let objective: GaussianProcess
  /// y*_k.
  public let minima: [Double]

  public init(_ objective: GaussianProcess, minima: [Double]) {
    precondition(!minima.isEmpty, "an entropy search needs draws of the minimum")
    self.objective = objective
    self.minima = minima
  }

  /// Draws the minima from what the process says at some places.
  public init(_ objective: GaussianProcess, at places: [Vector], draws: Int = 16, random: inout RandomStream) {
    precondition(!places.isEmpty && draws > 0, "an entropy search needs places and draws")
    let posteriors = objective.posteriors(at: places)
    let deviations = posteriors.map { LogExpectedImprovement.deviation($0.variance, of: objective).value }
    func logSurvival(_ y: Double) -> Double {
      var sum = 0.0
      for (at, deviation) in zip(posteriors, deviations) {
        sum += NormalTails.logCumulative((at.mean - y) / deviation).value
      }
      return sum
    }
    let lowest = posteriors.map(\.mean).min() ?? 0
    let widest = deviations.max() ?? 1
    /// y with P(y* > y) = p.
    func quantile(_ p: Double) -> Double {
      var (low, high) = (lowest - 10 * widest, lowest + 10 * widest)
      for _ in 0..<60 {
        let middle = 0.5 * (low + high)
        if logSurvival(middle) > log(p) { low = middle } else { high = middle }
      }
      return 0.5 * (low + high)
    }
    // −y* ∼ Gumbel(a, b):  P(y* > y) = exp(−exp((y + a)/b)),  so y(p) = −a + b·ln(−ln p).
    let (first, middle, third) = (quantile(0.75), quantile(0.5), quantile(0.25))
    let b = max((third - first) / (log(-log(0.25)) - log(-log(0.75))), 1e-12 * max(1, abs(middle)))
    let a = b * log(-log(0.5)) - middle
    // No draw lies above the least mean by more than its own deviation would allow.
    let ceiling = lowest - 1e-6 * objective.variance.squareRoot()
    minima = (0..<draws).map { _ in min(b * log(-log(random.uniform(1e-12, 1))) - a, ceiling) }
    self.objective = objective
  }

  private func terms(_ mean: Double, _ deviation: Double) -> (value: Double, slope: Double, bend: Double) {
    var (value, slope, bend) = (0.0, 0.0, 0.0)
    for minimum in minima {
      let z = (mean - minimum) / deviation
      let tail = NormalTails.logCumulative(z)
      let r = tail.slope
      value += 0.5 * z * r - tail.value
      let d = -0.5 * r - 0.5 * z * r * (z + r)
      slope += d
      bend += d * z
    }
    let n = Double(minima.count)
    return (value / n, slope / n, bend / n)
  }

  public func value(at x: Vector) -> Double {
    let (mean, variance) = objective.posterior(at: x)
    return terms(mean, LogExpectedImprovement.deviation(variance, of: objective).value).value
  }

  public func values(at points: [Vector]) -> [Double] {
    objective.posteriors(at: points).map {
      terms($0.mean, LogExpectedImprovement.deviation($0.variance, of: objective).value).value
    }
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let at = objective.linearized(at: x)
    let deviation = LogExpectedImprovement.deviation(at.variance, of: objective).value
    let found = terms(at.mean, deviation)
    var gradient = Vector.zeros(x.count)
    for j in x.indices {
      let spread = at.varianceGradient[j] / (2 * deviation)
      gradient[j] = (found.slope * at.meanGradient[j] - found.bend * spread) / deviation
    }
    return (found.value, gradient)
  }
}
