// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Losses of models: gradients and curvature of minibatches, the loss of what is held out, and that of everything.
struct TrainingProbe: HeldOutOracle, CurvatureOracle, ZerothOrderOracle {
  typealias Point = Buffer<Float>
  let base: any HeldOutOracle<Buffer<Float>> & ZerothOrderOracle<Buffer<Float>>
  let listener: Listener

  func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> {
    let fault = try listener.hear([])
    await listener.arrive()
    return fault.spoil(try await base.linearization(at: point, of: rows, stream: stream))
  }

  func immediateLinearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Buffer<Float>>? {
    guard listener.immediate,
      let answer = try base.immediateLinearization(at: point, of: rows, stream: stream)
    else { return nil }
    return try listener.hear([]).spoil(answer)
  }

  var curvature: (any CurvatureOracle<Buffer<Float>>)? { base.curvature == nil ? nil : self }

  func curvatureDiagonal(
    at point: Buffer<Float>, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) async throws -> Buffer<Float> {
    guard let curved = base.curvature else { throw UnsuitableProbe(oracle: "\(Self.self)") }
    let fault = try listener.hear([])
    await listener.arrive()
    return fault.spoil(try await curved.curvatureDiagonal(at: point, of: rows, by: estimate, stream: stream))
  }

  func immediateCurvatureDiagonal(
    at point: Buffer<Float>, of rows: [Int], by estimate: CurvatureEstimate, stream: RandomStream
  ) throws -> Buffer<Float>? {
    guard listener.immediate, let curved = base.curvature,
      let answer = try curved.immediateCurvatureDiagonal(at: point, of: rows, by: estimate, stream: stream)
    else { return nil }
    return try listener.hear([]).spoil(answer)
  }

  func heldOutLoss(at point: Buffer<Float>) async throws -> Double {
    let fault = try listener.hear([])
    await listener.arrive()
    return fault.spoil(try await base.heldOutLoss(at: point))
  }

  func immediateHeldOutLoss(at point: Buffer<Float>) throws -> Double? {
    guard listener.immediate, let loss = try base.immediateHeldOutLoss(at: point) else { return nil }
    return try listener.hear([]).spoil(loss)
  }

  func value(at point: Buffer<Float>) async throws -> Double {
    let fault = try listener.hear([])
    return fault.spoil(try await base.value(at: point))
  }
}

extension Fault? {
  fileprivate func spoil(_ answer: Buffer<Float>) -> Buffer<Float> {
    guard let fault = self, fault != .failure else { return answer }
    return Buffer(answer.elements.map { Float(spoil(Double($0))) })
  }

  fileprivate func spoil(_ answer: Linearization<Buffer<Float>>) -> Linearization<Buffer<Float>> {
    guard let fault = self, fault != .failure else { return answer }
    return Linearization(
      value: spoil(answer.value), gradient: Buffer(answer.gradient.elements.map { Float(spoil(Double($0))) }))
  }
}
