// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// One noisy observation of f(x).
public struct Observation: Sendable, Codable, Hashable {
  public var value: Double
  /// The variance of `value`, where the oracle knows it.
  public var variance: Double?

  public init(value: Double, variance: Double? = nil) {
    self.value = value
    self.variance = variance
  }
}

/// Tells a noisy value; the noise is drawn from the stream in the question, so a repeated question has a repeated answer.
public protocol StochasticOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable
  /// One observation, with the noise drawn from `stream`.
  func sample(at point: Point, stream: RandomStream) async throws -> Observation
}

/// What is f(x) + ε, with ε drawn from `stream`?
public struct Sample<Point: Sendable & Codable>: Query, Codable {
  public var point: Point
  public var stream: RandomStream

  public init(point: Point, stream: RandomStream) {
    self.point = point
    self.stream = stream
  }

  public static var needs: String { "noisy values" }
  public var kind: String { "sample" }

  /// The oracle's observation with this stream.
  public func put(to oracle: any StochasticOracle<Point>) async throws -> Observation {
    try await oracle.sample(at: point, stream: stream)
  }
}

/// Tells the value and gradient of one minibatch, chosen by the stream in the question.
public protocol StochasticGradientOracle<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable & Codable
  /// Value and gradient of the minibatch that `stream` selects.
  func gradientEstimate(at point: Point, stream: RandomStream) async throws -> Linearization<Point>
}

/// What are the value and gradient of the minibatch that `stream` selects?
public struct EstimateGradient<Point: Sendable & Codable>: Query, Codable {
  public var point: Point
  public var stream: RandomStream

  public init(point: Point, stream: RandomStream) {
    self.point = point
    self.stream = stream
  }

  public static var needs: String { "minibatch gradients" }
  public var kind: String { "minibatch gradient" }

  /// The oracle's estimate with this stream.
  public func put(to oracle: any StochasticGradientOracle<Point>) async throws -> Linearization<Point> {
    try await oracle.gradientEstimate(at: point, stream: stream)
  }
}
