// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm of what a question of one fidelity promises for the full function, for its cost:
///
///     α(x, ℓ) = EI_h(x)·|corr(f_ℓ(x), f_h(x))|·(1 − σ_ℓ/√(s²_ℓ(x) + σ²_ℓ))·c_h/c_ℓ
///
/// **Reference** D. Huang, T. T. Allen, W. I. Notz, R. A. Miller, *Sequential kriging optimization using multiple-fidelity
/// evaluations*, Struct. Multidisc. Optim. 32 (2006).
public struct LogAugmentedImprovement: Acquisition {
  public let process: any FidelityProcess
  public let level: Int
  /// y⁺ of the full function.
  public let best: Double
  /// c_ℓ/c_h.
  public let cost: Double

  public init(_ process: any FidelityProcess, level: Int, best: Double, cost: Double) {
    precondition((0..<process.levels).contains(level) && cost > 0, "a level of the process, with a positive cost")
    self.process = process
    self.level = level
    self.best = best
    self.cost = cost
  }

  private var top: Int { process.levels - 1 }
  private var smallest: Double { 1e-14 * process.priorVariance + .leastNormalMagnitude }

  public func value(at x: Vector) -> Double {
    let full = process.relation(at: x, level: top)
    let own = level < top ? process.relation(at: x, level: level) : full
    let deviation = max(full.variance, smallest).squareRoot()
    var value = log(deviation) + NormalTails.logImprovement((best - full.mean) / deviation).value
    value += log(kept(own.variance).value) - log(cost)
    guard level < top else { return value }
    let variance = max(own.variance, 1e-30 * smallest, .leastNormalMagnitude)
    return value + log(abs(own.covariance) + 1e-300) - 0.5 * log(variance) - log(deviation)
  }

  /// 1 − σ/√(v + σ²) and its derivative in v.
  private func kept(_ variance: Double) -> (value: Double, slope: Double) {
    let noise = process.noise(of: level)
    let sum = variance + noise
    guard sum > 0, noise > 0 else { return (1, 0) }
    let ratio = (noise / sum).squareRoot()
    return (max(1 - ratio, 1e-300), 0.5 * ratio / sum)
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let full = process.linearizedRelation(at: x, level: top)
    let lower = level < top ? process.linearizedRelation(at: x, level: level) : full
    let deviation = max(full.own.variance, smallest).squareRoot()
    let z = (best - full.own.mean) / deviation
    let tail = NormalTails.logImprovement(z)
    let kept = kept(lower.own.variance)
    var value = log(deviation) + tail.value + log(kept.value) - log(cost)
    // By the variances of the full function and of this level, and by their covariance.
    var byFull = (1 - tail.slope * z) / (2 * deviation * deviation)
    var byOwn = kept.slope / kept.value
    var byBoth = 0.0
    if level < top {
      let variance = max(lower.own.variance, 1e-30 * smallest, .leastNormalMagnitude)
      value += log(abs(lower.own.covariance) + 1e-300) - 0.5 * log(variance) - log(deviation)
      byOwn -= 0.5 / variance
      byFull -= 0.5 / (deviation * deviation)
      byBoth = abs(lower.own.covariance) > 1e-300 ? 1 / lower.own.covariance : 0
    }
    var gradient = Vector.zeros(x.count)
    for j in x.indices {
      gradient[j] = byFull * full.variance[j] + byOwn * lower.variance[j] + byBoth * lower.covariance[j]
      gradient[j] -= tail.slope / deviation * full.mean[j]
    }
    return (value, gradient)
  }
}
