// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize over all of Rⁿ.
public struct Unconstrained: Sendable, Codable, Hashable, Fingerprinted {
  public var start: Vector
  /// True when f is known to be convex, so that a stationary point is a minimum.
  public var isConvex: Bool
  /// m > 0 when f − ½m|x|² is known to be convex, so that gradients prove bounds; 0 when nothing is known.
  public var strongConvexity: Double
  /// What the data behind the function are recognized by when a run is resumed; 0 when there are none.
  public var dataFingerprint: UInt64 = 0

  /// A positive `strongConvexity` says that f is convex as well.
  public init(start: Vector, isConvex: Bool = false, strongConvexity: Double = 0) {
    self.start = start
    self.isConvex = isConvex || strongConvexity > 0
    self.strongConvexity = strongConvexity
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(start.elements)
    if dataFingerprint != 0 { print.mix(dataFingerprint) }
    return print.value
  }
}
