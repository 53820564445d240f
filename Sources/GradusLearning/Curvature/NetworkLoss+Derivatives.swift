// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics
import GradusTensor
import Synchronization
import GradusFirstOrder

/// Derivatives of the loss beyond the gradient of a batch, at one setting of dropout and the like: none of them draws.
extension NetworkLoss {
  /// ∇ℓ of each observation, one flat gradient each; of a text, of the mean loss of its window.
  ///
  /// Cost: one walk back for products and the like, see `TensorTape.perExampleGradients`; observations times parameters
  /// numbers of memory. Penalties that parts of a model add belong to no observation and are left out. With a stream the
  /// targets are drawn from the model's own distribution.
  public func perExampleGradients(
    at point: Buffer<Float>, of rows: [Int], drawing stream: RandomStream? = nil
  ) throws -> [Buffer<Float>] {
    try withBatch(point, rows) { tape, tensors, scores, targets in
      let own = if let stream { try drawn(scores, targets, stream) } else { targets }
      let loss = self.loss.mean(of: scores, own)
      _ = try loss.scalar
      let slots = layout.slots
      let parameters = slots.compactMap { tensors[$0.name] }
      let gradients = try tape.perExampleGradients(from: loss, for: parameters, examples: rows.count)
      let parts = gradients.map { $0.floats }
      // The loss is a mean: each observation's own gradient is that many times its share.
      let n = Float(rows.count)
      return (0..<rows.count).map { i in
        var flat: [Float] = []
        flat.reserveCapacity(layout.count)
        for (slot, part) in zip(slots, parts) {
          for value in part[i * slot.count..<(i + 1) * slot.count] { flat.append(n * value) }
        }
        return Buffer(flat)
      }
    }
  }

  /// ∇²f·v of the mean loss of these observations, forward over reverse. Cost: about four gradients.
  public func hessianProduct(
    at point: Buffer<Float>, of rows: [Int], along v: Buffer<Float>
  ) throws -> Buffer<Float> {
    try recorded(point, rows) { tape, tensors, loss in
      let nodes = layout.slots.compactMap { tensors[$0.name] }
      let slopes = tape.gradients(of: loss, for: nodes)
      let product = tape.tangents(of: slopes, along: directions(nodes, v, tape))
      return Buffer(try product.flatMap { try $0.value.floats })
    }
  }

  /// JᵀHJ·v of the mean loss of these observations, H the curvature of the loss in the scores: positive semidefinite for
  /// the usual losses. Cost: about three gradients.
  public func gaussNewtonProduct(
    at point: Buffer<Float>, of rows: [Int], along v: Buffer<Float>
  ) throws -> Buffer<Float> {
    try withBatch(point, rows) { tape, tensors, scores, targets in
      let nodes = layout.slots.compactMap { tensors[$0.name] }
      let moved = tape.tangents(of: [scores], along: directions(nodes, v, tape))[0]
      let outputs = tape.parameter("scores", try scores.value)
      let slope = tape.gradients(of: self.loss.mean(of: outputs, targets), for: [outputs])
      let bent = tape.tangents(of: slope, along: [(outputs, moved)])[0]
      let product = tape.gradients(of: scores, for: nodes, cotangent: bent)
      return Buffer(try product.flatMap { try $0.value.floats })
    }
  }

  func directions(
    _ nodes: [TracedTensor], _ v: Buffer<Float>, _ tape: TensorTape
  ) -> [(node: TracedTensor, tangent: TracedTensor)] {
    precondition(v.count == layout.count, "a direction of \(v.count) numbers for \(layout.count) parameters")
    return zip(layout.slots, nodes).map { slot, node in
      (node, tape.constant(Tensor(Array(v.elements[slot.range]), TensorShape(slot.shape))))
    }
  }

  /// Scalar loss of these observations, recorded at one setting of dropout and the like.
  func recorded<Result: Sendable>(
    _ point: Buffer<Float>, _ rows: [Int],
    _ body: (TensorTape, [String: TracedTensor], TracedTensor) throws -> Result
  ) throws -> Result {
    try withBatch(point, rows) { tape, tensors, scores, targets in
      let loss = self.loss.mean(of: scores, targets)
      _ = try loss.scalar
      return try body(tape, tensors, loss)
    }
  }

  /// Parameters, scores and targets of these observations on a fresh tape.
  func withBatch<Result: Sendable>(
    _ point: Buffer<Float>, _ rows: [Int],
    _ body: (TensorTape, [String: TracedTensor], TracedTensor, BatchTargets) throws -> Result
  ) throws -> Result {
    let statistics = model.statisticsLayout.count > 0 ? try self.statistics(at: point) : Buffer([])
    return try workspace.withLock { work in
      work.load(point, layout)
      let tape = work.tape
      tape.reset()
      defer { tape.reset() }
      let tensors = work.parameters(layout, on: tape)
      let (batch, targets) = work.batch(rows, of: data, on: tape)
      let all = tensors.merging(work.constants(statistics, model.statisticsLayout, on: tape)) { $1 }
      return try body(tape, tensors, model.scores(batch, ModelParameters(all)), targets)
    }
  }
}
