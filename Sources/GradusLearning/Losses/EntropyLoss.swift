// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The entropy of softmax of scores: small where a model is sure. Targets are not looked at.
///
///     ℓ = −Σₖ pₖ ln pₖ,   p = softmax(s)
///
/// **Reference** Y. Grandvalet & Y. Bengio, *Semi-supervised learning by entropy minimization*, NeurIPS 2004.
public struct EntropyLoss: Loss {
  public init() {}

  public var targetKinds: Set<TargetKind> { Set(TargetKind.allCases) }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    let logs = outputs.logSoftmax()
    return -(logs.exp() * logs).sum(over: [-1])
  }
}
