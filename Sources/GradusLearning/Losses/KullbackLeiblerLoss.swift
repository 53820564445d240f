// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The divergence of Kullback and Leibler from softmax of scores to distributions; 0 where they agree.
///
///     ℓ = Σₖ qₖ (ln qₖ − ln pₖ),   p = softmax(s),   0 ln 0 = 0
///
/// Its gradient with respect to scores is that of the cross-entropy.
public struct KullbackLeiblerLoss: Loss {
  public init() {}

  public var targetKinds: Set<TargetKind> { [.distributions] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    guard case .distributions(let q) = targets else { refuse(targets) }
    // ln q of a column of zeros is taken of 1 instead: it is multiplied by 0.
    let isZero = 1 - q.step()
    let logs = q.replacing(where: isZero, with: isZero).log()
    return (q * (logs - outputs.logSoftmax())).sum(over: [-1])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { ClassificationTally(classCount: classCount) }
}
