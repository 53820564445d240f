// SPDX-License-Identifier: Apache-2.0
import Gradus
import Testing

/// The Swift of Documentation/training.md, word for word: a test of the tools compares them.
@Suite struct TrainingSnippet {
  @Test func readsDigits() async throws {
    // tutorial: digits
    let digits = RenderedDigits(count: 500, side: 12, stream: RandomStream(seed: 1))
    let data = try LearningData(
      features: digits.pixels, width: 144, labels: digits.labels.map { Int32($0) }, classCount: 10)
    let loss = NetworkLoss(Perceptron(widths: [144, 32, 10]), on: data)
    let rule = Elementwise(ClipByNorm(1).then(AdamMoments()).then(Decay(0.01)).then(LearningRate(2e-3)))
    let run = try Run(
      loss.problem(RandomStream(seed: 1)), by: Trainer(rule, batchSize: 32, steps: 100), asking: loss)
    let solution = try await run.finish(until: .answers(1_000))
    print(try loss.evaluation(at: solution.report.point).accuracy)
    // tutorial: end
    #expect(try loss.evaluation(at: solution.report.point).accuracy > 0.6)
  }
}
