// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What answers say of a function: a mean and a variance at every input.
public protocol PosteriorModel: Sendable {
  /// Mean and variance of the function there.
  func posterior(at x: Vector) -> (mean: Double, variance: Double)
  /// Counts a point that waits as answered with what is expected there: the variance falls, the mean stays.
  mutating func expect(at x: Vector)
}

extension GaussianProcess: PosteriorModel {
  /// Appends the mean; a point so near to another that the matrix would be singular is left out.
  public mutating func expect(at x: Vector) { try? append(x, observation: posterior(at: x).mean) }
}

/// Who explains the answers to Bayesian optimization.
public enum SurrogateKind: String, Sendable, Codable, Hashable, CaseIterable {
  case gaussianProcess = "gaussian-process"
  /// Regression trees on bootstrap samples.
  case randomForest = "random-forest"
  /// Networks that start at different places, each with a fixed random function added.
  case neuralEnsemble = "neural-ensemble"
  /// One network, sure of itself as far as its gradients were seen.
  case neuralBandit = "neural-bandit"
}
