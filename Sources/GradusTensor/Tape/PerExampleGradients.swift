// SPDX-License-Identifier: Apache-2.0
import GradusTrace

extension TensorTape {
  /// The gradient of each example's own loss with respect to one parameter: [batch, …shape of the parameter].
  ///
  /// `y` is the sum (or mean, whose factor stays in) of losses that depend on one example each, and examples are the first
  /// axis of every tensor between. Each use of the parameter keeps its inputs aᵢ and cotangents dᵢ; a product's share is
  /// aᵢᵀdᵢ. Uses in `linear`, `matmul`, sums and products of elements, and `rows` are known; another one is an error.
  /// One walk back; cost of a use: that of its weight gradient.
  public func perExampleGradients(from y: TracedTensor, for parameter: TracedTensor) throws -> Tensor {
    let value = try value(of: y)
    guard value.count == 1 else { throw TensorError.notScalar(value.shape) }
    let mode = isRecording
    isRecording = false
    defer { isRecording = mode }
    let seed = try engine.filled(1, value.shape, value.precision, for: "per-example gradients")
    let uses = PerExampleUses(parameter: parameter.id)
    _ = try recorder.propagate(
      [(y.id, Cotangent(tensor: seed, tape: self))],
      by: PerExamplePropagator(inner: EagerGradients(tape: self), uses: uses))
    guard let total = uses.total else {
      throw TensorError.noRule(operation: "the loss", wanted: "dependence on this parameter")
    }
    return try total.value.copied(to: total.precision)
  }
}

/// What was gathered so far.
private final class PerExampleUses {
  let parameter: Int
  var total: TracedTensor?
  init(parameter: Int) { self.parameter = parameter }
}

/// The fast way back, which looks at every node that uses one parameter.
private struct PerExamplePropagator: DirectPropagator {
  let inner: EagerGradients
  let uses: PerExampleUses

  func pass(
    _ note: consuming Cotangent, back node: Int, of recorder: Recorder, to shares: inout Shares<Cotangent>
  ) throws {
    let tape = inner.tape
    if let cotangent = note.tensor {
      for position in 0..<tape.inputCount(of: node) where tape.inputNode(position, of: node) == uses.parameter {
        let separate = TensorTape(engine: tape.engine)
        let part = try share(
          of: position, cotangent, DerivativeContext(tape: tape, node: node), on: separate)
        let value = try part.value
        if let total = uses.total {
          uses.total = try separate.constant(total.value) + separate.constant(value)
        } else {
          uses.total = part
        }
      }
    }
    try inner.pass(note, back: node, of: recorder, to: &shares)
  }

  private func share(
    of position: Int, _ cotangent: Tensor, _ at: DerivativeContext, on tape: TensorTape
  ) throws -> TracedTensor {
    let operation = at.tape.operation(of: at.node)
    let shape = try at.input(position).value.shape, batch = cotangent.shape[0]
    var g = tape.constant(cotangent)
    if let linear = operation as? Linear, linear.rectifies { g = g * tape.constant(try at.output.value).step() }
    switch (operation, position) {
    case (is Linear, 2):
      return g.reshaped([batch, g.shape.count / max(1, batch * shape[0]), shape[0]]).sum(over: [1])
    case (is Linear, 1) where shape.rank == 2, (is MatrixProduct, 1) where shape.rank == 2:
      let x = tape.constant(try at.input(0).value)
      let rows = x.shape.count / max(1, batch * shape[0])
      return x.reshaped([batch, rows, shape[0]]).transposed().matmul(g.reshaped([batch, rows, shape[1]]))
    case (is Add, _):
      return summed(g, batch, shape)
    case (is Multiply, _):
      return summed(g * tape.constant(try at.input(1 - position).value), batch, shape)
    case (let gather as Gather, _):
      let width = shape.count / max(1, shape[0]), each = gather.indices.values.count / max(1, batch)
      let numbers = gather.indices.values.enumerated().map { offset, index in
        Int32(truncatingIfNeeded: offset / max(1, each) * shape[0]) + index
      }
      return g.reshaped([numbers.count, width])
        .scatterAdded(at: TensorIndices(numbers, [numbers.count]), rows: batch * shape[0])
        .reshaped(TensorShape([batch] + shape.dimensions))
    default:
      throw TensorError.noRule(operation: operation?.name ?? "this use", wanted: "per-example gradient")
    }
  }

  /// Sums over stretched axes, except the first, which counts examples.
  private func summed(_ g: TracedTensor, _ batch: Int, _ shape: TensorShape) -> TracedTensor {
    var target = TensorShape(rank: g.shape.rank)
    for axis in 0..<shape.rank { target[axis - shape.rank] = shape[axis] }
    target[0] = batch
    let kept = g.summed(to: target)
    return kept.reshaped(TensorShape([batch] + shape.dimensions))
  }
}
