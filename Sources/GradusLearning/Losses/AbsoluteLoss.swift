// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Mean absolute error: ℓ = 1/m Σⱼ |oⱼ − tⱼ|, for conditional medians. The slope at 0 is 0.
public struct AbsoluteLoss: ResidualLoss {
  public init() {}
  public func residual(_ r: TracedTensor) -> TracedTensor { r.magnitude() }
}
