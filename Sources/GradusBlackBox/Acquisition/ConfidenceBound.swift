// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The confidence bound −(μ − κσ): optimism in the face of uncertainty.
///
/// **Reference** N. Srinivas et al., *Gaussian process optimization in the bandit setting*, ICML 2010.
public struct ConfidenceBound: Acquisition {
  public let objective: GaussianProcess
  /// κ ≥ 0; 0 is the posterior mean.
  public let exploration: Double

  public init(_ objective: GaussianProcess, exploration: Double = 2) {
    self.objective = objective
    self.exploration = exploration
  }

  public func value(at x: Vector) -> Double {
    let (mean, variance) = objective.posterior(at: x)
    return exploration * variance.squareRoot() - mean
  }

  public func values(at points: [Vector]) -> [Double] {
    objective.posteriors(at: points).map { exploration * $0.variance.squareRoot() - $0.mean }
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let at = objective.linearized(at: x)
    let deviation = at.variance.squareRoot()
    var gradient = Vector.zeros(x.count)
    for j in x.indices {
      let spread = deviation > 0 ? at.varianceGradient[j] / (2 * deviation) : 0
      gradient[j] = exploration * spread - at.meanGradient[j]
    }
    return (exploration * deviation - at.mean, gradient)
  }
}
