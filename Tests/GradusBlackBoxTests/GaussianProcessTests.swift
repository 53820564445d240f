// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
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
}
