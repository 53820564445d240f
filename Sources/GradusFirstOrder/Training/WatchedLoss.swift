// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

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

  /// That of the loss that is learned from, where it tells any.
  public var curvature: (any CurvatureOracle<Buffer<Float>>)? { learned as? any CurvatureOracle<Buffer<Float>> }

  /// That of the loss that is learned from, where it tells any.
  public var signals: (any SignalOracle<Buffer<Float>>)? { learned as? any SignalOracle<Buffer<Float>> }

  public func heldOutLoss(at point: Buffer<Float>) async throws -> Double { try await heldOut.value(at: point) }

  public func immediateHeldOutLoss(at point: Buffer<Float>) throws -> Double? {
    try heldOut.immediateValue(at: point)
  }
}
