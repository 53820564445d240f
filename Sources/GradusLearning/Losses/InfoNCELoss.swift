// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Each query finds its own key among those of the batch (InfoNCE).
///
///     ℓᵢ = −ln ( e^{⟨qᵢ, kᵢ⟩/τ} / Σⱼ e^{⟨qᵢ, kⱼ⟩/τ} ),   q, k of length 1
///
/// Outputs [n, 2d]: the query and its key side by side. Symmetric: the mean of queries looking for keys and keys looking
/// for queries. n is the batch, so that a loss depends on who is in it, and at least 2.
///
/// **Reference** A. van den Oord, Y. Li & O. Vinyals, *Representation learning with contrastive predictive coding*,
/// arXiv:1807.03748; symmetric as in A. Radford et al., ICML 2021.
public struct InfoNCELoss: Loss {
  public var temperature: Double
  public var isSymmetric: Bool

  public init(temperature: Double = 0.1, isSymmetric: Bool = true) {
    precondition(temperature > 0 && temperature.isFinite, "a temperature is positive, not \(temperature)")
    self.temperature = temperature
    self.isSymmetric = isSymmetric
  }

  public var targetKinds: Set<TargetKind> { Set(TargetKind.allCases) }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    let (n, width) = (outputs.shape[0], outputs.shape[-1])
    precondition(width % 2 == 0, "queries and keys side by side have an even width, not \(width)")
    let query = outputs.slice(axis: 1, from: 0, count: width / 2).unitRows()
    let key = outputs.slice(axis: 1, from: width / 2, count: width / 2).unitRows()
    let scores = query.matmul(key.transposed()) * (1 / temperature)
    let own = TensorIndices(Array(0..<n))
    let there = -scores.logSoftmax().picked(own)
    guard isSymmetric else { return there }
    return (there - scores.transposed().logSoftmax().picked(own)) * 0.5
  }
}
