// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics
import GradusTensor

/// What is used again from step to step.
struct Workspace {
  let tape: TensorTape
  let silent: TensorTape
  private var tensors: [Tensor]
  private var features: Tensor?
  private var numbers: Tensor?

  init(_ layout: Layout, threads: Int, memoryLimit: Int = .max) {
    let engine = TensorEngine(threads: threads, memoryLimit: memoryLimit)
    tape = TensorTape(engine: engine)
    silent = TensorTape(engine: engine, isRecording: false)
    tensors = layout.slots.map { Tensor(repeating: 0, TensorShape($0.shape)) }
  }

  /// Copies the parameters into the tensors that the tape reads.
  mutating func load(_ point: Buffer<Float>, _ layout: Layout) {
    precondition(point.count == layout.count, "\(point.count) parameters for a model of \(layout.count)")
    tape.reset()
    for (k, slot) in layout.slots.enumerated() {
      tensors[k].withMutableFloats { target in
        for i in 0..<slot.count { target[i] = point.elements[slot.offset + i] }
      }
    }
  }

  func parameters(_ layout: Layout, on tape: TensorTape) -> [String: TracedTensor] {
    var parameters: [String: TracedTensor] = [:]
    for (k, slot) in layout.slots.enumerated() { parameters[slot.name] = tape.parameter(slot.name, tensors[k]) }
    return parameters
  }

  /// A recorded loss and its gradient in these parameters, one behind the other; 0 for those that it does not depend on.
  func linearization(
    of loss: TracedTensor, in parameters: [String: TracedTensor], _ layout: Layout
  ) throws -> Linearization<Buffer<Float>> {
    let value = try loss.scalar
    let gradients = try tape.backward(from: loss)
    var flat = [Float](repeating: 0, count: layout.count)
    for slot in layout.slots {
      guard let traced = parameters[slot.name], let part = gradients[traced] else { continue }
      let contiguous = part.layout.isContiguous ? part : part.copied(to: .single)
      contiguous.withFloats { source in
        for i in 0..<slot.count { flat[slot.offset + i] = source[i] }
      }
    }
    gradients.recycle()
    return Linearization(value: value, gradient: Buffer(flat))
  }

  /// Statistics of the data that the tape reads.
  func constants(_ numbers: Buffer<Float>, _ layout: Layout, on tape: TensorTape) -> [String: TracedTensor] {
    precondition(numbers.count == layout.count, "\(numbers.count) statistics for a model of \(layout.count)")
    var constants: [String: TracedTensor] = [:]
    for slot in layout.slots {
      let tensor = Tensor(Array(numbers.elements[slot.range]), TensorShape(slot.shape))
      constants[slot.name] = tape.constant(tensor, name: slot.name)
    }
    return constants
  }

  /// The observations at these positions with their targets.
  mutating func batch(_ rows: [Int], of data: LearningData, on tape: TensorTape) -> (Batch, BatchTargets) {
    precondition(!rows.isEmpty, "a batch has at least one observation")
    let batch: Batch
    switch data.inputs {
    case .vectors(let all, let width):
      batch = Batch(features: tape.constant(Self.gather(all, width, rows, &features), name: "features"))
    case .sequences(let tokens, let length, _):
      batch = Batch(
        tokens: TensorIndices(rows.flatMap { tokens[$0 * length..<($0 + 1) * length] }, [rows.count, length]))
    case .text(let tokens, let context):
      var inputs: [Int32] = []
      for row in rows { inputs += tokens[row..<row + context] }
      batch = Batch(tokens: TensorIndices(inputs, [rows.count, context]))
    }
    return (batch, targets(rows, of: data, batch, on: tape))
  }

  private mutating func targets(
    _ rows: [Int], of data: LearningData, _ batch: Batch, on tape: TensorTape
  ) -> BatchTargets {
    switch data.targets {
    case .classes(let labels):
      let each = labels.count / data.count
      if each == 1 { return .classes(TensorIndices(rows.map { Int(labels[$0]) })) }
      let flat = rows.flatMap { labels[$0 * each..<($0 + 1) * each] }
      return .classes(TensorIndices(flat, [flat.count]))
    case .nextTokens:
      guard case .text(let tokens, let context) = data.inputs else {
        preconditionFailure("tokens of a text foretell the next")
      }
      var outputs: [Int32] = []
      for row in rows { outputs += tokens[row + 1..<row + context + 1] }
      return .classes(TensorIndices(outputs, [rows.count * context]))
    case .distributions(let q):
      return .distributions(tape.constant(Self.gather(q, data.classCount, rows, &numbers), name: "distributions"))
    case .numbers(let y, let width, let standardization):
      return .numbers(tape.constant(Self.gather(y, width, rows, &numbers), name: "numbers"), standardization)
    case .inputs:
      guard let features = batch.features else { preconditionFailure("features are made again, not tokens") }
      return .numbers(features, nil)
    }
  }

  /// Rows of a table in the memory that served the last batch, where it still fits.
  private static func gather(_ all: [Float], _ width: Int, _ rows: [Int], _ kept: inout Tensor?) -> Tensor {
    let shape: TensorShape = [rows.count, width]
    var tensor = kept.take() ?? Tensor(repeating: 0, shape)
    if tensor.shape != shape { tensor = Tensor(repeating: 0, shape) }
    tensor.withMutableFloats { target in
      for (i, row) in rows.enumerated() {
        for j in 0..<width { target[i * width + j] = all[row * width + j] }
      }
    }
    kept = tensor
    return tensor
  }
}
