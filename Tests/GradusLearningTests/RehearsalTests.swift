// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics
import GradusTensor
import Testing

import GradusLearning

/// What is known of a training before it begins.
@Suite struct RehearsalTests {
  private static let digits = RenderedDigits(count: 300, stream: RandomStream(seed: 3))

  private static func data() throws -> LearningData {
    try LearningData(features: digits.pixels, width: 256, labels: digits.labels.map { Int32($0) }, classCount: 10)
  }

  /// The engine's own peak over some steps, beside what two small ones foretold.
  private func compare(_ model: some Network, on data: LearningData, batch: Int) async throws {
    let foretold = try NetworkLoss(model, on: data).rehearsal(batch: batch)
    let loss = NetworkLoss(model, on: data)
    let trainer = Trainer(Elementwise(AdamMoments().then(LearningRate(1e-3))), batchSize: batch, steps: 4)
    let run = try Run(loss.problem(RandomStream(seed: 1)), by: trainer, asking: loss)
    while try await run.step() {}
    let ratio = Double(loss.peakMemory) / Double(foretold.peakBytes)
    #expect(ratio > 0.8 && ratio < 1.25, "\(loss.peakMemory) bytes in use, \(foretold.peakBytes) foretold")
    #expect(foretold.unreached.isEmpty)
  }

  @Test(arguments: [5, 32, 100, 300]) func memoryIsForetold(_ batch: Int) async throws {
    try await compare(Perceptron(widths: [256, 64, 64, 10]), on: try Self.data(), batch: batch)
    try await compare(ConvolutionalNetwork(side: 16, channels: [4, 8], classes: 10), on: try Self.data(), batch: batch)
    try await compare(
      RecurrentClassifier(.vectors(steps: 16, inputs: 16), classes: 10, width: 24), on: try Self.data(), batch: batch)
  }

  @Test(arguments: [6, 33]) func memoryOfTextsIsForetold(_ batch: Int) async throws {
    let text = Array(GeneratedSentences.text(length: 2_000, stream: RandomStream(seed: 1)).utf8)
    let data = try LearningData(tokens: text.map { Int32($0) }, vocabulary: 128, context: 32)
    try await compare(
      TextTransformer(vocabulary: 128, context: 32, width: 32, layers: 2, heads: 4), on: data, batch: batch)
  }

  /// A run that would exceed its limit ends with an error, and what it reached can be saved and gone on with.
  @Test func aLimitIsNotExceeded() async throws {
    let model = Perceptron(widths: [256, 64, 10])
    let data = try Self.data()
    let loss = NetworkLoss(model, on: data, memoryLimit: 20_000)
    let trainer = Trainer(Elementwise(LearningRate(0.01)), batchSize: 128, steps: 10)
    let run = try Run(loss.problem(RandomStream(seed: 1)), by: trainer, asking: loss)
    do {
      _ = try await run.step()
      Issue.record("the limit was not noticed")
    } catch let error as OracleFailure {
      guard case .memory(_, _, _, let limit)? = error.underlying.flatMap({ TensorError(under: $0) }) else {
        Issue.record("another error: \(error)")
        return
      }
      #expect(limit == 20_000)
    }
    let saved = try run.checkpoint()
    let wide = NetworkLoss(model, on: data)
    let rest = try Run<Trainer<Elementwise<LearningRate>>>(
      resuming: saved, of: wide.problem(RandomStream(seed: 1)), asking: wide)
    while try await rest.step() {}
    let whole = try Run(wide.problem(RandomStream(seed: 1)), by: trainer, asking: wide)
    while try await whole.step() {}
    #expect(rest.state.parameters == whole.state.parameters)
  }

  /// A model with a tensor that it forgets.
  private struct Forgetful: Network {
    var tensors: [ModelTensor] {
      Perceptron(widths: [256, 10]).tensors + [ModelTensor("forgotten", [3], .constant(1))]
    }
    func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
      Perceptron(widths: [256, 10]).scores(batch, parameters)
    }
  }

  @Test func parametersWithoutGradientAreNamed() throws {
    #expect(try NetworkLoss(Forgetful(), on: Self.data()).rehearsal(batch: 16).unreached == ["forgotten"])
  }

  @Test func theFirstOperationIsNamed() throws {
    let model = Perceptron(widths: [256, 8, 10])
    let loss = NetworkLoss(model, on: try Self.data())
    var point = model.initialParameters(RandomStream(seed: 1))
    #expect(try loss.firstNotFinite(at: point, of: [0, 1], stream: RandomStream(seed: 0)) == nil)
    for slot in model.layout.slots where slot.name == "layer2.weight" {
      for i in slot.range { point[i] = 3e38 }
    }
    let error = try loss.firstNotFinite(at: point, of: [0, 1], stream: RandomStream(seed: 0))
    guard case .notFinite(let operation, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(operation == "linear")
  }
}
