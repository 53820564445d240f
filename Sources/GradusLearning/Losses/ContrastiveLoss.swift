// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Rows of a class near each other, those of others far (supervised contrastive).
///
///     ℓᵢ = −1/|P(i)| Σ_{p ∈ P(i)} ( ⟨zᵢ, z_p⟩/τ − ln Σ_{j≠i} e^{⟨zᵢ, zⱼ⟩/τ} ),   z of length 1
///
/// P(i): others of the class of i in the batch; rows without any do not count. With two views of each observation as a
/// class of their own this is NT-Xent. Outputs [n, d].
///
/// **Reference** P. Khosla et al., *Supervised contrastive learning*, NeurIPS 2020, equation 2; T. Chen et al., ICML 2020.
public struct ContrastiveLoss: Loss {
  public var temperature: Double

  public init(temperature: Double = 0.1) {
    precondition(temperature > 0 && temperature.isFinite, "a temperature is positive, not \(temperature)")
    self.temperature = temperature
  }

  public var targetKinds: Set<TargetKind> { [.classes] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    guard case .classes(let all) = targets else { refuse(targets) }
    let (outputs, labels) = counted(outputs, all)
    let classes = labels.values, n = classes.count
    var pairs = [Double](repeating: 0, count: n * n), own = pairs
    var anchors: [Int] = []
    for i in 0..<n {
      own[i * n + i] = 1
      let mates = (0..<n).filter { $0 != i && classes[$0] == classes[i] }
      for j in mates { pairs[i * n + j] = 1 / Double(mates.count) }
      if !mates.isEmpty { anchors.append(i) }
    }
    let z = outputs.unitRows()
    let scores = z.matmul(z.transposed()) * (1 / temperature)
    // A row does not look for itself; what is chosen here is finite, and its weight e^(−10⁹) is 0.
    let logs = scores.replacing(where: outputs.constant(own, [n, n]), with: outputs.constant([-1e9], [])).logSoftmax()
    let losses = -(logs * outputs.constant(pairs, [n, n])).sum(over: [1])
    return losses.rows(TensorIndices(anchors))
  }

  /// The mean over rows with a mate; 0 when there are none.
  public func mean(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    let losses = losses(of: outputs, targets)
    return losses.shape.count > 0 ? losses.mean() : outputs.sum() * 0
  }
}
