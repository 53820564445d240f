// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize over a box, whose sides may be infinite.
public struct BoxConstrained: Sendable, Codable, Hashable, Fingerprinted {
  public var domain: Box
  /// Where to begin; nil lets the method choose.
  public var start: Vector?
  public var isConvex: Bool

  public init(_ domain: Box, start: Vector? = nil, isConvex: Bool = false) {
    precondition(start.map { $0.count == domain.dimension } ?? true, "the start must have the dimension of the box")
    self.domain = domain
    self.start = start
    self.isConvex = isConvex
  }

  public init(_ problem: Unconstrained) {
    self.init(.all(problem.start.count), start: problem.start, isConvex: problem.isConvex)
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(domain.lower.elements)
    print.mix(domain.upper.elements)
    if let start { print.mix(start.elements) }
    return print.value
  }
}
