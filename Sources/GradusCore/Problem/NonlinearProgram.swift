// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize f(x) subject to rowLower ≤ c(x) ≤ rowUpper and x in a box.
public struct NonlinearProgram: Sendable, Codable, Hashable, Fingerprinted {
  public var start: Vector
  public var domain: Box
  public var rowLower: Vector
  public var rowUpper: Vector

  public init(start: Vector, domain: Box, rowLower: Vector, rowUpper: Vector) {
    precondition(start.count == domain.dimension, "the start must have the dimension of the box")
    precondition(rowLower.count == rowUpper.count, "two sides a row")
    self.start = start
    self.domain = domain
    self.rowLower = rowLower
    self.rowUpper = rowUpper
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix("nonlinear program")
    for numbers in [start, domain.lower, domain.upper, rowLower, rowUpper] { print.mix(numbers.elements) }
    return print.value
  }
}
