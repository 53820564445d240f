// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A density of inputs: a mixture with one component around each of some points, and one for the prior.
///
///     p(x) = Σᵢ wᵢ Πⱼ kⱼ(xⱼ; xᵢⱼ)
///     numbers: normal, cut off at 0 and 1, σ = 0.2·n^(−1/(d + 4)), at least 1/min(100, n + 1);   prior N(½, 1)
///     categories: 1 − e for the point's own, the rest evenly;   prior uniform
///
/// Keeping coordinates of a component together keeps what goes together in good points.
///
/// **Reference** J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, NIPS 2011; S. Falkner, A. Klein, F. Hutter, *BOHB*, ICML 2018,
/// for components that are products.
struct ParzenEstimator {
  private let centers: [Vector]
  private let weights: [Double]
  private let metric: InputMetric
  private let width: Double
  /// Number of values of each category; 0 for numbers.
  private let choices: [Int]

  /// `weights`: one for each point, and a last one for the prior; they need not add up to 1.
  init(_ points: [Vector], weights: [Double], metric: InputMetric, choices: [Int]) {
    let n = points.count
    centers = points
    let total = weights.reduce(0, +)
    self.weights = weights.map { $0 / total }
    self.metric = metric
    self.choices = choices
    width = max(
      0.2 * pow(Double(max(n, 1)), -1 / Double(metric.dimension + 4)), 1 / Double(min(100, n + 1)))
  }

  /// A draw.
  func sample(_ random: inout RandomStream) -> Vector {
    let component = random.categorical(weights)
    return Vector(
      (0..<metric.dimension).map { j in
        let center = component < centers.count ? centers[component][j] : nil
        if metric.isCategory[j] {
          let count = choices[j]
          if let center, random.uniform() >= spill(count) { return center }
          return (Double(random.integer(below: count)) + 0.5) / Double(count)
        }
        let (mean, deviation) = center.map { ($0, width) } ?? (0.5, 1)
        let (low, high) = (Self.cumulative(-mean / deviation), Self.cumulative((1 - mean) / deviation))
        let p = min(max(low + random.uniform() * (high - low), 1e-300), 1 - 0x1p-53)
        return min(max(mean + deviation * normalQuantile(p), 0), 1)
      })
  }

  /// ln p(x).
  func logDensity(_ x: Vector) -> Double {
    var logs: [Double] = []
    for (i, weight) in weights.enumerated() where weight > 0 {
      var sum = log(weight)
      for j in 0..<metric.dimension {
        let center = i < centers.count ? centers[i][j] : nil
        if metric.isCategory[j] {
          let count = Double(choices[j])
          guard let center else {
            sum -= log(count)
            continue
          }
          let own = 1 - spill(choices[j])
          sum += log((1 - own) / count + (x[j] == center ? own : 0))
        } else {
          let (mean, deviation) = center.map { ($0, width) } ?? (0.5, 1)
          let z = (x[j] - mean) / deviation
          let inside = Self.cumulative((1 - mean) / deviation) - Self.cumulative(-mean / deviation)
          sum += -0.5 * z * z - log(deviation * inside)
        }
      }
      logs.append(sum)
    }
    let top = logs.max() ?? -.infinity
    return top.isFinite ? top + log(logs.reduce(0) { $0 + exp($1 - top) }) : top
  }

  /// The probability that a category is drawn afresh.
  private func spill(_ count: Int) -> Double { count <= 1 ? 0 : min(0.9, 1 / Double(centers.count + 1) + 0.1) }

  private static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }
}
