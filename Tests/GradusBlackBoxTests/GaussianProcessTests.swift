// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite struct GaussianProcessTests {
  @Test(arguments: StationaryKernel.allCases)
  func aCorrelationFallsFromOne(_ kernel: StationaryKernel) {
    #expect(kernel.correlation(squaredDistance: 0) == 1)
    let values = (0..<50).map { kernel.correlation(squaredDistance: 0.3 * Double($0)) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 && $1 > 0 })
  }

  /// Two observations by hand, with the inverse of a 2 × 2 matrix.
  @Test func twoObservationsByHand() throws {
    let process = try GaussianProcess(
      at: [Vector([0.0]), Vector([1.0])], observations: [1, 3], kernel: .squaredExponential, lengths: [1], variance: 2,
      noise: 0.5, mean: 1)
    let (k, x) = (2 * exp(-0.5), 0.25)
    let (a, b) = (2 * exp(-0.5 * x * x), 2 * exp(-0.5 * (1 - x) * (1 - x)))
    let determinant = 2.5 * 2.5 - k * k
    let mean = 1 + (a * -k + b * 2.5) * 2 / determinant
    let variance = 2 - (2.5 * (a * a + b * b) - 2 * k * a * b) / determinant
    let posterior = process.posterior(at: Vector([x]))
    #expect(abs(posterior.mean - mean) < 1e-12)
    #expect(abs(posterior.variance - variance) < 1e-12)
  }

  @Test func aFitFindsTheLengthAndTheNoise() throws {
    var stream = RandomStream(seed: 3)
    let points = (0..<60).map { _ in Vector([stream.uniform()]) }
    let observations = Vector(points.map { sin(8 * $0[0]) + 0.1 * stream.normal() })
    let process = try GaussianProcess.fitted(to: points, observations: observations, lengths: 0.02...5)
    #expect(process.noise > 0.002 && process.noise < 0.05, "the variance of the noise is 0.01")
    for k in 1..<20 {
      let x = Double(k) / 20
      let posterior = process.posterior(at: Vector([x]))
      #expect(abs(posterior.mean - sin(8 * x)) < 0.15)
    }
    let far = process.posterior(at: Vector([50.0]))
    #expect(abs(far.mean - process.mean) < 1e-6 && abs(far.variance - process.variance) < 1e-6)
  }

  @Test func equalObservationsAreNoFailure() throws {
    let process = try GaussianProcess.fitted(
      to: [Vector([0.1]), Vector([0.5]), Vector([0.5])], observations: [2, 2, 2], lengths: 0.05...2)
    #expect(abs(process.posterior(at: Vector([0.3])).mean - 2) < 1e-9)
  }

  @Test(arguments: StationaryKernel.allCases)
  func slopesAreDerivatives(_ kernel: StationaryKernel) {
    for square in [0.01, 0.3, 2.0, 9] {
      let h = 1e-5 * square
      let difference =
        (kernel.correlation(squaredDistance: square + h) - kernel.correlation(squaredDistance: square - h)) / (2 * h)
      #expect(abs(kernel.slope(squaredDistance: square) - difference) < 1e-7)
    }
  }

  /// Two numbers, a category, and two keys that share a length.
  static let metric = InputMetric(groups: [0, 1, 2, 3, 3], isCategory: [false, false, true, false, false])

  static func sample(_ count: Int, seed: UInt64 = 7) -> (points: [Vector], observations: Vector) {
    var random = RandomStream(seed: seed)
    let points = (0..<count).map { _ in
      Vector([random.uniform(), random.uniform(), Double(random.integer(below: 3)), random.uniform(), random.uniform()])
    }
    return (
      points, Vector(points.map { sin(5 * $0[0]) + $0[1] * $0[3] + ($0[2] == 1 ? 1 : 0) + 0.1 * random.normal() })
    )
  }

  @Test(arguments: StationaryKernel.allCases)
  func theGradientOfTheEvidenceIsItsDerivative(_ kernel: StationaryKernel) throws {
    let (points, observations) = Self.sample(25)
    var evidence = Evidence(points, observations, kernel, Self.metric)
    evidence.variancePrior = 0.5
    let (lengths, share): (Vector, Double) = ([0.4, 0.7, 1.5, 0.9], 0.03)
    let found = try #require(evidence.linearized(lengths, share))
    #expect(found.profile.logEvidence == evidence.profile(lengths, share)?.logEvidence)
    for g in 0...4 {
      func value(_ h: Double) -> Double {
        var moved = lengths
        if g < 4 { moved[g] *= exp(h) }
        return evidence.profile(moved, g < 4 ? share : share * exp(h))?.logEvidence ?? .nan
      }
      let difference = (value(1e-5) - value(-1e-5)) / 2e-5
      #expect(abs(found.gradient[g] - difference) < 1e-5 * max(1, abs(difference)), "parameter \(g)")
    }
  }

  @Test(arguments: StationaryKernel.allCases)
  func theGradientOfThePosteriorIsItsDerivative(_ kernel: StationaryKernel) throws {
    let (points, observations) = Self.sample(25)
    let process = try GaussianProcess(
      at: points, observations: observations, kernel: kernel, metric: Self.metric, lengths: [0.4, 0.7, 1.5, 0.9],
      variance: 1.3, noise: 0.02, mean: 0.2)
    let x: Vector = [0.31, 0.62, 1, 0.45, 0.21]
    let found = process.linearized(at: x)
    let plain = process.posterior(at: x)
    #expect(abs(found.mean - plain.mean) < 1e-12 && abs(found.variance - plain.variance) < 1e-12)
    for j in 0..<5 {
      func moved(_ h: Double) -> (mean: Double, variance: Double) {
        var y = x
        y[j] += h
        return process.posterior(at: y)
      }
      if j == 2 {
        #expect(found.meanGradient[2] == 0 && found.varianceGradient[2] == 0)
        continue
      }
      let (up, down) = (moved(1e-5), moved(-1e-5))
      #expect(abs(found.meanGradient[j] - (up.mean - down.mean) / 2e-5) < 1e-7)
      #expect(abs(found.varianceGradient[j] - (up.variance - down.variance) / 2e-5) < 1e-7)
    }
  }

  @Test func oneObservationMoreIsTheSameAsAllAtOnce() throws {
    let (points, observations) = Self.sample(30)
    func process(_ count: Int) throws -> GaussianProcess {
      try GaussianProcess(
        at: Array(points.prefix(count)), observations: Vector(Array(observations.elements.prefix(count))),
        metric: Self.metric, lengths: [0.4, 0.7, 1.5, 0.9], variance: 1.3, noise: 0.02, mean: 0.2)
    }
    var grown = try process(20)
    for i in 20..<30 { try grown.append(points[i], observation: observations[i]) }
    let whole = try process(30)
    let (a, b) = (grown.joint(at: Array(points.prefix(4))), whole.joint(at: Array(points.prefix(4))))
    for i in 0..<4 {
      #expect(abs(a.means[i] - b.means[i]) < 1e-9)
      let single = whole.posterior(at: points[i])
      #expect(abs(single.mean - b.means[i]) < 1e-12 && abs(single.variance - b.covariance[i, i]) < 1e-9)
      for j in 0..<4 { #expect(abs(a.covariance[i, j] - b.covariance[i, j]) < 1e-9) }
    }
  }

  @Test func aFitFindsWhichCoordinatesMatter() throws {
    var random = RandomStream(seed: 5)
    let points = (0..<60).map { _ in Vector((0..<4).map { _ in random.uniform() }) }
    let observations = Vector(points.map { sin(6 * $0[0]) + 0.3 * $0[1] })
    let metric = InputMetric(numbers: 4)
    let found = SurrogateFit.exact.parameters(
      for: points, observations: observations, metric: metric, random: &random)
    #expect(found.lengths[0] < 0.3 * found.lengths[1])
    #expect(min(found.lengths[2], found.lengths[3]) > 2 * found.lengths[0])
    let process = try #require(
      SurrogateFit.exact.process(found, for: points, observations: observations, metric: metric))
    for _ in 0..<20 {
      let x = Vector((0..<4).map { _ in random.uniform(0.1, 0.9) })
      #expect(abs(process.posterior(at: x).mean - sin(6 * x[0]) - 0.3 * x[1]) < 0.02)
    }
  }

  @Test func equalPointsWithDifferentValuesAreNoFailure() throws {
    var random = RandomStream(seed: 5)
    let points = [Vector]([[0.5], [0.5], [0.2], [0.8]])
    let metric = InputMetric(numbers: 1)
    let found = SurrogateFit.exact.parameters(
      for: points, observations: [1, 2, 0, 3], metric: metric, random: &random)
    let process = SurrogateFit.exact.process(found, for: points, observations: [1, 2, 0, 3], metric: metric)
    #expect(process.map { $0.posterior(at: [0.5]).mean.isFinite } == true)
  }
}
