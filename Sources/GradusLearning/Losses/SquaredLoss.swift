// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Mean squared error: ℓ = 1/m Σⱼ (oⱼ − tⱼ)², for conditional means. Outputs and targets [n, m].
public struct SquaredLoss: ResidualLoss {
  public init() {}
  public func residual(_ r: TracedTensor) -> TracedTensor { r.squared() }
}
