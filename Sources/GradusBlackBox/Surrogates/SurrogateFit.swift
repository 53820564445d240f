// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
public import GradusNumerics
import GradusSmooth

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Lengths and noise of a process, by maximizing what the observations say of them:
///
///     max  log p(y | ℓ, ρ) − Σ (log ℓ − μ)²/(2·3) − (log ρ − ν)²/(2τ²)        μ = √2 + ½ log d over √(width)
///
/// by quasi-Newton steps in a box, from the last fit, from the middle of the prior, and from random places. Lengths are
/// relative to inputs between 0 and 1. The prior on lengths grows with the dimension, so that a function of many
/// coordinates is not taken to be rough in each of them.
///
/// **Reference** C. Hvarfner, E. O. Hellsten, L. Nardi, *Vanilla Bayesian optimization performs great in high dimensions*,
/// ICML 2024, for the prior.
public struct SurrogateFit: Sendable, Codable, Hashable {
  public var kernel = StationaryKernel.matern52
  /// ρ.
  public var noiseShares: ClosedRange<Double>
  /// ν and τ; nil: all shares are equally probable in the logarithm.
  public var noisePrior: Prior?
  /// τ of the prior on the variance of the process, around that of the observations; nil: none. It keeps noise from
  /// explaining everything.
  public var variancePrior: Double?
  /// More observations than these are fitted from the last parameters alone.
  static let many = 150
  /// Random places to start at, beside the last fit and the middle.
  public var restarts = 1
  /// Steps of each descent.
  public var steps = 60

  /// A normal distribution.
  public struct Prior: Sendable, Codable, Hashable {
    public var mean: Double
    public var deviation: Double
  }

  /// For functions that are answered exactly: the noise only keeps the matrix regular.
  public static var exact: Self { Self(noiseShares: 1e-8...1e-4, noisePrior: nil) }
  /// For answers with noise.
  public static var noisy: Self {
    Self(noiseShares: 1e-6...10, noisePrior: Prior(mean: -4, deviation: 1), variancePrior: 0.3)
  }

  init(noiseShares: ClosedRange<Double>, noisePrior: Prior?, variancePrior: Double? = nil) {
    self.noiseShares = noiseShares
    self.noisePrior = noisePrior
    self.variancePrior = variancePrior
  }

  /// What was fitted: ℓ and ρ.
  public struct Parameters: Sendable, Codable, Hashable {
    public var lengths: Vector
    public var noiseShare: Double
  }

  /// The most probable parameters. `last` is where the search begins besides the middle of the prior.
  public func parameters(
    for points: [Vector], observations: Vector, metric: InputMetric, last: Parameters? = nil,
    random: inout RandomStream
  ) -> Parameters {
    var evidence = Evidence(points, observations, kernel, metric)
    evidence.variancePrior = variancePrior
    let groups = metric.groupCount
    let center = 2.0.squareRoot() + 0.5 * log(Double(max(1, metric.dimension)))
    let lower = [Double](repeating: log(0.005), count: groups) + [log(noiseShares.lowerBound)]
    let upper = [Double](repeating: log(1e3), count: groups) + [log(noiseShares.upperBound)]
    let box = Box(lower: Vector(lower), upper: Vector(upper))
    func objective(_ x: Vector) -> Linearization<Vector> {
      let lengths = Vector(x.elements.prefix(groups).map { exp($0) })
      guard let found = evidence.linearized(lengths, exp(x[groups])) else {
        return Linearization(value: .nan, gradient: Vector(repeating: .nan, count: groups + 1))
      }
      var (value, gradient) = (-found.profile.logEvidence, Vector(found.gradient.elements.map { -$0 }))
      for g in 0..<groups {
        let excess = x[g] - center
        value += excess * excess / 6
        gradient[g] += excess / 3
      }
      if let prior = noisePrior {
        let excess = (x[groups] - prior.mean) / prior.deviation
        value += excess * excess / 2
        gradient[groups] += excess / prior.deviation
      }
      return Linearization(value: value, gradient: gradient)
    }
    let middleNoise = noisePrior?.mean ?? log(noiseShares.lowerBound) + 1
    var starts = [Vector([Double](repeating: min(center, 0), count: groups) + [middleNoise])]
    let known = last.map { Vector($0.lengths.elements.map { log($0) } + [log($0.noiseShare)]) }
    // Many observations leave little doubt: what explained the ones before explains them.
    if let known, points.count > Self.many { starts = [known] } else if let known { starts.insert(known, at: 0) }
    for _ in 0..<(points.count > Self.many && last != nil ? 0 : restarts) {
      starts.append(
        Vector((0..<groups).map { _ in random.uniform(log(0.05), log(3.0)) } + [middleNoise + random.uniform(-1, 1)]))
    }
    var best: (value: Double, x: Vector)?
    for start in starts {
      var descent = BoxDescent(.init(), from: start, in: box)
      // Parameters that explain the observations a little better do not change what is asked next.
      var (idle, lowest) = (0, Double.infinity)
      for _ in 0..<steps where descent.claim == nil && idle < 3 {
        descent.advance(objective(descent.wanted))
        guard let value = descent.here?.value else { continue }
        idle = value < lowest - 1e-3 ? 0 : idle + 1
        lowest = min(lowest, value)
      }
      if let here = descent.here, here.value < best?.value ?? .infinity { best = (here.value, descent.x) }
    }
    let x = best?.x ?? starts[0]
    return Parameters(lengths: Vector(x.elements.prefix(groups).map { exp($0) }), noiseShare: exp(x[groups]))
  }

  /// The process with these parameters, with more noise where its matrix is not positive definite otherwise.
  public func process(
    _ parameters: Parameters, for points: [Vector], observations: Vector, metric: InputMetric
  ) -> GaussianProcess? {
    let evidence = Evidence(points, observations, kernel, metric)
    var share = parameters.noiseShare
    while share <= 10 {
      if let profile = evidence.profile(parameters.lengths, share),
        let process = try? GaussianProcess(
          at: points, observations: observations, kernel: kernel, metric: metric, lengths: parameters.lengths,
          variance: profile.variance, noise: share * profile.variance, mean: profile.mean)
      {
        return process
      }
      share *= 10
    }
    return nil
  }
}
