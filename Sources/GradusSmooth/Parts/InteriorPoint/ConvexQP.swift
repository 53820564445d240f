// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A convex quadratic program as the interior-point engine takes it, always a minimization:
///
///     min  cᵀx + ½ xᵀQx + ½ ρ‖r‖²    subject to  Ax + r = s,   L ≤ (x, s) ≤ U
///
/// with r = 0 unless `slackness` ρ⁻¹ > 0, which makes every system of rows soft (used to prove infeasibility).
struct ConvexQP: Sendable {
  var variableCount: Int
  var rowCount: Int
  var costs: [Double]
  /// Upper triangle of Q, diagonal included.
  var quadratic: SparseMatrix?
  /// Aᵀ: column i holds row i of A.
  var rows: SparseMatrix
  /// Bounds of the variables, then of the rows.
  var lower: [Double]
  var upper: [Double]
  var slackness = 0.0
  /// max |cⱼ| of the program as stated, to which dual residuals are relative; constants moved into the costs by presolving
  /// do not loosen it. Nil: that of `costs`.
  var costMagnitude: Double?

  /// Bounds where a row has equal sides count as one equation.
  func isEquation(_ i: Int) -> Bool { lower[variableCount + i] == upper[variableCount + i] }
}
