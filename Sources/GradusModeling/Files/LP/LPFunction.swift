// SPDX-License-Identifier: Apache-2.0

/// constant + Σ aⱼ xⱼ + Σ bᵢⱼ xᵢ xⱼ, as an expression of an `.lp` file states it.
struct LPFunction {
  var constant = 0.0
  var columns: [Int32] = []
  var coefficients: [Double] = []
  var products: [(i: Int, j: Int, value: Double)] = []

  /// True when a number stands alone in it.
  var hasConstant = false

  /// The sign that begins the first line behind the one on which the function began; nil when no such line exists.
  var signedLine: LPToken?

  /// True when no variable was mentioned, not even with the coefficient 0.
  var isConstant: Bool { columns.isEmpty && products.isEmpty }
}
