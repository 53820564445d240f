// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusFirstOrder
import GradusLinearAlgebra
public import GradusNumerics
import GradusTensor
import Synchronization

/// The mean loss of a model on data, with gradients of minibatches by a recorded trace.
///
///     f(θ) = 1/N Σᵢ ℓ(s(xᵢ; θ), tᵢ) + what parts of the model add          s: the model's scores
///
/// Unless said otherwise ℓ is cross-entropy for classes and distributions, and the squared error for numbers.
/// One computation at a time: whoever asks meanwhile waits. The same question has the same answer, to the bit, whatever the
/// number of threads.
public final class NetworkLoss<Architecture: Network>: Sendable, MinibatchOracle, ZerothOrderOracle {
  public typealias Point = Buffer<Float>

  public let model: Architecture
  public let data: LearningData
  /// What is minimized.
  public let loss: any Loss
  private let isUsual: Bool
  let layout: Layout
  /// Observations that are evaluated together.
  private let chunk: Int
  let workspace: Mutex<Workspace>

  /// `threads` compute together; `chunk` observations are evaluated at once; a computation whose tensors would take more
  /// than `memoryLimit` bytes throws.
  public init(
    _ model: Architecture, on data: LearningData, threads: Int = 1, chunk: Int = 256, memoryLimit: Int = .max
  ) {
    self.model = model
    self.data = data
    loss = data.targetKind == .numbers ? SquaredLoss() : CrossEntropyLoss()
    isUsual = true
    self.chunk = chunk
    layout = model.layout
    workspace = Mutex(Workspace(model.layout, threads: threads, memoryLimit: memoryLimit))
  }

  /// Another loss than the usual one; it has to fit the targets of the data.
  public init(
    _ model: Architecture, on data: LearningData, minimizing loss: any Loss, threads: Int = 1, chunk: Int = 256,
    memoryLimit: Int = .max
  ) throws(LearningDataError) {
    guard loss.targetKinds.contains(data.targetKind) else {
      let kinds = loss.targetKinds.map(\.rawValue).sorted().joined(separator: " or ")
      throw LearningDataError("\(type(of: loss)) with \(data.targetKind.rawValue) as targets", kinds)
    }
    self.model = model
    self.data = data
    self.loss = loss
    isUsual = false
    self.chunk = chunk
    layout = model.layout
    workspace = Mutex(Workspace(model.layout, threads: threads, memoryLimit: memoryLimit))
  }

  /// The most bytes of tensors, parameters aside, that were in use at once.
  package var peakMemory: Int { workspace.withLock { $0.tape.engine.peakMemory } }

  /// The training problem that this answers for, from parameters drawn from `stream`.
  public func problem(_ stream: RandomStream) -> Training {
    var print = Fingerprint()
    print.mix("\(model)")
    if !isUsual { print.mix("\(loss)") }
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
  public func value(at point: Buffer<Float>) async throws -> Double {
    try meanLoss(at: point, statistics: nil, chunk: chunk) { _, _ in }
  }

  public func immediateValue(at point: Buffer<Float>) throws -> Double? {
    try meanLoss(at: point, statistics: nil, chunk: chunk) { _, _ in }
  }

  private func gradient(
    _ point: Buffer<Float>, _ rows: [Int], _ stream: RandomStream
  ) throws -> Linearization<Buffer<Float>> {
    try workspace.withLock { work in
      work.load(point, layout)
      let (parameters, loss) = trace(rows, stream, &work)
      return try work.linearization(of: loss, in: parameters, layout)
    }
  }

  /// Records the loss of these observations, from the parameters as they were loaded.
  private func trace(
    _ rows: [Int], _ stream: RandomStream, _ work: inout Workspace
  ) -> (parameters: [String: TracedTensor], loss: TracedTensor) {
    let tape = work.tape
    tape.reset()
    let parameters = work.parameters(layout, on: tape)
    let (batch, targets) = work.batch(rows, of: data, on: tape)
    let penalties = ModelPenalties()
    let scores = model.scores(batch, ModelParameters(parameters, use: .training(stream), penalties: penalties))
    return (parameters, penalties.added(to: loss.mean(of: scores, targets)))
  }

  /// Walks there and back for these observations, with parameters as they were loaded or at a point, and tells what the
  /// engine had in use at most and which parameters were not reached.
  func walk(
    at point: Buffer<Float>?, _ rows: [Int], _ stream: RandomStream, checksFinite: Bool
  ) throws -> TrainingRehearsal {
    try workspace.withLock { work in
      let engine = work.tape.engine
      if let point { work.load(point, layout) }
      work.tape.reset()
      engine.releaseUnusedMemory()
      engine.resetPeakMemory()
      engine.checksFinite = checksFinite
      defer {
        engine.checksFinite = false
        work.tape.reset()
        engine.releaseUnusedMemory()
        engine.resetPeakMemory()
      }
      let (parameters, loss) = trace(rows, stream, &work)
      _ = try loss.scalar
      let gradients = try work.tape.backward(from: loss)
      let unreached = layout.slots.map(\.name).filter { name in
        parameters[name].map { !gradients.reaches($0) } ?? false
      }
      gradients.recycle()
      return TrainingRehearsal(peakBytes: engine.peakMemory, bytesPerObservation: 0, unreached: unreached)
    }
  }

  /// The mean loss of all observations, and the metrics that go with it.
  ///
  /// A model with batch normalization uses these `statistics`, by default those of its own observations. A loss that
  /// compares observations with each other sees `chunk` of them together.
  public func evaluation(
    at point: Buffer<Float>, statistics: Buffer<Float>? = nil, chunk: Int? = nil
  ) throws -> Evaluation {
    var tally = loss.tally(classCount: data.classCount)
    let total = try meanLoss(at: point, statistics: statistics, chunk: chunk ?? self.chunk) { try tally?.add($0, $1) }
    return Evaluation(loss: total, metrics: tally?.metrics ?? [])
  }

  private func meanLoss(
    at point: Buffer<Float>, statistics: Buffer<Float>?, chunk: Int,
    _ each: (Tensor, BatchTargets) throws -> Void
  ) throws -> Double {
    let still = model.statisticsLayout
    let statistics = try statistics ?? self.statistics(at: point)
    var (total, count) = (0.0, 0)
    try forEachChunk(point, chunk) { work, batch, targets in
      let tensors = work.parameters(layout, on: work.silent).merging(
        work.constants(statistics, still, on: work.silent)
      ) { $1 }
      let penalties = ModelPenalties()
      let scores = model.scores(batch, ModelParameters(tensors, penalties: penalties))
      let rows = loss.count(targets, rows: scores.shape[0])
      total += try penalties.added(to: loss.mean(of: scores, targets)).scalar * Double(rows)
      count += rows
      try each(scores.value, targets)
    }
    return total / Double(count)
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
    _ point: Buffer<Float>, _ chunk: Int, _ body: (inout Workspace, Batch, BatchTargets) throws -> Void
  ) throws {
    let starts: [Int]
    switch data.inputs {
    case .vectors, .sequences: starts = Array(0..<data.count)
    case .text(_, let context): starts = Array(stride(from: 0, to: data.count, by: context))
    }
    try workspace.withLock { work in
      work.load(point, layout)
      for first in stride(from: 0, to: starts.count, by: chunk) {
        work.silent.reset()
        let rows = Array(starts[first..<min(first + chunk, starts.count)])
        let (batch, targets) = work.batch(rows, of: data, on: work.silent)
        try body(&work, batch, targets)
      }
      work.silent.reset()
    }
  }
}
