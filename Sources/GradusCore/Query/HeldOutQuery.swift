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

  /// Who tells the signals of what is learned from; nil (the default) where nobody can.
  var signals: (any SignalOracle<Point>)? { get }
}

extension HeldOutOracle {
  /// Must be awaited.
  public func immediateHeldOutLoss(at point: Point) throws -> Double? { nil }

  /// Nobody.
  public var curvature: (any CurvatureOracle<Point>)? { nil }

  /// Nobody.
  public var signals: (any SignalOracle<Point>)? { nil }
}

/// What is the gradient of these observations, what signals run through the network, or the loss of those that are held out?
public enum HeldOutQuestion<Point: Sendable & Codable>: Query, Codable {
  case batch(MinibatchGradient<Point>)
  case curvature(MinibatchCurvature<Point>)
  case signals(MinibatchSignals<Point>)
  case heldOut(at: Point)

  /// A gradient, signals or a loss, as it was asked.
  public enum Answer: Sendable, Codable {
    case batch(Linearization<Point>)
    case curvature(Point)
    case signals([ProductSignals])
    case heldOut(Double)
  }

  public static var needs: String { "gradients of minibatches and the loss of held-out observations" }

  /// Where the model is looked at.
  public var point: Point {
    switch self {
    case .batch(let question): question.point
    case .curvature(let question): question.point
    case .signals(let question): question.point
    case .heldOut(let point): point
    }
  }

  public var kind: String {
    switch self {
    case .batch(let question): question.kind
    case .curvature(let question): question.kind
    case .signals(let question): question.kind
    case .heldOut: "held-out loss"
    }
  }

  /// The oracle's gradient, signals or loss. Throws `Unsuitable` where nobody tells signals.
  public func put(to oracle: any HeldOutOracle<Point>) async throws -> Answer {
    switch self {
    case .batch(let question):
      .batch(
        try await oracle.linearization(at: question.point, of: question.rows, stream: question.stream))
    case .signals(let question): .signals(try await question.put(to: Self.signals(of: oracle)))
    case .curvature(let question): .curvature(try await question.put(to: Self.curvature(of: oracle)))
    case .heldOut(let point): .heldOut(try await oracle.heldOutLoss(at: point))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any HeldOutOracle<Point>) throws -> Answer? {
    switch self {
    case .batch(let question):
      try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
        .map { .batch($0) }
    case .signals(let question):
      try question.answerNow(from: Self.signals(of: oracle)).map { .signals($0) }
    case .curvature(let question):
      try question.answerNow(from: Self.curvature(of: oracle)).map { .curvature($0) }
    case .heldOut(let point): try oracle.immediateHeldOutLoss(at: point).map { .heldOut($0) }
    }
  }

  private static func curvature(of oracle: any HeldOutOracle<Point>) throws -> any CurvatureOracle<Point> {
    guard let curvature = oracle.curvature else {
      throw Unsuitable(
        method: "the update rule", needs: MinibatchCurvature<Point>.needs, found: "gradients and losses only",
        remedy: "Take the curvature from the rule's own gradient (curvature=gradient).")
    }
    return curvature
  }

  private static func signals(of oracle: any HeldOutOracle<Point>) throws -> any SignalOracle<Point> {
    guard let signals = oracle.signals else {
      throw Unsuitable(
        method: "the update rule", needs: MinibatchSignals<Point>.needs, found: "gradients and losses only",
        remedy: "Leave the preconditioner out.")
    }
    return signals
  }
}
