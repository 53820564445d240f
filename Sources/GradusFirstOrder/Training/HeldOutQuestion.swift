// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Tells gradients of minibatches, and the loss of observations that are not learned from.
public protocol HeldOutOracle: MinibatchOracle where Point == Buffer<Float> {
  /// Mean loss of all held-out observations.
  func heldOutLoss(at point: Buffer<Float>) async throws -> Double

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateHeldOutLoss(at point: Buffer<Float>) throws -> Double?
}

extension HeldOutOracle {
  /// Must be awaited.
  public func immediateHeldOutLoss(at point: Buffer<Float>) throws -> Double? { nil }
}

/// What is the gradient of these observations, or the loss of those that are held out?
public enum HeldOutQuestion: Query, Codable {
  case batch(MinibatchGradient<Buffer<Float>>)
  case heldOut(at: Buffer<Float>)

  /// A gradient or a loss, as it was asked.
  public enum Answer: Sendable, Codable {
    case batch(Linearization<Buffer<Float>>)
    case heldOut(Double)
  }

  public static var needs: String { "gradients of minibatches and the loss of held-out observations" }

  /// Where the model is looked at.
  public var point: Buffer<Float> {
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
  public func put(to oracle: any HeldOutOracle) async throws -> Answer {
    switch self {
    case .batch(let question):
      .batch(
        try await oracle.linearization(at: question.point, of: question.rows, stream: question.stream))
    case .heldOut(let point): .heldOut(try await oracle.heldOutLoss(at: point))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any HeldOutOracle) throws -> Answer? {
    switch self {
    case .batch(let question):
      try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
        .map { .batch($0) }
    case .heldOut(let point): try oracle.immediateHeldOutLoss(at: point).map { .heldOut($0) }
    }
  }
}

/// The loss of what is learned from, watched on what is not: two oracles of one model.
public struct WatchedLoss<Learned, Watched>: HeldOutOracle, ZerothOrderOracle
where
  Learned: MinibatchOracle<Buffer<Float>> & ZerothOrderOracle<Buffer<Float>>, Watched: ZerothOrderOracle<Buffer<Float>>
{
  public typealias Point = Buffer<Float>

  public let learned: Learned
  public let heldOut: Watched

  public init(_ learned: Learned, heldOut: Watched) {
    self.learned = learned
    self.heldOut = heldOut
  }

  public func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> {
    try await learned.linearization(at: point, of: rows, stream: stream)
  }

  public func immediateLinearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Buffer<Float>>? {
    try learned.immediateLinearization(at: point, of: rows, stream: stream)
  }

  public func value(at point: Buffer<Float>) async throws -> Double { try await learned.value(at: point) }

  public func immediateValue(at point: Buffer<Float>) throws -> Double? { try learned.immediateValue(at: point) }

  public func heldOutLoss(at point: Buffer<Float>) async throws -> Double { try await heldOut.value(at: point) }

  public func immediateHeldOutLoss(at point: Buffer<Float>) throws -> Double? {
    try heldOut.immediateValue(at: point)
  }
}
