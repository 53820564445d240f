// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What scores of classes are judged by: accuracy, the class among the best five, macro precision, recall and F₁, log loss,
/// Brier score, calibration error, perplexity and bits per symbol; of two classes also the area under the ROC.
///
///     log loss = −1/n Σ ln p_y,   perplexity = e^{log loss},   bits = log loss/ln 2,   Brier = 1/n Σᵢ Σₖ (pᵢₖ − [yᵢ = k])²
///
/// Classes of distributions are those of their largest probability; log loss and Brier score are then against it.
public struct ClassificationTally: MetricTally {
  /// Which class was taken for which; nil for more than 1,024 classes.
  public private(set) var confusion: ConfusionMatrix?
  public private(set) var calibration = CalibrationBins()
  private let classCount: Int
  private var count = 0
  private var right = 0
  private var amongFive = 0
  private var loss = 0.0
  private var brier = 0.0
  private var ranking = BinaryTally()

  public init(classCount: Int) {
    self.classCount = classCount
    confusion = classCount <= 1024 ? ConfusionMatrix(classCount: max(1, classCount)) : nil
  }

  public mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws {
    let width = outputs.shape[-1]
    let labels: [Int32]
    switch targets {
    case .classes(let classes): labels = classes.values
    case .distributions(let q):
      let rows = try q.value.doubles
      labels = stride(from: 0, to: rows.count, by: width).map { start in
        Int32((0..<width).max { rows[start + $0] < rows[start + $1] } ?? 0)
      }
    default: return
    }
    let scores = outputs.doubles
    for (i, label) in labels.enumerated() where label >= 0 {
      scores.withUnsafeBufferPointer { add($0.extracting(i * width..<(i + 1) * width), Int(label)) }
    }
  }

  /// One row of scores.
  private mutating func add(_ scores: UnsafeBufferPointer<Double>, _ label: Int) {
    var (best, larger) = (0, 0)
    for k in scores.indices {
      if scores[k] > scores[best] { best = k }
      if scores[k] > scores[label] || scores[k] == scores[label] && k < label { larger += 1 }
    }
    let total = scores.reduce(0.0) { $0 + exp($1 - scores[best]) }
    let own = scores[label] - scores[best] - log(total)
    var squares = 0.0
    for k in scores.indices {
      let p = exp(scores[k] - scores[best]) / total
      squares += (p - (k == label ? 1 : 0)) * (p - (k == label ? 1 : 0))
    }
    confusion?.add(truth: label, answer: best)
    count += 1
    right += best == label ? 1 : 0
    calibration.add(confidence: 1 / total, isRight: best == label)
    amongFive += larger < 5 ? 1 : 0
    loss -= own
    brier += squares
    if scores.count == 2 { ranking.add(score: scores[1] - scores[0], isPositive: label == 1) }
  }

  public var metrics: [Metric] {
    guard count > 0 else { return [] }
    let n = Double(count)
    var list = [Metric("accuracy", Double(right) / n, isBetterHigher: true)]
    if classCount > 5 { list.append(Metric("top-5 accuracy", Double(amongFive) / n, isBetterHigher: true)) }
    if let confusion {
      list += [
        Metric("precision", confusion.macroPrecision, isBetterHigher: true),
        Metric("recall", confusion.macroRecall, isBetterHigher: true),
        Metric("F1", confusion.macroF1, isBetterHigher: true),
      ]
    }
    if let area = ranking.area { list.append(Metric("ROC AUC", area, isBetterHigher: true)) }
    list += [
      Metric("log loss", loss / n, isBetterHigher: false),
      Metric("perplexity", exp(loss / n), isBetterHigher: false),
      Metric("bits per symbol", loss / n / log(2), isBetterHigher: false),
      Metric("Brier score", brier / n, isBetterHigher: false),
      Metric("calibration error", calibration.expectedError, isBetterHigher: false),
    ]
    return list
  }
}

/// What scores of yes or no are judged by, all questions together; a yes is a positive score.
public struct BinaryTally: MetricTally {
  private var scores: [Double] = []
  private var isPositive: [Bool] = []

  public init() {}

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

/// What predicted numbers are judged by, in the user's unit: RMSE, MAE, R², and the rank correlation of Spearman. Of several
/// outputs, RMSE and MAE are over all of them, R² and ρ means over outputs.
public struct RegressionTally: MetricTally {
  private var errors: [RegressionErrors] = []
  private var predicted: [[Double]] = []
  private var actual: [[Double]] = []

  public init() {}

  public mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws {
    guard case .numbers(let numbers, let scaling) = targets else { return }
    let t = try numbers.value.doubles, p = outputs.doubles
    let width = numbers.shape[-1]
    if errors.isEmpty {
      errors = [RegressionErrors](repeating: .init(), count: width)
      predicted = [[Double]](repeating: [], count: width)
      actual = predicted
    }
    for (k, (p, t)) in zip(p, t).enumerated() {
      let j = k % width
      let (p, t) = (scaling?.restored(p, column: j) ?? p, scaling?.restored(t, column: j) ?? t)
      errors[j].add(p, target: t)
      predicted[j].append(p)
      actual[j].append(t)
    }
  }

  public var metrics: [Metric] {
    guard let first = errors.first, first.count > 0 else { return [] }
    func mean(_ list: [Double]) -> Double { list.reduce(0, +) / Double(list.count) }
    var list = [
      Metric("RMSE", mean(errors.map { $0.rootMeanSquare * $0.rootMeanSquare }).squareRoot(), isBetterHigher: false),
      Metric("MAE", mean(errors.map(\.meanMagnitude)), isBetterHigher: false),
    ]
    let shares = errors.compactMap(\.determination)
    if shares.count == errors.count { list.append(Metric("R²", mean(shares), isBetterHigher: true)) }
    let ranks = zip(predicted, actual).compactMap { RankStatistics.spearman($0, $1) }
    if ranks.count == errors.count { list.append(Metric("Spearman", mean(ranks), isBetterHigher: true)) }
    return list
  }
}

/// What predicted quantiles are judged by: the share of targets at or below each, which should be its level.
public struct QuantileTally: MetricTally {
  private let levels: [Double]
  private var below: [Int]
  private var count = 0

  public init(levels: [Double]) {
    self.levels = levels
    below = [Int](repeating: 0, count: levels.count)
  }

  public mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws {
    guard case .numbers(let numbers, _) = targets else { return }
    let o = outputs.doubles
    for (i, t) in try numbers.value.doubles.enumerated() {
      count += 1
      for l in levels.indices where t <= o[i * levels.count + l] { below[l] += 1 }
    }
  }

  public var metrics: [Metric] {
    guard count > 0 else { return [] }
    let shares = below.map { Double($0) / Double(count) }
    let error = zip(shares, levels).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(levels.count)
    return [Metric("coverage error", error, isBetterHigher: false)]
      + zip(levels, shares).map { Metric("share below \($0)", $1, isBetterHigher: true) }
  }
}
