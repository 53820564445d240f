// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A correlation that depends on the distance alone.
///
///     squared exponential   k(r) = exp(−r²/2)
///     Matérn 3/2            k(r) = (1 + √3 r) exp(−√3 r)
///     Matérn 5/2            k(r) = (1 + √5 r + 5r²/3) exp(−√5 r)
///
/// **Reference** C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006), section 4.2.
public enum StationaryKernel: String, Sendable, Codable, Hashable, CaseIterable {
  case squaredExponential = "squared-exponential"
  case matern32 = "matern-3/2"
  case matern52 = "matern-5/2"

  /// k, from r² ≥ 0.
  public func correlation(squaredDistance square: Double) -> Double {
    switch self {
    case .squaredExponential: return exp(-0.5 * square)
    case .matern32:
      let s = (3 * square).squareRoot()
      return (1 + s) * exp(-s)
    case .matern52:
      let s = (5 * square).squareRoot()
      return (1 + s + s * s / 3) * exp(-s)
    }
  }
  /// dk/d(r²), from r² ≥ 0; finite everywhere.
  public func slope(squaredDistance square: Double) -> Double {
    switch self {
    case .squaredExponential: return -0.5 * exp(-0.5 * square)
    case .matern32: return -1.5 * exp(-(3 * square).squareRoot())
    case .matern52:
      let s = (5 * square).squareRoot()
      return -5 / 6 * (1 + s) * exp(-s)
    }
  }
}
