// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Minimize the mean of functions that several clients keep to themselves:
///
///     F(x) = (1/N) Σᵢ fᵢ(x),   l ≤ x ≤ u
public struct FederatedProblem: Sendable, Codable, Hashable, Fingerprinted {
  public var domain: Box
  /// N.
  public var clients: Int
  public var start: Vector?

  public init(_ domain: Box, clients: Int, start: Vector? = nil) {
    precondition(clients >= 1, "at least one client")
    precondition(start.map { $0.count == domain.dimension } ?? true, "the start has the dimension of the box")
    self.domain = domain
    self.clients = clients
    self.start = start
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(domain.lower.elements)
    print.mix(domain.upper.elements)
    print.mix(clients)
    if let start { print.mix(start.elements) }
    return print.value
  }
}
