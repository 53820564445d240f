// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Targets other than one class: numbers, distributions, sequences; and data that are refused.
@Suite struct TargetTests {
  /// Trained by Adam with a cosine.
  static func trained<M: Network>(
    _ loss: NetworkLoss<M>, steps: Int, batch: Int = 32, rate: Double = 1e-2, seed: UInt64 = 1
  ) async throws -> Buffer<Float> {
    let rule = Elementwise(
      ClipByNorm(1).then(AdamMoments()).then(
        LearningRate(Schedule(peak: rate, shape: .cosine, warmup: 5, steps: steps))))
    let run = try Run(
      loss.problem(RandomStream(seed: seed)), by: Trainer(rule, batchSize: batch, steps: steps), asking: loss)
    while try await run.step() {}
    return run.report.point
  }

  /// y₁ = 1000 + 100(x₁ − 2x₂) in dollars, y₂ = x₁² in anything.
  private static func numbers(
    _ n: Int, _ seed: UInt64, _ standardization: Standardization? = nil
  ) throws -> LearningData {
    var stream = RandomStream(seed: seed)
    let x = (0..<2 * n).map { _ in stream.normal() }
    var y: [Double] = []
    for i in 0..<n {
      let (a, b) = (x[2 * i], x[2 * i + 1])
      y += [1000 + 100 * (a - 2 * b), a * a]
    }
    return try LearningData(
      features: x.map { Float($0) }, width: 2, numbers: y, outputs: 2, standardization: standardization)
  }

  @Test func regressionIsReportedInItsUnit() async throws {
    let data = try Self.numbers(400, 1)
    let scaling = try #require(data.standardization)
    #expect(abs(scaling.means[0] - 1000) < 30 && abs(scaling.deviations[0] - 223) < 25)
    let model = Perceptron(widths: [2, 32, 2])
    let loss = NetworkLoss(model, on: data)
    let point = try await Self.trained(loss, steps: 600)
    let learned = try loss.evaluation(at: point)
    #expect(learned.loss < 0.01, "\(learned)")
    let held = try NetworkLoss(model, on: Self.numbers(200, 2, scaling)).evaluation(at: point)
    #expect(try #require(held["R²"]) > 0.97, "\(held)")
    #expect(try #require(held["RMSE"]) < 30, "\(held)")
    #expect(try #require(held["RMSE"]) > 0.5, "dollars, not deviations")
    #expect(held.accuracy.isNaN)
  }

  @Test func everyResidualLossFindsTheLine() async throws {
    var stream = RandomStream(seed: 3)
    let x = (0..<300).map { _ in stream.uniform(-1, 1) }
    // One target in ten is far off: medians and Huber's bend do not follow.
    let y = x.indices.map { i -> Double in 3 * x[i] + (i % 10 == 0 ? 50 : 0) }
    let data = try LearningData(
      features: x.map { Float($0) }, width: 1, numbers: y, isStandardized: false)
    for (loss, bound) in [(AbsoluteLoss(), 0.1), (HuberLoss(delta: 0.1), 0.2)] as [(any Loss, Double)] {
      let objective = try NetworkLoss(Perceptron(widths: [1, 1]), on: data, minimizing: loss)
      let point = try await Self.trained(objective, steps: 800, rate: 5e-2)
      #expect(abs(Double(point.elements[0]) - 3) < bound, "\(loss): \(point.elements)")
    }
    let squares = NetworkLoss(Perceptron(widths: [1, 1]), on: data)
    let point = try await Self.trained(squares, steps: 800, rate: 5e-2)
    #expect(point.elements[1] > 3, "squares follow the outliers: \(point.elements)")
  }

  @Test func quantilesCover() async throws {
    var stream = RandomStream(seed: 4)
    let x = (0..<2000).map { _ in stream.uniform(0, 1) }
    let y = x.map { (t: Double) -> Double in t + (0.1 + t) * stream.normal() }
    let data = try LearningData(features: x.map { Float($0) }, width: 1, numbers: y)
    let loss = try NetworkLoss(
      Perceptron(widths: [1, 16, 3]), on: data, minimizing: QuantileLoss(levels: [0.1, 0.5, 0.9]))
    let result = try loss.evaluation(at: await Self.trained(loss, steps: 500, batch: 128))
    #expect(try #require(result["coverage error"]) < 0.03, "\(result)")
  }

  /// Soft labels: the model comes to the distribution that was given, and its loss to the entropy of that.
  @Test func distributionsAreLearned() async throws {
    let q: [Float] = [0.7, 0.2, 0.1, 0.1, 0.1, 0.8]
    let data = try LearningData(
      features: [1, 0, 0, 1], width: 2, distributions: q, classCount: 3)
    for loss in [CrossEntropyLoss(), KullbackLeiblerLoss()] as [any Loss] {
      let objective = try NetworkLoss(Perceptron(widths: [2, 3]), on: data, minimizing: loss)
      let point = try await Self.trained(objective, steps: 400, rate: 5e-2)
      // Entropies 0.8018 and 0.6390.
      let least = loss is KullbackLeiblerLoss ? 0 : 0.72043
      #expect(abs(try objective.evaluation(at: point).loss - least) < 2e-3)
    }
  }

  @Test func lossesThatDoNotFitAreRefused() throws {
    let data = try Self.numbers(10, 1)
    #expect {
      try NetworkLoss(Perceptron(widths: [2, 2]), on: data, minimizing: CrossEntropyLoss())
    } throws: { "\($0)" == "CrossEntropyLoss with numbers as targets; expected classes or distributions" }
  }

  @Test func theProblemKnowsItsLoss() throws {
    let data = try Self.numbers(10, 1)
    let model = Perceptron(widths: [2, 2])
    let prints = try [SquaredLoss(), AbsoluteLoss(), HuberLoss(delta: 1), HuberLoss(delta: 2)].map { (loss: any Loss) in
      try NetworkLoss(model, on: data, minimizing: loss).problem(RandomStream(seed: 1)).fingerprint
    }
    #expect(Set(prints).count == 4)
  }

  /// The usual loss and the same one asked for: the same bits.
  @Test func theUsualLossIsCrossEntropy() async throws {
    let data = try TrainingTests.digits(60, 1)
    let model = Perceptron(widths: [144, 16, 10])
    let (usual, named) = (
      NetworkLoss(model, on: data), try NetworkLoss(model, on: data, minimizing: CrossEntropyLoss())
    )
    let start = usual.problem(RandomStream(seed: 1)).start
    let rows = Array(0..<32)
    let a = try await usual.linearization(at: start, of: rows, stream: RandomStream(seed: 0))
    let b = try await named.linearization(at: start, of: rows, stream: RandomStream(seed: 0))
    #expect(a.value == b.value && a.gradient == b.gradient)
    #expect(try await usual.value(at: start) == usual.evaluation(at: start).loss)
    // Fingerprints of earlier checkpoints stay valid.
    #expect(data.fingerprint == (try TrainingTests.digits(60, 1)).fingerprint)
  }

  private func message(_ make: () throws -> LearningData) -> String? {
    do {
      _ = try make()
      return nil
    } catch { return "\(error)" }
  }

  @Test func dataThatAreRefused() {
    #expect(
      message { try LearningData(features: [1, 2], width: 1, numbers: [1, .infinity]) }
        == "target 0 of row 1 is inf; expected a finite number")
    #expect(
      message { try LearningData(features: [1, 2], width: 1, numbers: [1, 2, 3], outputs: 2) }
        == "3 numbers to learn; expected rows of 2")
    #expect(
      message { try LearningData(features: [1, 2], width: 1, numbers: [1, 1e300], isStandardized: false) }
        == "target 0 of row 1 is 1e+300; expected a number that single precision holds")
    #expect(
      message { try LearningData(features: [], width: 1, numbers: []) }
        == "0 features of 0 rows; expected rows of 1 features")
    #expect(
      message {
        try LearningData(
          features: [1], width: 1, numbers: [1, 2], outputs: 2, standardization: .init(means: [0], deviations: [1]))
      } == "a standardization of 1 columns; expected 2")
    #expect(
      message { try LearningData(features: [1, 2], width: 1, distributions: [1, 0, 0.25, 0.5], classCount: 2) }
        == "the probabilities of row 1 have the sum 0.75; expected 1")
    #expect(
      message { try LearningData(features: [1], width: 1, distributions: [1.5, -0.5], classCount: 2) }
        == "row 0 has the probability 1.5; expected a number from 0 to 1")
    #expect(message { try LearningData(features: [1, 2, 3], width: 2) } == "3 features; expected rows of 2")
    #expect(
      message { try LearningData(sequences: [0, 1, 5, 1], length: 2, vocabulary: 3, labels: [0, 1], classCount: 2) }
        == "token 0 of row 1 is 5; expected a number from 0 to 2")
    #expect(
      message { try LearningData(sequences: [0, 1, 2, 1], length: 2, vocabulary: 3, labels: [0], classCount: 2) }
        == "1 labels of 2 sequences; expected one each, or 2 each")
    #expect(
      message { try LearningData(sequences: [0, 1, 2, 1], length: 2, vocabulary: 3, labels: [0, -1], classCount: 2) }
        == "no position of row 1 counts; expected at least one class that is not −1")
    #expect(
      message { try LearningData(sequences: [0, 1], length: 2, vocabulary: 3, labels: [2], classCount: 2) }
        == "the label of row 0 is 2; expected a class from 0 to 1")
    #expect {
      try LearningData.joined([[1, 2], [3]])
    } throws: { "\($0)" == "row 1 has 1 features; expected 2, as in row 0" }
    #expect {
      try LearningData.joined([])
    } throws: { "\($0)" == "no rows, or an empty one; expected at least one row of features" }
  }
}
