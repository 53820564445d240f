// SPDX-License-Identifier: Apache-2.0

/// Tells gradients of minibatches, and the loss of observations that are not learned from.
public protocol HeldOutOracle<Point>: MinibatchOracle {
  /// What is trained.
  associatedtype Point
  /// Mean loss of all held-out observations.
  func heldOutLoss(at point: Point) async throws -> Double

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateHeldOutLoss(at point: Point) throws -> Double?

  /// Who tells the curvature of what is learned from; nil (the default) where nobody can.
  var curvature: (any CurvatureOracle<Point>)? { get }
}

extension HeldOutOracle {
  /// Must be awaited.
  public func immediateHeldOutLoss(at point: Point) throws -> Double? { nil }

  /// Nobody.
  public var curvature: (any CurvatureOracle<Point>)? { nil }
}

/// What is the gradient of these observations, or the loss of those that are held out?
public enum HeldOutQuestion<Point: Sendable & Codable>: Query, Codable {
  case batch(MinibatchGradient<Point>)
  case heldOut(at: Point)

  /// A gradient or a loss, as it was asked.
  public enum Answer: Sendable, Codable {
    case batch(Linearization<Point>)
    case heldOut(Double)
  }

  public static var needs: String { "gradients of minibatches and the loss of held-out observations" }

  /// Where the model is looked at.
  public var point: Point {
    switch self {
    case .batch(let question): question.point
    case .heldOut(let point): point
    }
  }

  public var kind: String {
    switch self {
    case .batch(let question): question.kind
    case .heldOut: "held-out loss"
    }
  }

  /// The oracle's gradient, or its loss.
  public func put(to oracle: any HeldOutOracle<Point>) async throws -> Answer {
    switch self {
    case .batch(let question):
      .batch(
        try await oracle.linearization(at: question.point, of: question.rows, stream: question.stream))
    case .heldOut(let point): .heldOut(try await oracle.heldOutLoss(at: point))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any HeldOutOracle<Point>) throws -> Answer? {
    switch self {
    case .batch(let question):
      try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
        .map { .batch($0) }
    case .heldOut(let point): try oracle.immediateHeldOutLoss(at: point).map { .heldOut($0) }
    }
  }
}
