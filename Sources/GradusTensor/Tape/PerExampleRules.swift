// SPDX-License-Identifier: Apache-2.0
import GradusTrace

/// What the cotangents of one node mean for an input that all examples share, one example after the other.
struct PerExampleRules {
  let tape: TensorTape
  let node: Int
  let examples: Int

  /// [examples, …shape of the input] where data meet what is shared; nil when nothing flows.
  func share(of position: Int, _ cotangent: Tensor) throws -> Tensor? {
    let own = TensorTape(engine: tape.engine, isRecording: false)
    if let share = try rule(position, own.constant(cotangent), own) { return try share.value }
    return try stacked { example in
      let rows = cotangent.shape[0] / examples
      let alone = own.constant(cotangent).slice(axis: 0, from: example * rows, count: rows)
        .padded(axis: 0, before: example * rows, after: (examples - 1 - example) * rows)
      return try tape.share(of: position, at: node, alone.value)
    }
  }

  /// The same from cotangents [examples, …shape of the node] of a node that is itself made of parameters.
  func through(_ position: Int, _ cotangents: Tensor) throws -> Tensor? {
    let own = TensorTape(engine: tape.engine, isRecording: false)
    let input = try operand(position).shape
    if tape.operation(of: node) is Reshape {
      return try own.constant(cotangents).reshaped(TensorShape([examples] + input.dimensions)).value
    }
    return try stacked { example in
      let one = own.constant(cotangents).slice(axis: 0, from: example, count: 1)
      return try tape.share(
        of: position, at: node, one.reshaped(try tape.value(of: TracedTensor(tape, node)).shape).value)
    }
  }

  private func operand(_ position: Int) throws -> Tensor {
    try tape.value(of: TracedTensor(tape, tape.inputNode(position, of: node)))
  }

  private func stacked(_ share: (Int) throws -> Tensor?) throws -> Tensor? {
    let own = TensorTape(engine: tape.engine, isRecording: false)
    var parts: [TracedTensor] = []
    for example in 0..<examples {
      guard let part = try share(example) else { return nil }
      parts.append(own.constant(part).reshaped(TensorShape([1] + part.shape.dimensions)))
    }
    return try TracedTensor.concatenate(parts, axis: 0).value
  }

  private func rule(_ position: Int, _ g: TracedTensor, _ own: TensorTape) throws -> TracedTensor? {
    let shape = try operand(position).shape
    func data(_ position: Int) throws -> TracedTensor { own.constant(try operand(position)) }
    let operation = tape.operation(of: node)
    switch (operation, position) {
    case (let linear as Linear, 1), (let linear as Linear, 2):
      let d = linear.rectifies ? g * own.constant(try tape.value(of: TracedTensor(tape, node))).step() : g
      return try position == 2 ? summed(d, shape) : product(data(0), d, shape)
    case (is MatrixProduct, 1):
      if shape.rank == 2 { return product(try data(0), g, shape) }
      return try summed(data(0).transposed().matmul(g), shape)
    case (is MatrixProduct, 0) where g.shape.rank > 2:
      return try summed(g.matmul(data(1).transposed()), shape)
    case (is Add, _): return try summed(g, shape)
    case (is Subtract, _): return try summed(position == 0 ? g : -g, shape)
    case (is Multiply, _): return try summed(g * data(1 - position), shape)
    case (is LayerNorm, 2): return try summed(g, shape)
    case (let norm as LayerNorm, 1):
      let one = own.constant(Tensor(repeating: 1, shape, g.precision)), zero = one * 0
      return try summed(g * data(0).layerNorm(gain: one, bias: zero, epsilon: norm.epsilon), shape)
    case (let norm as RootMeanSquareNorm, 1):
      let one = own.constant(Tensor(repeating: 1, shape, g.precision))
      return try summed(g * data(0).rmsNorm(gain: one, epsilon: norm.epsilon), shape)
    case (let convolution as Convolution, 1):
      let columns = own.apply(Unfold(geometry: convolution.geometry), try data(0))
      let d = g.reshaped([g.shape[0], g.shape[1], g.shape[2] * g.shape[3]])
      let each = d.matmul(columns.transposed())
      return each.reshaped(TensorShape([examples, g.shape[0] / examples] + shape.dimensions)).sum(over: [1])
    case (is Convolution, _):
      return g.sum(over: [2, 3]).reshaped([examples, g.shape[0] / examples, shape[0]]).sum(over: [1])
    case (let gather as Gather, _): return embedded(gather, g, shape)
    default: return nil
    }
  }

  /// aᵢᵀdᵢ for each example, whose rows may be several.
  private func product(_ a: TracedTensor, _ d: TracedTensor, _ shape: TensorShape) -> TracedTensor {
    let rows = a.shape.count / max(1, examples * shape[0])
    return a.reshaped([examples, rows, shape[0]]).transposed().matmul(d.reshaped([examples, rows, shape[1]]))
  }

  /// Each token's cotangent added to the row of its number in the table of its example.
  private func embedded(_ gather: Gather, _ g: TracedTensor, _ shape: TensorShape) -> TracedTensor {
    let width = shape.count / max(1, shape[0]), each = gather.indices.values.count / examples
    let numbers = gather.indices.values.enumerated().map { offset, index in
      Int32(truncatingIfNeeded: offset / max(1, each) * shape[0]) + index
    }
    return g.reshaped([numbers.count, width])
      .scatterAdded(at: TensorIndices(numbers, [numbers.count]), rows: examples * shape[0])
      .reshaped(TensorShape([examples] + shape.dimensions))
  }

  /// Sums over stretched axes and over the rows of an example, which the first axis counts.
  private func summed(_ g: TracedTensor, _ shape: TensorShape) throws -> TracedTensor {
    let each = TensorShape([examples] + shape.dimensions)
    if examples == 1 { return g.summed(to: shape).reshaped(each) }
    guard g.shape.rank > shape.rank || shape[-g.shape.rank] == 1 else {
      throw TensorError.shapes(
        operation: tape.recorder.trace.operation(of: node), g.shape, shape,
        reason: "a parameter with the axis of the examples is not shared by them")
    }
    // Rows of one example get an axis of their own, along which no parameter extends.
    var target = TensorShape(rank: g.shape.rank + 1)
    for axis in 0..<shape.rank { target[axis - shape.rank] = shape[axis] }
    target[0] = examples
    target[1] = 1
    let split = g.reshaped(TensorShape([examples, g.shape[0] / examples] + g.shape.dimensions.dropFirst()))
    return split.summed(to: target).reshaped(each)
  }
}
