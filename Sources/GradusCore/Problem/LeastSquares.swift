// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize ½|r(x)|² over all of Rⁿ, r: Rⁿ → Rᵐ.
public struct LeastSquares: Sendable, Codable, Hashable, Fingerprinted {
  public var start: Vector

  public init(start: Vector) { self.start = start }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix("least squares")
    print.mix(start.elements)
    return print.value
  }
}
