// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Logarithms of functions of the standard normal distribution that stay finite in the tails.
///
///     h(z) = φ(z) + zΦ(z),   h' = Φ;      to the left  h/φ = 1 − |z|·√(π/2)·erfcx(|z|/√2) → 1/z² − 3/z⁴ + 15/z⁶ − …
///
/// **Reference** S. Ament et al., *Unexpected improvements to expected improvement for Bayesian optimization*, NeurIPS 2023.
enum NormalTails {
  private static let halfLogTwoPi = 0.5 * log(2 * Double.pi)
  private static let rootHalfPi = (Double.pi / 2).squareRoot()

  /// ln h(z) and its derivative.
  static func logImprovement(_ z: Double) -> (value: Double, slope: Double) {
    let square = z * z
    if z > -1 {
      let cumulative = 0.5 * erfc(-z / 2.0.squareRoot())
      let h = exp(-0.5 * square - halfLogTwoPi) + z * cumulative
      return (log(h), cumulative / h)
    }
    let (share, ratio) = (improvementShare(z), millsRatio(-z))
    return (-0.5 * square - halfLogTwoPi + log(share), ratio / share)
  }

  /// ln Φ(z) and its derivative φ/Φ.
  static func logCumulative(_ z: Double) -> (value: Double, slope: Double) {
    let logDensity = -0.5 * z * z - halfLogTwoPi
    if z > -1 {
      let cumulative = 0.5 * erfc(-z / 2.0.squareRoot())
      return (log(cumulative), exp(logDensity) / cumulative)
    }
    let ratio = millsRatio(-z)
    return (logDensity + log(ratio), 1 / ratio)
  }

  /// h/φ at z ≤ −1.
  private static func improvementShare(_ z: Double) -> Double {
    let q = 1 / (z * z)
    // Beyond this the difference would lose more digits than the series.
    if z < -20 { return q * (1 - q * (3 - q * (15 - q * (105 - q * 945)))) }
    return 1 + z * millsRatio(-z)
  }

  /// Φ(−x)/φ(x) for x ≥ 1.
  private static func millsRatio(_ x: Double) -> Double {
    if x > 20 {
      let q = 1 / (x * x)
      return (1 - q * (1 - q * (3 - q * (15 - q * (105 - q * 945))))) / x
    }
    return rootHalfPi * exp(0.5 * x * x) * erfc(x / 2.0.squareRoot())
  }
}
