// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The pinball loss, least at quantiles.
///
///     ℓ = 1/(mL) Σⱼₗ max(τₗ r, (τₗ − 1) r),   r = tⱼ − oⱼₗ
///
/// Targets [n, m]; outputs [n, m·L], the L levels of each target side by side.
///
/// **Reference** R. Koenker & G. Bassett, *Regression quantiles*, Econometrica 46 (1978).
public struct QuantileLoss: Loss {
  /// τ between 0 and 1.
  public var levels: [Double]

  public init(levels: [Double]) {
    precondition(!levels.isEmpty && levels.allSatisfy { $0 > 0 && $0 < 1 }, "levels of quantiles lie between 0 and 1")
    self.levels = levels
  }

  public var targetKinds: Set<TargetKind> { [.numbers] }

  public func losses(of outputs: TracedTensor, _ targets: BatchTargets) -> TracedTensor {
    guard outputs.shape.rank > 0 else { return outputs }
    guard case .numbers(let numbers, _) = targets else { refuse(targets) }
    let (n, m) = (numbers.shape[0], numbers.shape[-1])
    let tau = outputs.constant(levels, [levels.count])
    let r = numbers.reshaped([n, m, 1]) - outputs.reshaped([n, m, levels.count])
    return (tau * r.relu() + (1 - tau) * (-r).relu()).mean(over: [1, 2])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { QuantileTally(levels: levels) }
}
