// SPDX-License-Identifier: Apache-2.0

/// f(x) and ∇f(x).
public struct Linearization<Point: Sendable & Codable>: Sendable, Codable {
  public var value: Double
  public var gradient: Point

  public init(value: Double, gradient: Point) {
    self.value = value
    self.gradient = gradient
  }
}

/// Tells f(x) and ∇f(x) together.
public protocol FirstOrderOracle<Point>: ZerothOrderOracle {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point
  /// f(x) and ∇f(x).
  func linearization(at point: Point) async throws -> Linearization<Point>

  /// f(x) and ∇f(x) without waiting; nil (the default) when they must be awaited.
  func immediateLinearization(at point: Point) throws -> Linearization<Point>?
}

extension FirstOrderOracle {
  /// The value of the linearization: the gradient is computed and dropped.
  public func value(at point: Point) async throws -> Double { try await linearization(at: point).value }
  /// Must be awaited.
  public func immediateLinearization(at point: Point) throws -> Linearization<Point>? { nil }
}

/// What are f(x) and ∇f(x)?
public struct Linearize<Point: Sendable & Codable>: Query, Codable {
  public var point: Point

  public init(point: Point) { self.point = point }

  public static var needs: String { "values and gradients" }
  public var kind: String { "gradient" }

  /// The oracle's linearization at the point.
  public func put(to oracle: any FirstOrderOracle<Point>) async throws -> Linearization<Point> {
    try await oracle.linearization(at: point)
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any FirstOrderOracle<Point>) throws -> Linearization<Point>? {
    try oracle.immediateLinearization(at: point)
  }
}
