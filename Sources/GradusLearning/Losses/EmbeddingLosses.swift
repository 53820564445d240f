// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

extension TracedTensor {
  /// Rows of length 1: x/√(|x|² + 10⁻¹²) along the last axis.
  public func unitRows() -> TracedTensor {
    self / (squared().sum(over: [-1], keepingAxes: true) + 1e-12).squareRoot()
  }

  /// |aᵢ − bⱼ| for rows of this [n, d] and another [m, d]: [n, m]. Smoothed by 10⁻¹² under the root, so that equal rows
  /// have a slope.
  func distances(to other: TracedTensor) -> TracedTensor {
    let (n, m, d) = (shape[0], other.shape[0], shape[-1])
    let r = reshaped([n, 1, d]) - other.reshaped([1, m, d])
    return (r.squared().sum(over: [-1]) + 1e-12).squareRoot()
  }
}

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
    guard case .classes(let all) = targets else { refuse(targets) }
    let (outputs, labels) = counted(outputs, all)
    let n = outputs.shape[0], classes = labels.values
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
    guard case .classes(let all) = targets else { refuse(targets) }
    let (outputs, labels) = counted(outputs, all)
    let n = outputs.shape[0], classes = labels.values
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
