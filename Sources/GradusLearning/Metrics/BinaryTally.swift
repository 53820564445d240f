// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What scores of yes or no are judged by, all questions together; a yes is a positive score.
public struct BinaryTally: MetricTally {
  private var scores: [Double] = []
  private var isPositive: [Bool] = []

  public init() {}

  /// One question: what the model scored it, and whether the answer is yes.
  public mutating func add(score: Double, isPositive yes: Bool) {
    scores.append(score)
    isPositive.append(yes)
  }

  public mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws {
    let scores = outputs.doubles
    switch targets {
    case .classes(let labels):
      for (s, y) in zip(scores, labels.values) where y >= 0 { add(score: s, isPositive: y > 0) }
    case .numbers(let numbers, _):
      for (s, y) in zip(scores, try numbers.value.doubles) { add(score: s, isPositive: y > 0.5) }
    default: return
    }
  }

  var area: Double? { RankStatistics.areaUnderROC(scores: scores, isPositive: isPositive) }

  public var metrics: [Metric] {
    guard !scores.isEmpty else { return [] }
    var confusion = ConfusionMatrix(classCount: 2)
    var calibration = CalibrationBins()
    var (loss, brier) = (0.0, 0.0)
    for (s, y) in zip(scores, isPositive) {
      confusion.add(truth: y ? 1 : 0, answer: s > 0 ? 1 : 0)
      let own = y ? s : -s
      loss += max(-own, 0) + log1p(exp(-abs(own)))
      let p = s >= 0 ? 1 / (1 + exp(-s)) : exp(s) / (1 + exp(s))
      brier += (p - (y ? 1 : 0)) * (p - (y ? 1 : 0))
      calibration.add(confidence: max(p, 1 - p), isRight: (s > 0) == y)
    }
    let n = Double(scores.count)
    var list = [
      Metric("accuracy", confusion.accuracy, isBetterHigher: true),
      Metric("precision", confusion.precision(of: 1), isBetterHigher: true),
      Metric("recall", confusion.recall(of: 1), isBetterHigher: true),
      Metric("F1", confusion.f1(of: 1), isBetterHigher: true),
    ]
    if let area { list.append(Metric("ROC AUC", area, isBetterHigher: true)) }
    list += [
      Metric("log loss", loss / n, isBetterHigher: false), Metric("Brier score", brier / n, isBetterHigher: false),
      Metric("calibration error", calibration.expectedError, isBetterHigher: false),
    ]
    return list
  }
}
