// SPDX-License-Identifier: Apache-2.0

/// All objectives (each to be minimized) and all constraints at one point.
public struct Outcomes: Sendable, Codable, Hashable {
  public var objectives: [Double]
  /// g(x) of g(x) ≤ 0, one a constraint.
  public var constraints: [Double]

  public init(objectives: [Double], constraints: [Double] = []) {
    self.objectives = objectives
    self.constraints = constraints
  }

  /// Σ max(0, gᵢ); 0 at feasible points.
  public var violation: Double { constraints.reduce(0) { $0 + max(0, $1) } }

  /// Pareto dominance: nowhere worse, somewhere better. NaN dominates nothing and is dominated by every number.
  public func dominates(_ other: Outcomes) -> Bool {
    var better = false
    for (a, b) in zip(objectives, other.objectives) {
      if a.isNaN { return false }
      if b.isNaN || a < b { better = true } else if a > b { return false }
    }
    return better
  }
}

/// Tells several objectives and constraints at once.
public protocol VectorOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable
  /// All objectives and constraints at x, in a fixed order; a constraint is satisfied where it is ≤ 0.
  func outcomes(at point: Point) async throws -> Outcomes
}

/// What are all objectives and constraints at x?
public struct EvaluateAll<Point: Sendable & Codable>: Query, Codable {
  public var point: Point

  public init(point: Point) { self.point = point }

  public static var needs: String { "several objectives" }
  public var kind: String { "value" }

  /// The oracle's objectives and constraints at the point.
  public func put(to oracle: any VectorOracle<Point>) async throws -> Outcomes {
    try await oracle.outcomes(at: point)
  }
}
