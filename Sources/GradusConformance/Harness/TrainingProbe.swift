// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Losses of models: gradients of minibatches, the loss of what is held out, and that of everything.
struct TrainingProbe: HeldOutOracle, ZerothOrderOracle {
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
  fileprivate func spoil(_ answer: Linearization<Buffer<Float>>) -> Linearization<Buffer<Float>> {
    guard let fault = self, fault != .failure else { return answer }
    return Linearization(
      value: spoil(answer.value), gradient: Buffer(answer.gradient.elements.map { Float(spoil(Double($0))) }))
  }
}
