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
  public let process: AutoregressiveProcess
  public let level: Int
  /// y⁺ of the full function.
  public let best: Double
  /// c_ℓ/c_h.
  public let cost: Double

  public init(_ process: AutoregressiveProcess, level: Int, best: Double, cost: Double) {
    precondition(process.parts.indices.contains(level) && cost > 0, "a level of the process, with a positive cost")
    self.process = process
    self.level = level
    self.best = best
    self.cost = cost
  }

  public func value(at x: Vector) -> Double {
    let (own, full) = (process.posterior(at: x, level: level), process.posterior(at: x, level: process.levels - 1))
    let scale = 1e-14 * process.parts[process.levels - 1].variance + .leastNormalMagnitude
    let deviation = max(full.variance, scale).squareRoot()
    let improvement = log(deviation) + NormalTails.logImprovement((best - full.mean) / deviation).value
    guard level < process.levels - 1 else { return improvement + log(kept(own.variance).value) - log(cost) }
    let share = max(own.variance, 1e-30 * scale, .leastNormalMagnitude) / max(full.variance, scale)
    return improvement + 0.5 * log(share) + log(abs(process.factor(from: level)) + 1e-300)
      + log(kept(own.variance).value) - log(cost)
  }

  /// 1 − σ/√(v + σ²) and its derivative in v.
  private func kept(_ variance: Double) -> (value: Double, slope: Double) {
    let noise = process.parts[level].noise
    let sum = variance + noise
    guard sum > 0, noise > 0 else { return (1, 0) }
    let ratio = (noise / sum).squareRoot()
    return (max(1 - ratio, 1e-300), 0.5 * ratio / sum)
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let all = process.linearized(at: x)
    let (own, full) = (all[level], all[process.levels - 1])
    let scale = 1e-14 * process.parts[process.levels - 1].variance + .leastNormalMagnitude
    let deviation = max(full.variance, scale).squareRoot()
    let z = (best - full.mean) / deviation
    let tail = NormalTails.logImprovement(z)
    let kept = kept(own.variance)
    var value = log(deviation) + tail.value + log(kept.value) - log(cost)
    // By the variances of the full function and of this level.
    var byFull = (1 - tail.slope * z) / (2 * deviation * deviation)
    var byOwn = kept.slope / kept.value
    if level < process.levels - 1 {
      let variance = max(own.variance, 1e-30 * scale, .leastNormalMagnitude)
      value += 0.5 * log(variance / (deviation * deviation)) + log(abs(process.factor(from: level)) + 1e-300)
      byOwn += 0.5 / variance
      byFull -= 0.5 / (deviation * deviation)
    }
    var gradient = Vector.zeros(x.count)
    for j in x.indices {
      gradient[j] =
        byFull * full.varianceGradient[j] + byOwn * own.varianceGradient[j]
        - tail.slope / deviation * full.meanGradient[j]
    }
    return (value, gradient)
  }
}
