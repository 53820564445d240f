// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The cross-entropy of yes or no against σ of scores, one question a column.
///
///     ℓ = mean over columns of  w·y·ln(1 + e^{−s}) + (1 − y)·ln(1 + e^{s})
///
/// Scores [n, questions], targets numbers from 0 to 1 of that shape; or scores [n, 1] with classes 0 and 1. Both terms are
/// softplus, which neither overflows nor cancels. w makes a yes count more.
public struct BinaryCrossEntropyLoss: Loss {
  /// w > 0.
  public var positiveWeight: Double

  public init(positiveWeight: Double = 1) {
    precondition(positiveWeight > 0 && positiveWeight.isFinite, "the weight of a yes is positive")
    self.positiveWeight = positiveWeight
  }

  public var targetKinds: Set<TargetKind> { [.classes, .numbers] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    switch targets {
    case .classes(let labels):
      let (scores, labels) = counted(outputs, labels)
      let shape: TensorShape = [labels.values.count, 1]
      return rows(scores.reshaped(shape), scores.constant(labels.values.map { $0 > 0 ? 1 : 0 }, shape))
    case .numbers(let y, _): return rows(outputs.reshaped(y.shape), y)
    default: refuse(targets)
    }
  }

  private func rows(_ s: TracedTensor, _ y: TracedTensor) -> TracedTensor {
    let yes = y * (-s).softplus()
    return ((positiveWeight == 1 ? yes : yes * positiveWeight) + (1 - y) * s.softplus()).mean(over: [-1])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { BinaryTally() }
}
