// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The farthest row of the own class at least a margin nearer than the nearest of another (batch-hard triplets).
///
///     ℓᵢ = max(0, m + max_{yⱼ = yᵢ} |zᵢ − zⱼ| − min_{yₖ ≠ yᵢ} |zᵢ − zₖ|)
///
/// Rows without a mate or without a stranger in the batch do not count. Outputs [n, d]; cost O(n²d).
///
/// **Reference** A. Hermans, L. Beyer & B. Leibe, *In defense of the triplet loss*, arXiv:1703.07737, equation 5.
public struct TripletLoss: Loss {
  public var margin: Double

  public init(margin: Double = 0.2) {
    precondition(margin >= 0 && margin.isFinite, "a margin is at least 0, not \(margin)")
    self.margin = margin
  }

  /// The same for triples that are given: rows of three tensors [n, d].
  public func losses(
    anchor: TracedTensor, positive: TracedTensor, negative: TracedTensor
  ) -> TracedTensor {
    func distance(_ b: TracedTensor) -> TracedTensor {
      ((anchor - b).squared().sum(over: [-1]) + 1e-12).squareRoot()
    }
    return (distance(positive) - distance(negative) + margin).relu()
  }

  public var targetKinds: Set<TargetKind> { [.classes] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    guard case .classes(let all) = targets else { refuse(targets) }
    let (outputs, labels) = counted(outputs, all)
    let classes = labels.values, n = classes.count
    // Added to distances before the extremes are taken: who is not meant is out of reach.
    var mates = [Double](repeating: -1e9, count: n * n), strangers = [Double](repeating: 1e9, count: n * n)
    var anchors: [Int] = []
    for i in 0..<n {
      var (hasMate, hasStranger) = (false, false)
      for j in 0..<n where j != i {
        if classes[i] == classes[j] {
          mates[i * n + j] = 0
          hasMate = true
        } else {
          strangers[i * n + j] = 0
          hasStranger = true
        }
      }
      if hasMate && hasStranger { anchors.append(i) }
    }
    let d = outputs.distances(to: outputs)
    let far = (d + outputs.constant(mates, [n, n])).maximum(over: 1)
    let near = (d + outputs.constant(strangers, [n, n])).minimum(over: 1)
    return (far - near + margin).relu().rows(TensorIndices(anchors))
  }

  /// The mean over rows that count; 0 when there are none.
  public func mean(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    let losses = losses(of: outputs, targets)
    return losses.shape.count > 0 ? losses.mean() : outputs.sum() * 0
  }
}
