// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusFirstOrder
import GradusLinearAlgebra
public import GradusNumerics
import GradusTensor
import Synchronization

/// The mean cross-entropy of a model on data, with gradients of minibatches by a recorded trace.
///
///     f(θ) = 1/N Σᵢ log Σₖ exp sᵢₖ − sᵢ,yᵢ          s: the model's scores
///
/// One computation at a time: whoever asks meanwhile waits. The same question has the same answer, to the bit, whatever the
/// number of threads.
public final class NetworkLoss<Architecture: Network>: Sendable, MinibatchOracle, ZerothOrderOracle {
  public typealias Point = Buffer<Float>

  public let model: Architecture
  public let data: LearningData
  private let layout: Layout
  private let workspace: Mutex<Workspace>

  /// `threads` compute together.
  public init(_ model: Architecture, on data: LearningData, threads: Int = 1) {
    self.model = model
    self.data = data
    layout = model.layout
    workspace = Mutex(Workspace(model.layout, threads: threads))
  }

  /// The training problem that this answers for, from parameters drawn from `stream`.
  public func problem(_ stream: RandomStream) -> Training {
    var print = Fingerprint()
    print.mix("\(model)")
    return Training(
      layout: layout, start: model.initialParameters(stream), observationCount: data.count,
      modelFingerprint: print.value, dataFingerprint: data.fingerprint)
  }

  public func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> { try gradient(point, rows, stream) }

  public func immediateLinearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Buffer<Float>>? { try gradient(point, rows, stream) }

  /// The mean loss of all observations; of a text, of windows that do not overlap.
  public func value(at point: Buffer<Float>) async throws -> Double { try evaluation(at: point).loss }

  public func immediateValue(at point: Buffer<Float>) throws -> Double? { try evaluation(at: point).loss }

  private func gradient(
    _ point: Buffer<Float>, _ rows: [Int], _ stream: RandomStream
  ) throws -> Linearization<Buffer<Float>> {
    try workspace.withLock { work in
      work.load(point, layout)
      let tape = work.tape
      tape.reset()
      let parameters = work.parameters(layout, on: tape)
      let (batch, labels) = work.batch(rows, of: data, on: tape)
      let loss = model.scores(batch, ModelParameters(parameters, use: .training(stream))).crossEntropy(labels)
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
  }

  /// Mean loss of all observations and the share whose largest score is that of their class.
  ///
  /// A model with batch normalization uses these `statistics`, by default those of its own observations.
  public func evaluation(
    at point: Buffer<Float>, statistics: Buffer<Float>? = nil, chunk: Int = 256
  ) throws -> (loss: Double, accuracy: Double) {
    let still = model.statisticsLayout
    let statistics = try statistics ?? self.statistics(at: point)
    var (total, right, count) = (0.0, 0, 0)
    try forEachChunk(point, chunk) { work, batch, labels in
      let tensors = work.parameters(layout, on: work.silent).merging(
        work.constants(statistics, still, on: work.silent)
      ) { $1 }
      let scores = model.scores(batch, ModelParameters(tensors))
      total += try scores.crossEntropy(labels).scalar * Double(labels.values.count)
      right += Self.hits(try scores.value, labels)
      count += labels.values.count
    }
    return (total / Double(count), Double(right) / Double(count))
  }

  /// The tensors that are not trained (`Network.statisticsLayout`): means and variances over all observations, of batches of
  /// `chunk` that are normalized as in training. Empty for a model that has none.
  ///
  /// Cost: one pass over the data without a way back.
  public func statistics(at point: Buffer<Float>, chunk: Int = 256) throws -> Buffer<Float> {
    let still = model.statisticsLayout
    guard still.count > 0 else { return Buffer([]) }
    let gathered = ModelStatistics()
    try forEachChunk(point, chunk) { work, batch, _ in
      let tensors = work.parameters(layout, on: work.silent)
      _ = try model.scores(batch, ModelParameters(tensors, use: .calibration(gathered))).value
    }
    let numbers = try gathered.gathered()
    return Buffer(
      still.slots.flatMap { slot in
        guard let values = numbers[slot.name] else {
          preconditionFailure("no layer notes the statistics '\(slot.name)'")
        }
        return values
      })
  }

  /// All observations in order, of a text windows that do not overlap, without recording.
  private func forEachChunk(
    _ point: Buffer<Float>, _ chunk: Int, _ body: (inout Workspace, Batch, TensorIndices) throws -> Void
  ) throws {
    let starts: [Int]
    switch data.content {
    case .vectors: starts = Array(0..<data.count)
    case .text(_, let context): starts = Array(stride(from: 0, to: data.count, by: context))
    }
    try workspace.withLock { work in
      work.load(point, layout)
      for first in stride(from: 0, to: starts.count, by: chunk) {
        work.silent.reset()
        let rows = Array(starts[first..<min(first + chunk, starts.count)])
        let (batch, labels) = work.batch(rows, of: data, on: work.silent)
        try body(&work, batch, labels)
      }
      work.silent.reset()
    }
  }

  /// Rows whose largest score, the first of equals, is that of the label.
  private static func hits(_ scores: Tensor, _ labels: TensorIndices) -> Int {
    let width = scores.shape[-1]
    let numbers = scores.floats
    var hits = 0
    for (i, label) in labels.values.enumerated() {
      var best = 0
      for k in 1..<max(1, width) where numbers[i * width + k] > numbers[i * width + best] { best = k }
      if best == Int(label) { hits += 1 }
    }
    return hits
  }
}

/// What is used again from step to step.
private struct Workspace {
  let tape: TensorTape
  let silent: TensorTape
  private var tensors: [Tensor]
  private var features: Tensor?

  init(_ layout: Layout, threads: Int) {
    let engine = TensorEngine(threads: threads)
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

  /// The observations at these positions with their classes.
  mutating func batch(_ rows: [Int], of data: LearningData, on tape: TensorTape) -> (Batch, TensorIndices) {
    precondition(!rows.isEmpty, "a batch has at least one observation")
    switch data.content {
    case .vectors(let all, let width, let labels):
      let shape: TensorShape = [rows.count, width]
      var tensor = features.take() ?? Tensor(repeating: 0, shape)
      if tensor.shape != shape { tensor = Tensor(repeating: 0, shape) }
      tensor.withMutableFloats { target in
        for (i, row) in rows.enumerated() {
          for j in 0..<width { target[i * width + j] = all[row * width + j] }
        }
      }
      features = tensor
      return (Batch(features: tape.constant(tensor, name: "features")), TensorIndices(rows.map { Int(labels[$0]) }))
    case .text(let tokens, let context):
      var (inputs, outputs): ([Int32], [Int32]) = ([], [])
      for row in rows {
        inputs += tokens[row..<row + context]
        outputs += tokens[row + 1..<row + context + 1]
      }
      return (
        Batch(tokens: TensorIndices(inputs, [rows.count, context])),
        TensorIndices(outputs, [rows.count * context])
      )
    }
  }
}
