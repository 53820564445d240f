// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

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
  @inline(__always)
  public func correlation(squaredDistance square: Double) -> Double {
    switch self {
    case .squaredExponential: return VectorMath.exp(-0.5 * square)
    case .matern32:
      let s = (3 * square).squareRoot()
      return (1 + s) * VectorMath.exp(-s)
    case .matern52:
      let s = (5 * square).squareRoot()
      return (1 + s + s * s / 3) * VectorMath.exp(-s)
    }
  }

  /// dk/d(r²), from r² ≥ 0; finite everywhere.
  @inline(__always)
  public func slope(squaredDistance square: Double) -> Double {
    switch self {
    case .squaredExponential: return -0.5 * VectorMath.exp(-0.5 * square)
    case .matern32: return -1.5 * VectorMath.exp(-(3 * square).squareRoot())
    case .matern52:
      let s = (5 * square).squareRoot()
      return -5 / 6 * (1 + s) * VectorMath.exp(-s)
    }
  }

  /// a·k of many r², in place, by vector instructions.
  func correlate(_ squares: UnsafeMutableBufferPointer<Double>, times a: Double = 1) {
    // The kernel is known in each loop, so that no branch keeps the compiler from lanes.
    switch self {
    case .squaredExponential:
      for i in squares.indices { squares[i] = a * Self.squaredExponential.correlation(squaredDistance: squares[i]) }
    case .matern32:
      for i in squares.indices { squares[i] = a * Self.matern32.correlation(squaredDistance: squares[i]) }
    case .matern52:
      for i in squares.indices { squares[i] = a * Self.matern52.correlation(squaredDistance: squares[i]) }
    }
  }

  /// a·dk/d(r²) of many r², in place, by vector instructions.
  func differentiate(_ squares: UnsafeMutableBufferPointer<Double>, times a: Double = 1) {
    switch self {
    case .squaredExponential:
      for i in squares.indices { squares[i] = a * Self.squaredExponential.slope(squaredDistance: squares[i]) }
    case .matern32: for i in squares.indices { squares[i] = a * Self.matern32.slope(squaredDistance: squares[i]) }
    case .matern52: for i in squares.indices { squares[i] = a * Self.matern52.slope(squaredDistance: squares[i]) }
    }
  }
}
