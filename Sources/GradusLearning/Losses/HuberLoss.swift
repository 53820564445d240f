// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

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
