// SPDX-License-Identifier: Apache-2.0

/// Several who each keep a function to themselves and tell its values.
public protocol FederatedOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable
  /// fᵢ(x) of client i; NaN where it is not defined.
  func value(at point: Point, of client: Int) async throws -> Double
}

/// What is fᵢ(x)? asked of client i.
public struct EvaluateClient<Point: Sendable & Codable>: Query, Codable {
  /// From 0.
  public var client: Int
  public var point: Point

  public init(client: Int, point: Point) {
    self.client = client
    self.point = point
  }

  public static var needs: String { "values of each client" }
  public var kind: String { "value" }

  /// The client's value at the point.
  public func put(to oracle: any FederatedOracle<Point>) async throws -> Double {
    try await oracle.value(at: point, of: client)
  }
}
