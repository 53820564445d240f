// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A constraint on the points of a search space that can be looked up without asking anybody.
public enum KnownConstraint: Sendable, Codable, Hashable {
  /// aᵀx ≤ b over the numbers of a point.
  case linear(coefficients: Vector, bound: Double)
  /// Not all of these together: each a place in the point and the values it may not have then.
  case forbidden([Clause])

  /// One part of a forbidden combination.
  public struct Clause: Sendable, Codable, Hashable {
    public var place: Int
    public var values: ClosedRange<Double>

    public init(_ place: Int, _ values: ClosedRange<Double>) {
      self.place = place
      self.values = values
    }
  }

  /// Zero where the point is allowed; otherwise how far out, or 1 for a forbidden combination. Infinite where it is NaN.
  public func violation(of x: Vector) -> Double {
    switch self {
    case .linear(let coefficients, let bound):
      let excess = coefficients.indices.reduce(-bound) { $0 + coefficients[$1] * x[$1] }
      // Sums of decimal fractions miss a bound by rounding.
      return excess.isNaN ? .infinity : excess <= 1e-12 * max(1, abs(bound)) ? 0 : excess
    case .forbidden(let clauses): return clauses.allSatisfy { $0.values.contains(x[$0.place]) } ? 1 : 0
    }
  }

  func fits(_ dimension: Int) -> Bool {
    switch self {
    case .linear(let coefficients, _): coefficients.count == dimension
    case .forbidden(let clauses): clauses.allSatisfy { (0..<dimension).contains($0.place) }
    }
  }
}
