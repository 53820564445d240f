// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A Gaussian process of a function and of its cheap approximations, cheapest level first.
public protocol FidelityProcess: Sendable {
  /// How many.
  var levels: Int { get }
  /// Mean and variance of a level, and the covariance with the full function.
  func relation(at x: Vector, level: Int) -> FidelityRelation
  /// The same with gradients; the entries of categories are zero.
  func linearizedRelation(
    at x: Vector, level: Int
  ) -> (own: FidelityRelation, mean: Vector, variance: Vector, covariance: Vector)
  /// Variance of the errors of a level's answers.
  func noise(of level: Int) -> Double
  /// Variance of the full function before anything was heard.
  var priorVariance: Double { get }
  /// The answers of a level less what all others say of them.
  func leaveOneOutErrors(of level: Int) -> [Double]
  /// Counts a point of a level as answered with what is expected there.
  mutating func expect(at x: Vector, level: Int)
}

/// What a process says of one level at one point.
public struct FidelityRelation: Sendable, Hashable {
  public var mean: Double
  public var variance: Double
  /// With the full function, there.
  public var covariance: Double

  public init(mean: Double, variance: Double, covariance: Double) {
    self.mean = mean
    self.variance = variance
    self.covariance = covariance
  }
}

/// How fidelities are related.
public enum FidelityKernel: String, Sendable, Codable, Hashable, CaseIterable {
  /// Every level a multiple of the one below, and a process of its own.
  case autoregressive
  /// The full function, and one further process whose weight vanishes with the fidelity that is missing.
  case truncated = "linear-truncated"
}

extension AutoregressiveProcess: FidelityProcess {
  public var priorVariance: Double { parts[levels - 1].variance }

  public func noise(of level: Int) -> Double { parts[level].noise }

  /// The process of the level alone is asked, what lies below being given.
  public func leaveOneOutErrors(of level: Int) -> [Double] { parts[level].leaveOneOutErrors }

  public func relation(at x: Vector, level: Int) -> FidelityRelation {
    let (mean, variance) = posterior(at: x, level: level)
    return FidelityRelation(mean: mean, variance: variance, covariance: factor(from: level) * variance)
  }

  public func linearizedRelation(
    at x: Vector, level: Int
  ) -> (own: FidelityRelation, mean: Vector, variance: Vector, covariance: Vector) {
    let found = linearized(at: x)[level]
    let factor = factor(from: level)
    return (
      FidelityRelation(mean: found.mean, variance: found.variance, covariance: factor * found.variance),
      found.meanGradient, found.varianceGradient, Vector(found.varianceGradient.elements.map { factor * $0 })
    )
  }

  public mutating func expect(at x: Vector, level: Int) {
    var parts = self.parts
    try? parts[level].append(x, observation: parts[level].posterior(at: x).mean)
    self = AutoregressiveProcess(parts: parts, factors: factors)
  }
}
