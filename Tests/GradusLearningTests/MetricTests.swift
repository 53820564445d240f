// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Metrics against scikit-learn and scipy.
@Suite struct MetricTests {
  private func compare(_ metrics: [Metric], _ list: String, _ index: Int) {
    let expected = LearningGolden.numbers(list, index)
    #expect(!metrics.isEmpty)
    for metric in metrics {
      guard let value = expected[metric.name] else {
        Issue.record("\(metric.name) is not in the reference")
        continue
      }
      #expect(abs(metric.value - value) <= 1e-9 * max(1, abs(value)), "\(metric) instead of \(value)")
    }
  }

  @Test(arguments: 0..<3)
  func classes(_ index: Int) throws {
    let golden = try #require(LearningGolden.values?.classes[index], "learning-metrics.json is missing")
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    var tally = ClassificationTally(classCount: golden.classCount)
    // In parts: batch by batch is the same as at once.
    for range in [0..<17, 17..<golden.labels.count] {
      let scores = golden.scores[range.lowerBound * golden.classCount..<range.upperBound * golden.classCount]
      try tally.add(
        Tensor(Array(scores), [range.count, golden.classCount]), LossTests.classes(Array(golden.labels[range])))
    }
    #expect(tally.confusion?.counts == golden.confusion)
    #expect(tally.confusion?.accuracy == tally.metrics.first { $0.name == "accuracy" }?.value)
    compare(tally.metrics, "classes", index)
    _ = tape
  }

  @Test(arguments: 0..<2)
  func regression(_ index: Int) throws {
    let golden = try #require(LearningGolden.values?.regression[index])
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let shape: TensorShape = [golden.targets.count / golden.outputs, golden.outputs]
    // Shown to the model on another scale, reported in the user's.
    let scaling = Standardization(of: golden.targets, width: golden.outputs)
    func shown(_ x: [Double]) -> Tensor {
      Tensor(x.enumerated().map { scaling.standardized($1, column: $0 % golden.outputs) }, shape)
    }
    for (targets, predictions, scaling) in [
      (Tensor(golden.targets, shape), Tensor(golden.predictions, shape), nil),
      (shown(golden.targets), shown(golden.predictions), scaling),
    ] {
      var tally = RegressionTally()
      try tally.add(predictions, .numbers(tape.constant(targets), scaling))
      compare(tally.metrics, "regression", index)
    }
  }

  @Test(arguments: 0..<4)
  func ranks(_ index: Int) throws {
    let golden = try #require(LearningGolden.values?.ranks[index])
    let rho = try #require(RankStatistics.spearman(golden.x, golden.y))
    #expect(abs(rho - golden.spearman) < 1e-12)
    let tau = try #require(RankStatistics.kendall(golden.x, golden.y))
    #expect(abs(tau - golden.kendall) < 1e-12)
    let area = try #require(RankStatistics.areaUnderROC(scores: golden.x, isPositive: golden.yes))
    #expect(abs(area - golden.auc) < 1e-12)
  }

  @Test func twoScoresTellAsMuchAsOne() throws {
    let golden = try #require(LearningGolden.values?.classes[2])
    var tally = BinaryTally()
    for (i, label) in golden.labels.enumerated() {
      tally.add(score: golden.scores[2 * i + 1] - golden.scores[2 * i], isPositive: label == 1)
    }
    let expected = LearningGolden.numbers("classes", 2)
    let found = Dictionary(uniqueKeysWithValues: tally.metrics.map { ($0.name, $0.value) })
    for name in ["accuracy", "ROC AUC", "log loss", "calibration error"] {
      #expect(abs(try #require(found[name]) - (try #require(expected[name]))) < 1e-12, "\(name)")
    }
    // Over one column instead of two.
    #expect(abs(2 * (try #require(found["Brier score"])) - (try #require(expected["Brier score"]))) < 1e-12)
  }

  @Test func whatIsNotDefinedIsNil() {
    #expect(RankStatistics.spearman([1, 1, 1], [1, 2, 3]) == nil)
    #expect(RankStatistics.kendall([1, 2, 3], [2, 2, 2]) == nil)
    #expect(RankStatistics.kendall([], []) == nil)
    #expect(RankStatistics.spearman([], []) == nil)
    #expect(RankStatistics.kendall([1, .nan], [1, 2]) == nil)
    #expect(RankStatistics.areaUnderROC(scores: [1, 2], isPositive: [true, true]) == nil)
    #expect(RankStatistics.areaUnderROC(scores: [2, 2, 2], isPositive: [true, false, true]) == 0.5)
    #expect(ClassificationTally(classCount: 3).metrics.isEmpty)
    #expect(RegressionTally().metrics.isEmpty)
    #expect(BinaryTally().metrics.isEmpty)
  }

  /// Kendall's τ of 10⁵ pairs: n log n, where counting all pairs would take 5·10⁹ comparisons.
  @Test func manyPairs() throws {
    var stream = RandomStream(seed: 1)
    let x = (0..<100_000).map { _ in Double(stream.integer(below: 1000)) }
    #expect(RankStatistics.kendall(x, x) == 1)
    #expect(RankStatistics.kendall(x, x.map { -$0 }) == -1)
    let y = x.map { _ in stream.normal() }
    #expect(abs(try #require(RankStatistics.kendall(x, y))) < 0.01)
  }

  /// A model may tell more classes apart than the data have.
  @Test func moreScoresThanClasses() throws {
    var tally = ClassificationTally(classCount: 2)
    try tally.add(Tensor([0, 0, 5, 1, 0, 0] as [Float], [2, 3]), LossTests.classes([1, 0]))
    #expect(tally.confusion?.counts == [1, 0, 0, 0, 0, 1, 0, 0, 0])
  }

  @Test func manyClassesTakeNoMatrix() throws {
    var tally = ClassificationTally(classCount: 50_000)
    var scores = [Float](repeating: 0, count: 50_000)
    scores[7] = 20
    try tally.add(Tensor(scores, [1, 50_000]), LossTests.classes([7]))
    #expect(tally.confusion == nil)
    #expect(tally.metrics.first == Metric("accuracy", 1, isBetterHigher: true))
  }
}
