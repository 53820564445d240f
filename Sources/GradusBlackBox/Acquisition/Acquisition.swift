// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much is promised by an evaluation at some inputs; the largest is asked about next.
public protocol Acquisition: Sendable {
  /// The promise.
  func value(at x: Vector) -> Double
  /// The promise and its gradient; the entries of categories are zero.
  func linearized(at x: Vector) -> (value: Double, gradient: Vector)
  /// The promises at several inputs, which may cost less together.
  func values(at points: [Vector]) -> [Double]
}

extension Acquisition {
  public func values(at points: [Vector]) -> [Double] { points.map { value(at: $0) } }
}

/// The logarithm of the improvement expected on the best value y⁺, where constraints hold:
///
///     ln E[max(0, y⁺ − f(x))] = ln σ + ln h((y⁺ − μ)/σ),   h(z) = φ(z) + zΦ(z)
///     + Σ ln P(g(x) ≤ 0) = Σ ln Φ(−μ_g/σ_g)
///
/// The logarithm keeps gradients where the improvement itself underflows. Without a feasible best the constraints alone
/// count.
///
/// **Reference** D. R. Jones, M. Schonlau, W. J. Welch, J. Global Optim. 13 (1998); S. Ament et al., NeurIPS 2023;
/// J. R. Gardner et al., *Bayesian optimization with inequality constraints*, ICML 2014.
public struct LogExpectedImprovement: Acquisition {
  public let objective: GaussianProcess
  /// y⁺; nil where no feasible point is known.
  public let best: Double?
  /// One process for each constraint g ≤ 0.
  public let constraints: [GaussianProcess]

  public init(_ objective: GaussianProcess, best: Double?, constraints: [GaussianProcess] = []) {
    self.objective = objective
    self.best = best
    self.constraints = constraints
  }

  public func value(at x: Vector) -> Double {
    var sum = 0.0
    if let best {
      let (mean, variance) = objective.posterior(at: x)
      let deviation = Self.deviation(variance, of: objective)
      sum += deviation.logarithm + NormalTails.logImprovement((best - mean) / deviation.value).value
    }
    for constraint in constraints {
      let (mean, variance) = constraint.posterior(at: x)
      sum += NormalTails.logCumulative(-mean / Self.deviation(variance, of: constraint).value).value
    }
    return sum
  }

  public func values(at points: [Vector]) -> [Double] {
    var sums = [Double](repeating: 0, count: points.count)
    if let best {
      for (i, at) in objective.posteriors(at: points).enumerated() {
        let deviation = Self.deviation(at.variance, of: objective)
        sums[i] += deviation.logarithm + NormalTails.logImprovement((best - at.mean) / deviation.value).value
      }
    }
    for constraint in constraints {
      for (i, at) in constraint.posteriors(at: points).enumerated() {
        sums[i] += NormalTails.logCumulative(-at.mean / Self.deviation(at.variance, of: constraint).value).value
      }
    }
    return sums
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    var (sum, gradient) = (0.0, Vector.zeros(x.count))
    if let best {
      let at = objective.linearized(at: x)
      let deviation = Self.deviation(at.variance, of: objective)
      let z = (best - at.mean) / deviation.value
      let tail = NormalTails.logImprovement(z)
      sum += deviation.logarithm + tail.value
      for j in x.indices {
        let spread = at.varianceGradient[j] / (2 * deviation.value)
        gradient[j] += (spread * (1 - tail.slope * z) - tail.slope * at.meanGradient[j]) / deviation.value
      }
    }
    for constraint in constraints {
      let at = constraint.linearized(at: x)
      let deviation = Self.deviation(at.variance, of: constraint).value
      let z = -at.mean / deviation
      let tail = NormalTails.logCumulative(z)
      sum += tail.value
      for j in x.indices {
        let spread = at.varianceGradient[j] / (2 * deviation)
        gradient[j] += tail.slope * (-at.meanGradient[j] - z * spread) / deviation
      }
    }
    return (sum, gradient)
  }

  /// σ, kept away from zero: at an observation of an exact function nothing is expected, and no quotient may fail.
  static func deviation(
    _ variance: Double, of process: GaussianProcess
  ) -> (value: Double, logarithm: Double) {
    let value = max(variance, 1e-14 * process.variance, .leastNormalMagnitude).squareRoot()
    return (value, log(value))
  }
}
