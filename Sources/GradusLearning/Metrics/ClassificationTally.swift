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
    if let seen = confusion, seen.classCount < width { confusion = ConfusionMatrix(classCount: width) }
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
