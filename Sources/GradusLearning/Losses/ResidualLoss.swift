// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A loss that looks at the differences of outputs and numbers, the mean over outputs being that of a row.
public protocol ResidualLoss: Loss {
  /// ℓ of each difference r = o − t, element by element.
  func residual(_ r: TracedTensor) -> TracedTensor
}

extension ResidualLoss {
  public var targetKinds: Set<TargetKind> { [.numbers] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    guard case .numbers(let numbers, _) = targets else { refuse(targets) }
    return residual(outputs.reshaped(numbers.shape) - numbers).mean(over: [-1])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { RegressionTally() }
}
