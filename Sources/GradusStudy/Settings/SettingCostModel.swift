// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm of a cost as a Gaussian process over configurations and contexts:
///
///     log cost = base(z) + Σ_s effect_s(value, z) + own(configuration) + noise
///
/// Effects of switches add up, which is why a few rounds with many switches turned at once say something about each of
/// them; `own` is what a configuration does beyond that sum. Values with an order have related effects, the farther from the default the larger; all effects vary
/// with the context z, of which half is shared. How large effects and noise are is chosen on a small grid by evidence.
/// **Cost** O(n³) for n experiences, of which the newest `window` are kept.
struct SettingCostModel {
  private static let window = 240
  private let space: SettingSpace
  private let experiences: ArraySlice<SettingExperience>
  private let center: Double
  private let scaling: [(mean: Double, spread: Double)]
  private let effect: Double
  private let posterior: GaussianPosterior?
  let noise: Double

  init(_ space: SettingSpace, _ all: [SettingExperience]) {
    self.space = space
    // Experiences with other features than the first ones are of another kind of problem.
    let featureCount = all.first?.context.count ?? 0
    experiences = all.filter { $0.context.count == featureCount }.suffix(Self.window)
    // A cut-off attempt would have cost more; how much more is unknown, so it counts as twice as much, with more noise.
    let costs = experiences.map { log(max($0.cost, 1e-9)) + ($0.isFinished ? 0 : log(2)) }
    center = costs.isEmpty ? 0 : costs.reduce(0, +) / Double(costs.count)
    let contexts = experiences.map(\.context)
    scaling = (0..<featureCount).map { f in
      let column = contexts.map { $0[f] }
      let mean = column.reduce(0, +) / Double(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      return (mean, variance > 1e-18 ? variance.squareRoot() : .infinity)
    }
    let observations = Vector(costs.map { [center] in $0 - center })
    var best: (evidence: Double, effect: Double, noise: Double, posterior: GaussianPosterior)?
    let points = experiences.map { [scaling] in (configuration: $0.configuration, z: Self.scaled($0.context, scaling)) }
    for effect in [0.15, 0.3, 0.6] where !experiences.isEmpty {
      let n = points.count
      var covariance = Matrix(rowCount: n, columnCount: n)
      for j in 0..<n {
        for i in j..<n { covariance[i, j] = Self.kernel(points[i], points[j], space, effect) }
      }
      for noise in [0.05, 0.1, 0.2, 0.4, 0.8] {
        let variances = Vector(experiences.map { noise * noise + ($0.isFinished ? 0 : 0.25) })
        guard
          let posterior = try? GaussianPosterior(
            covariance: covariance, noise: variances, observations: observations, on: .portable)
        else { continue }
        if posterior.logEvidence > best?.evidence ?? -.infinity {
          best = (posterior.logEvidence, effect, noise, posterior)
        }
      }
    }
    effect = best?.effect ?? 0.3
    noise = best?.noise ?? 0.4
    posterior = best?.posterior
  }

  /// Means and covariance of the log cost (without noise) of configurations in one context.
  func predict(_ configurations: [[Int]], in context: [Double]) -> (means: [Double], covariance: Matrix) {
    let z = Self.scaled(context, scaling)
    let m = configurations.count
    var prior = Matrix(rowCount: m, columnCount: m)
    for j in 0..<m {
      for i in 0..<m { prior[i, j] = Self.kernel((configurations[i], z), (configurations[j], z), space, effect) }
    }
    guard let posterior else { return ([Double](repeating: center, count: m), prior) }
    var cross = Matrix(rowCount: experiences.count, columnCount: m)
    for j in 0..<m {
      for (i, experience) in experiences.enumerated() {
        let point = (configuration: experience.configuration, z: Self.scaled(experience.context, scaling))
        cross[i, j] = Self.kernel(point, (configurations[j], z), space, effect)
      }
    }
    let (means, covariance) = posterior.joint(cross: cross, prior: prior)
    return (means.elements.map { $0 + center }, covariance)
  }

  private static func scaled(_ context: [Double], _ scaling: [(mean: Double, spread: Double)]) -> [Double] {
    zip(context, scaling).map { ($0 - $1.mean) / $1.spread }
  }

  private static func kernel(
    _ a: (configuration: [Int], z: [Double]), _ b: (configuration: [Int], z: [Double]), _ space: SettingSpace,
    _ effect: Double
  ) -> Double {
    var product = 0.0, distance = 0.0
    for (x, y) in zip(a.z, b.z) {
      product += x * y
      distance += (x - y) * (x - y)
    }
    let near = exp(-0.5 * distance)
    var shared = 0.0
    for s in space.switches.indices {
      let (i, j) = (a.configuration[s], b.configuration[s])
      guard i != 0, j != 0 else { continue }
      if let places = space.switches[s].places {
        // Brownian motion both ways from the default: farther values differ more, and one side says nothing of the other.
        if places[i] * places[j] > 0 { shared += min(abs(places[i]), abs(places[j])) }
      } else if i == j {
        shared += 1
      }
    }
    let own = a.configuration == b.configuration ? 0.25 : 0
    return 4 + product + 0.25 * near + effect * effect * (shared + own) * (0.5 + 0.5 * near)
  }
}
