// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What an evaluation promises by a mean and a variance alone:
///
///     ln E[max(0, y⁺ − f)] + Σ ln P(gᵢ ≤ 0),     or  −(μ − κσ) + s·Σ ln P(gᵢ ≤ 0)
struct ModelPromise: Sendable {
  enum Rule: Sendable { case improvement, bound }

  let rule: Rule
  let objective: any PosteriorModel
  let constraints: [any PosteriorModel]
  /// y⁺; nil where nothing keeps the constraints: then these alone count.
  let best: Double?
  /// A deviation of the objective, s; variances below 1e-14 s² count as that.
  let scale: Double
  /// κ.
  var exploration = 2.0

  func callAsFunction(_ x: Vector) -> Double {
    var sum = 0.0
    if let best {
      let (mean, variance) = objective.posterior(at: x)
      let deviation = max(variance, 1e-14 * scale * scale, .leastNormalMagnitude).squareRoot()
      switch rule {
      case .improvement: sum += log(deviation) + NormalTails.logImprovement((best - mean) / deviation).value
      case .bound: sum += exploration * deviation - mean
      }
    }
    let weight = rule == .bound && best != nil ? scale : 1
    for constraint in constraints {
      let (mean, variance) = constraint.posterior(at: x)
      sum += weight * NormalTails.logCumulative(-mean / max(variance.squareRoot(), 1e-6)).value
    }
    return sum
  }
}
