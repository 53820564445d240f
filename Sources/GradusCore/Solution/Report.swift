// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What a method says about its own end.
public enum Claim: String, Sendable, Codable, Hashable {
  case optimal, stationary, infeasible, unbounded, infeasibleOrUnbounded, stalled, exhausted, failed
}

/// A point of a Pareto front.
public struct FrontPoint<Point: Sendable & Codable>: Sendable, Codable {
  public var point: Point
  public var outcomes: Outcomes

  public init(point: Point, outcomes: Outcomes) {
    self.point = point
    self.outcomes = outcomes
  }
}

/// The best point so far and what the method claims about it.
///
/// The method says which point it recommends (under noise, its own estimate); the run never selects by a noisy value.
/// Rank-only, multi-objective and language methods have no single comparable number and leave `value` nil.
public struct Report<Point: Sendable & Codable>: Sendable {
  public var point: Point
  public var value: Double?
  /// The optimality measure the method drives to zero.
  public var measure: Double?
  /// A bound on the optimum, and who vouches for it (nil: the method itself proved it).
  public var bound: Double?
  public var boundSource: String?
  /// One multiplier a row: ∂objective/∂side.
  public var multipliers: Vector?
  /// One reduced cost a variable: ∂objective/∂bound.
  public var reducedCosts: Vector?
  /// Of infeasibility (one entry a row) or unboundedness (one entry a variable).
  public var ray: Vector?
  public var basis: Basis?
  public var front: [FrontPoint<Point>]
  public var claim: Claim?
  /// Multiplications and additions so far, of methods that count them; the same on every machine.
  public var operations: Int?
  /// What stopped an outside solver, in its words; nil for methods of our own.
  public var limit: StopReason?
  /// What a method that chooses among others has chosen so far, and why, in the order of time.
  public var reasons: [String] = []

  @inlinable
  public init(point: Point, value: Double? = nil, measure: Double? = nil, claim: Claim? = nil) {
    self.point = point
    self.value = value
    self.measure = measure
    self.claim = claim
    front = []
  }
}
