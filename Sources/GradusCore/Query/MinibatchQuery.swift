// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Tells the mean loss of chosen observations, with its gradient.
public protocol MinibatchOracle<Point>: Sendable {
  /// What is trained.
  associatedtype Point: Sendable & Codable
  /// Mean loss of the observations at these positions and its gradient; `stream` is for dropout and augmentation.
  func linearization(at point: Point, of rows: [Int], stream: RandomStream) async throws -> Linearization<Point>

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateLinearization(at point: Point, of rows: [Int], stream: RandomStream) throws -> Linearization<Point>?
}

extension MinibatchOracle {
  /// Must be awaited.
  public func immediateLinearization(
    at point: Point, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Point>? { nil }
}

/// What are the mean loss of these observations and its gradient?
public struct MinibatchGradient<Point: Sendable & Codable>: Query, Codable {
  public var point: Point
  /// Positions of observations in the data.
  public var rows: [Int]
  public var stream: RandomStream

  public init(point: Point, rows: [Int], stream: RandomStream) {
    self.point = point
    self.rows = rows
    self.stream = stream
  }

  public static var needs: String { "gradients of minibatches" }
  public var kind: String { "minibatch gradient" }

  /// The oracle's answer for these observations.
  public func put(to oracle: any MinibatchOracle<Point>) async throws -> Linearization<Point> {
    try await oracle.linearization(at: point, of: rows, stream: stream)
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any MinibatchOracle<Point>) throws -> Linearization<Point>? {
    try oracle.immediateLinearization(at: point, of: rows, stream: stream)
  }
}
