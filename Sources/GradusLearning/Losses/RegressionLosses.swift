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
    guard case .numbers(let numbers, _) = targets else { refuse(targets) }
    return residual(outputs.reshaped(numbers.shape) - numbers).mean(over: [-1])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { RegressionTally() }
}

/// Mean squared error: ℓ = 1/m Σⱼ (oⱼ − tⱼ)², for conditional means. Outputs and targets [n, m].
public struct SquaredLoss: ResidualLoss {
  public init() {}
  public func residual(_ r: TracedTensor) -> TracedTensor { r.squared() }
}

/// Mean absolute error: ℓ = 1/m Σⱼ |oⱼ − tⱼ|, for conditional medians. The slope at 0 is 0.
public struct AbsoluteLoss: ResidualLoss {
  public init() {}
  public func residual(_ r: TracedTensor) -> TracedTensor { r.magnitude() }
}

/// Squares near 0, straight beyond: outliers pull with force δ at most.
///
///     ℓ(r) = r²/2 where |r| ≤ δ,   δ(|r| − δ/2) beyond
///
/// **Reference** P. J. Huber, *Robust estimation of a location parameter*, Ann. Math. Statist. 35 (1964).
public struct HuberLoss: ResidualLoss {
  /// δ > 0, in the unit that the model is trained in (deviations, when targets are standardized).
  public var delta: Double

  public init(delta: Double = 1) {
    precondition(delta > 0 && delta.isFinite, "the bend of a Huber loss is positive, not \(delta)")
    self.delta = delta
  }

  public func residual(_ r: TracedTensor) -> TracedTensor {
    let a = r.magnitude()
    let near = a.minimum(a.constant([delta], []))
    return near * (a - near * 0.5)
  }
}

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
    guard case .numbers(let numbers, _) = targets else { refuse(targets) }
    let (n, m) = (numbers.shape[0], numbers.shape[-1])
    let tau = outputs.constant(levels, [levels.count])
    let r = numbers.reshaped([n, m, 1]) - outputs.reshaped([n, m, levels.count])
    return (tau * r.relu() + (1 - tau) * (-r).relu()).mean(over: [1, 2])
  }

  public func tally(classCount: Int) -> (any MetricTally)? { QuantileTally(levels: levels) }
}
