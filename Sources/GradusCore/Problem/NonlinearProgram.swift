// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize f(x) subject to rowLower ≤ c(x) ≤ rowUpper and x in a box.
public struct NonlinearProgram: Sendable, Codable, Hashable, Fingerprinted {
  public var start: Vector
  public var domain: Box
  public var rowLower: Vector
  public var rowUpper: Vector
  /// True when whoever built the problem proved it convex: f convex, and every row convex below an upper side, concave
  /// above a lower side, affine where it has both.
  public var isConvex: Bool

  public init(start: Vector, domain: Box, rowLower: Vector, rowUpper: Vector, isConvex: Bool = false) {
    precondition(start.count == domain.dimension, "the start must have the dimension of the box")
    precondition(rowLower.count == rowUpper.count, "two sides a row")
    self.start = start
    self.domain = domain
    self.rowLower = rowLower
    self.rowUpper = rowUpper
    self.isConvex = isConvex
  }

  public var variableCount: Int { start.count }
  public var constraintCount: Int { rowLower.count }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix("nonlinear program")
    for numbers in [start, domain.lower, domain.upper, rowLower, rowUpper] { print.mix(numbers.elements) }
    return print.value
  }
}
