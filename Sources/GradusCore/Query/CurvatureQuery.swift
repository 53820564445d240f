// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How the diagonal of the curvature of a mean loss is estimated from one batch.
public enum CurvatureEstimate: String, Sendable, Codable, Hashable, CaseIterable {
  /// u ∘ (∇²f·u) for random signs u: right in the mean, exact where the Hessian is diagonal; may be negative.
  case hutchinson
  /// n·ĝ ∘ ĝ, ĝ = ∇f for n labels drawn from the model itself: Gauss–Newton–Bartlett, right in the mean for the Gauss–Newton
  /// matrix of a likelihood; never negative.
  case bartlett
}

/// Tells, beside gradients of minibatches, estimates of the diagonal of the curvature.
public protocol CurvatureOracle<Point>: MinibatchOracle {
  /// What is trained.
  associatedtype Point
  /// An estimate for the mean loss of the observations at these positions; `stream` is for what it draws.
  func curvatureDiagonal(
    at point: Point, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) async throws -> Point

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateCurvatureDiagonal(
    at point: Point, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) throws -> Point?
}

extension CurvatureOracle {
  /// Must be awaited.
  public func immediateCurvatureDiagonal(
    at point: Point, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) throws -> Point? { nil }
}

/// What is the diagonal of the curvature of these observations' mean loss, about?
public struct MinibatchCurvature<Point: Sendable & Codable>: Query, Codable {
  public var point: Point
  /// Positions of observations in the data.
  public var rows: [Int]
  public var estimate: CurvatureEstimate
  public var stream: RandomStream

  public init(point: Point, rows: [Int], estimate: CurvatureEstimate, stream: RandomStream) {
    self.point = point
    self.rows = rows
    self.estimate = estimate
    self.stream = stream
  }

  public static var needs: String { "diagonals of curvature of minibatches" }
  public var kind: String { "curvature diagonal" }

  /// The oracle's estimate for these observations.
  public func put(to oracle: any CurvatureOracle<Point>) async throws -> Point {
    try await oracle.curvatureDiagonal(at: point, of: rows, by: estimate, stream: stream)
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any CurvatureOracle<Point>) throws -> Point? {
    try oracle.immediateCurvatureDiagonal(at: point, of: rows, by: estimate, stream: stream)
  }
}

/// What is the gradient of these observations, or, now and then, the diagonal of the curvature?
public enum CurvatureQuestion<Point: Sendable & Codable>: Query, Codable {
  case batch(MinibatchGradient<Point>)
  case curvature(MinibatchCurvature<Point>)

  /// A gradient or a diagonal, as it was asked.
  public enum Answer: Sendable, Codable {
    case batch(Linearization<Point>)
    case curvature(Point)
  }

  public static var needs: String { "gradients and diagonals of curvature of minibatches" }

  public var kind: String {
    switch self {
    case .batch(let question): question.kind
    case .curvature(let question): question.kind
    }
  }

  /// The oracle's gradient, or its diagonal.
  public func put(to oracle: any CurvatureOracle<Point>) async throws -> Answer {
    switch self {
    case .batch(let question):
      .batch(try await oracle.linearization(at: question.point, of: question.rows, stream: question.stream))
    case .curvature(let question): .curvature(try await question.put(to: oracle))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any CurvatureOracle<Point>) throws -> Answer? {
    switch self {
    case .batch(let question):
      try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
        .map { .batch($0) }
    case .curvature(let question): try question.answerNow(from: oracle).map { .curvature($0) }
    }
  }
}
