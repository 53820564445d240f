// SPDX-License-Identifier: Apache-2.0

/// One number out of several objectives, by weights w and the ideal point z*: its minimizers are on the front.
///
///     linear        Σ wₖ(fₖ − zₖ)                       reaches only the convex part of the front
///     chebyshev     maxₖ wₖ|fₖ − zₖ|                    reaches all of it, and weakly dominated points too
///     augmented     chebyshev + ρ Σ wₖ|fₖ − zₖ|         reaches all but corners sharper than ρ
///     boundary      d₁ + θ d₂,  d₁ along the direction w from z*, d₂ away from it
///
/// **Reference** K. Miettinen, *Nonlinear Multiobjective Optimization*, Kluwer 1999, chapters 3.1 and 3.4; for the
/// boundary intersection Q. Zhang & H. Li, *MOEA/D*, IEEE Trans. Evol. Comput. 11 (2007).
public enum Scalarization: Sendable, Hashable, Codable {
  case linear
  case chebyshev
  case augmented(rho: Double)
  case boundary(theta: Double)

  /// The number for objectives f. NaN where an objective is NaN.
  public func value(of f: [Double], weights: [Double], ideal: [Double]) -> Double {
    precondition(
      f.count == weights.count && f.count == ideal.count,
      "one weight and one ideal value an objective")
    return f.withUnsafeBufferPointer { f in
      weights.withUnsafeBufferPointer { w in ideal.withUnsafeBufferPointer { z in value(f, w, z) } }
    }
  }

  func value(
    _ f: UnsafeBufferPointer<Double>, _ w: UnsafeBufferPointer<Double>,
    _ z: UnsafeBufferPointer<Double>
  ) -> Double {
    let m = f.count
    switch self {
    case .linear: return (0..<m).reduce(0) { $0 + w[$1] * (f[$1] - z[$1]) }
    case .chebyshev: return chebyshev(f, w, z)
    case .augmented(let rho):
      return chebyshev(f, w, z) + rho * (0..<m).reduce(0) { $0 + w[$1] * abs(f[$1] - z[$1]) }
    case .boundary(let theta):
      var (length, along) = (0.0, 0.0)
      for k in 0..<m {
        length += w[k] * w[k]
        along += (f[k] - z[k]) * w[k]
      }
      length = length.squareRoot()
      guard length > 0 else { return .nan }
      let d1 = along / length
      var square = 0.0
      for k in 0..<m {
        let d = f[k] - z[k] - d1 * w[k] / length
        square += d * d
      }
      return d1 + theta * square.squareRoot()
    }
  }

  private func chebyshev(
    _ f: UnsafeBufferPointer<Double>, _ w: UnsafeBufferPointer<Double>,
    _ z: UnsafeBufferPointer<Double>
  ) -> Double {
    var largest = 0.0
    for k in 0..<f.count {
      let part = w[k] * abs(f[k] - z[k])
      if part.isNaN { return .nan }
      largest = max(largest, part)
    }
    return largest
  }
}
