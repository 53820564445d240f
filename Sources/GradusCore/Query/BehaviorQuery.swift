// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How well something did, and what it did.
public struct Behavior: Sendable, Codable, Hashable {
  /// To be minimized: a cost, or a reward with its sign changed. NaN where the evaluation failed.
  public var value: Double
  /// Numbers that describe what was done: a place that was reached, a picture of the end.
  public var features: Vector

  public init(value: Double, features: Vector) {
    self.value = value
    self.features = features
  }
}

/// Tells what comes of a point beside its value.
public protocol BehaviorOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable
  /// The value and the behavior at x.
  func behavior(at point: Point) async throws -> Behavior
}

/// What comes of x?
public struct Behave<Point: Sendable & Codable>: Query, Codable {
  public var point: Point

  public init(point: Point) { self.point = point }

  public static var needs: String { "values and behaviors" }
  public var kind: String { "value" }

  /// The oracle's behavior at the point.
  public func put(to oracle: any BehaviorOracle<Point>) async throws -> Behavior {
    try await oracle.behavior(at: point)
  }
}
