// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A promise where learned constraints have to hold:
///
///     α(x) + w·Σ ln P(gᵢ(x) ≤ 0)
///
/// For promises that are logarithms, w = 1 multiplies what is promised by the probability. For those in units of the objective,
/// such as a confidence bound, w is a deviation of the objective.
public struct WithConstraints<Base: Acquisition>: Acquisition {
  public let base: Base
  public let constraints: [GaussianProcess]
  /// w.
  public let weight: Double

  public init(_ base: Base, _ constraints: [GaussianProcess], weight: Double = 1) {
    self.base = base
    self.constraints = constraints
    self.weight = weight
  }

  private func certainty(_ processes: [GaussianProcess]) -> LogExpectedImprovement? {
    processes.first.map { LogExpectedImprovement($0, best: nil, constraints: processes) }
  }

  public func value(at x: Vector) -> Double {
    base.value(at: x) + weight * (certainty(constraints)?.value(at: x) ?? 0)
  }

  public func values(at points: [Vector]) -> [Double] {
    guard let certainty = certainty(constraints) else { return base.values(at: points) }
    return zip(base.values(at: points), certainty.values(at: points)).map { $0 + weight * $1 }
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    var found = base.linearized(at: x)
    guard let certain = certainty(constraints)?.linearized(at: x) else { return found }
    found.value += weight * certain.value
    for j in x.indices { found.gradient[j] += weight * certain.gradient[j] }
    return found
  }
}
