// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The cross-entropy of classes or distributions against softmax of scores.
///
///     ℓ = −w_y Σₖ qₖ ln pₖ,   p = softmax(s)
///     q = (1 − ε)·(one at y, or the distribution given) + ε/K
///
/// Scores [n, K]. ln p = s − ln Σ eˢ never overflows. ε smooths labels; w weighs classes (distributions by Σ wₖqₖ ln pₖ). The
/// mean is over rows and not over weights, so that a minibatch estimates the loss of all data without bias: weights of mean
/// one over the data, as `balancing` makes them, keep the scale.
///
/// **Reference** for smoothing C. Szegedy et al., *Rethinking the Inception architecture*, CVPR 2016, section 7.
public struct CrossEntropyLoss: Loss {
  /// ε in [0, 1).
  public var smoothing: Double
  /// One weight a class; nil: all 1.
  public var weights: [Double]?

  public init(smoothing: Double = 0, weights: [Double]? = nil) {
    precondition((0..<1).contains(smoothing), "labels are smoothed by a share from 0 to below 1, not \(smoothing)")
    precondition(weights?.allSatisfy { $0 >= 0 && $0.isFinite } ?? true, "weights of classes are non-negative numbers")
    self.smoothing = smoothing
    self.weights = weights
  }

  /// Weights N/(K·Nₖ), under which every class counts the same; 0 for a class that does not occur.
  public static func balancing(_ labels: some Sequence<Int32>, classCount: Int) -> CrossEntropyLoss {
    var counts = [Double](repeating: 0, count: classCount)
    var total = 0.0
    for label in labels where label >= 0 && Int(label) < classCount {
      counts[Int(label)] += 1
      total += 1
    }
    return CrossEntropyLoss(weights: counts.map { $0 > 0 ? total / (Double(classCount) * $0) : 0 })
  }

  public var targetKinds: Set<TargetKind> { [.classes, .distributions] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    switch targets {
    case .classes(let labels):
      let (scores, labels) = counted(outputs, labels)
      let logs = scores.logSoftmax()
      var loss = -logs.picked(labels)
      if smoothing > 0 { loss = loss * (1 - smoothing) - logs.mean(over: [-1]) * smoothing }
      guard let weights else { return loss }
      precondition(weights.count == scores.shape[-1], "\(weights.count) weights for \(scores.shape[-1]) classes")
      let rows = labels.values.map { weights.indices.contains(Int($0)) ? weights[Int($0)] : 0 }
      return loss * scores.constant(rows, [rows.count])
    case .distributions(let q):
      let logs = outputs.logSoftmax()
      var weighted = logs * q
      if smoothing > 0 { weighted = weighted * (1 - smoothing) + logs * (smoothing / Double(outputs.shape[-1])) }
      if let weights { weighted = weighted * outputs.constant(weights, [weights.count]) }
      return -weighted.sum(over: [-1])
    default: refuse(targets)
    }
  }

  public func mean(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    if case .classes(let labels) = targets, smoothing == 0, weights == nil {
      let (scores, labels) = counted(outputs, labels)
      return scores.crossEntropy(labels)
    }
    return losses(of: outputs, targets).mean()
  }

  public func tally(classCount: Int) -> (any MetricTally)? { ClassificationTally(classCount: classCount) }
}
