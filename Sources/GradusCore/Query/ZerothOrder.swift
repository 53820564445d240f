// SPDX-License-Identifier: Apache-2.0

/// Tells f(x).
public protocol ZerothOrderOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable & Codable
  /// f(x); NaN where it is not defined.
  func value(at point: Point) async throws -> Double

  /// f(x) without waiting; nil (the default) when the value must be awaited.
  func immediateValue(at point: Point) throws -> Double?
}

extension ZerothOrderOracle {
  /// Must be awaited.
  public func immediateValue(at point: Point) throws -> Double? { nil }
}

/// What is f(x)?
public struct Evaluate<Point: Sendable & Codable>: Query, Codable {
  public var point: Point

  @inlinable
  public init(point: Point) { self.point = point }

  public static var needs: String { "values" }
  @inlinable
  public var kind: String { "value" }

  /// The oracle's value at the point.
  public func put(to oracle: any ZerothOrderOracle<Point>) async throws -> Double {
    try await oracle.value(at: point)
  }

  /// The same, where the oracle answers at once.
  @inlinable
  public func answerNow(from oracle: any ZerothOrderOracle<Point>) throws -> Double? {
    try oracle.immediateValue(at: point)
  }
}
