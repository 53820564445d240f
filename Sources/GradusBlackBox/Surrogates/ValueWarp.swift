// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An increasing map of values, after which a Gaussian process explains them better:
///
///     u = (y − min y)/spread + c,     t = (u^λ − 1)/λ,   or ln u for λ = 0,     or u itself for λ = 1
///
/// λ is the one under which the observations are most probable, the derivative of the map included:
/// log p(t) + Σ log t'(y). Near the minimum, within c times the spread, the map is linear for every λ.
///
/// **Reference** G. E. P. Box, D. R. Cox, *An analysis of transformations*, J. Royal Stat. Soc. B 26 (1964).
struct ValueWarp: Sendable, Codable, Hashable {
  static let exponents = [1, 0.5, 0]
  /// c.
  static let offset = 0.05

  let exponent: Double
  private let lowest: Double
  private let spread: Double

  /// Spread: the distance of the quartiles, or of the extremes where these coincide.
  init(_ values: [Double], exponent: Double) {
    let sorted = values.sorted()
    lowest = sorted.first ?? 0
    let n = sorted.count
    let middle = n > 0 ? sorted[(3 * n) / 4 == n ? n - 1 : (3 * n) / 4] - sorted[n / 4] : 0
    let whole = (sorted.last ?? 0) - lowest
    let width = middle > 1e-12 * max(1, whole) ? middle : whole
    spread = width > 0 && width.isFinite ? width : 1
    self.exponent = exponent
  }

  func callAsFunction(_ y: Double) -> Double {
    let u = max((y - lowest) / spread, 0) + Self.offset
    if exponent == 1 { return u }
    return exponent == 0 ? log(u) : (pow(u, exponent) - 1) / exponent
  }

  /// ln dt/dy.
  func logSlope(_ y: Double) -> Double {
    let u = max((y - lowest) / spread, 0) + Self.offset
    return (exponent - 1) * log(u) - log(spread)
  }
}
