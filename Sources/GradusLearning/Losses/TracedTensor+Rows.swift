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
