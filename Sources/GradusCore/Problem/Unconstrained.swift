// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize over all of Rⁿ.
public struct Unconstrained: Sendable, Codable, Hashable, Fingerprinted {
  public var start: Vector
  /// True when f is known to be convex, so that a stationary point is a minimum.
  public var isConvex: Bool

  public init(start: Vector, isConvex: Bool = false) {
    self.start = start
    self.isConvex = isConvex
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(start.elements)
    return print.value
  }
}
