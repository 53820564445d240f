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

/// The entropy of softmax of scores: small where a model is sure. Targets are not looked at.
///
///     ℓ = −Σₖ pₖ ln pₖ,   p = softmax(s)
///
/// **Reference** Y. Grandvalet & Y. Bengio, *Semi-supervised learning by entropy minimization*, NeurIPS 2004.
public struct EntropyLoss: Loss {
  public init() {}

  public var targetKinds: Set<TargetKind> { Set(TargetKind.allCases) }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    let logs = outputs.logSoftmax()
    return -(logs.exp() * logs).sum(over: [-1])
  }
}

/// The divergence of Kullback and Leibler from softmax of scores to distributions; 0 where they agree.
///
///     ℓ = Σₖ qₖ (ln qₖ − ln pₖ),   p = softmax(s),   0 ln 0 = 0
///
/// Its gradient with respect to scores is that of the cross-entropy.
public struct KullbackLeiblerLoss: Loss {
  public init() {}

  public var targetKinds: Set<TargetKind> { [.distributions] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard case .distributions(let q) = targets else { refuse(targets) }
    // ln q of a column of zeros is taken of 1 instead: it is multiplied by 0.
    let isZero = 1 - q.step()
    let logs = q.replacing(where: isZero, with: isZero).log()
    return (q * (logs - outputs.logSoftmax())).sum(over: [-1])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { ClassificationTally(classCount: classCount) }
}

/// Cross-entropy that turns away from what is known already.
///
///     ℓ = −w_y (1 − p_y)^γ ln p_y,   p = softmax(s)
///
/// γ = 0 is cross-entropy. ln(1 − p_y) = ln Σ_{k≠y} e^{sₖ} − ln Σₖ e^{sₖ} loses nothing where p_y is nearly 1.
///
/// **Reference** T.-Y. Lin et al., *Focal loss for dense object detection*, ICCV 2017, equation 5.
public struct FocalLoss: Loss {
  public var gamma: Double
  public var weights: [Double]?

  public init(gamma: Double = 2, weights: [Double]? = nil) {
    precondition(gamma >= 0 && gamma.isFinite, "the exponent of a focal loss is at least 0, not \(gamma)")
    self.gamma = gamma
    self.weights = weights
  }

  public var targetKinds: Set<TargetKind> { [.classes] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard case .classes(let all) = targets else { refuse(targets) }
    let (scores, labels) = counted(outputs, all)
    precondition(scores.shape[-1] >= 2, "a focal loss tells two classes or more apart")
    let logs = scores.logSoftmax()
    let hidden = logs.replacing(where: scores.indicator(of: labels), with: scores.constant([-1e9], []))
    var loss = -logs.picked(labels)
    if gamma > 0 { loss = loss * (hidden.logSumExp() * gamma).exp() }
    guard let weights else { return loss }
    precondition(weights.count == scores.shape[-1], "\(weights.count) weights for \(scores.shape[-1]) classes")
    let rows = labels.values.map { weights.indices.contains(Int($0)) ? weights[Int($0)] : 0 }
    return loss * scores.constant(rows, [rows.count])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { ClassificationTally(classCount: classCount) }
}
