// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

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
    guard outputs.shape.rank > 0 else { return outputs }
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
