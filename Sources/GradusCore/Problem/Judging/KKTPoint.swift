// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A point with multipliers of the rows, and what is known there.
struct KKTPoint {
  var x: Vector
  /// y of the Lagrangian f + yᵀc.
  var multipliers: Vector
  var values: ConstrainedValues
  var derivatives: ConstrainedDerivatives
  /// ∇f + Jᵀy.
  var residual: Vector

  init(
    x: Vector, multipliers: Vector, values: ConstrainedValues, derivatives: ConstrainedDerivatives,
    residual: Vector? = nil
  ) {
    self.x = x
    self.multipliers = multipliers
    self.values = values
    self.derivatives = derivatives
    self.residual = residual ?? derivatives.gradient + derivatives.jacobian.transposedTimes(multipliers)
  }

  func strong(_ program: NonlinearProgram, _ threshold: Double, unit: Double) -> ActiveSet {
    ActiveSet(
      strong: program, x, values.constraints, multipliers: multipliers, residual: residual, threshold: threshold,
      unit: unit)
  }

  func kept(_ program: NonlinearProgram, _ threshold: Double, unit: Double) -> ActiveSet {
    ActiveSet(
      kept: program, x, values.constraints, multipliers: multipliers, residual: residual, threshold: threshold,
      unit: unit)
  }

  /// By how much the objective of this program is smaller than one with slopes and curvature near 1; at most 1.
  func unit(_ hessian: SparseMatrix) -> Double {
    var largest = derivatives.gradient.maximumMagnitude
    for h in hessian.values { largest = max(largest, abs(h)) }
    for p in derivatives.jacobian.values.indices {
      largest = max(largest, abs(derivatives.jacobian.values[p] * multipliers[Int(derivatives.jacobian.rows[p])]))
    }
    return largest > 0 ? min(1, largest) : 1
  }

  /// The side that an active row is held at.
  func side(_ program: NonlinearProgram, _ i: Int) -> Double {
    let (l, u) = (program.rowLower[i], program.rowUpper[i])
    if multipliers[i] == 0, l.isFinite, u.isFinite {
      return abs(values.constraints[i] - l) < abs(values.constraints[i] - u) ? l : u
    }
    return multipliers[i] > 0 || (multipliers[i] == 0 && !l.isFinite) ? u : l
  }

  /// c − side of each active row.
  func excess(_ program: NonlinearProgram, _ active: ActiveSet) -> [Double] {
    active.rows.map { values.constraints[$0] - side(program, $0) }
  }

  /// The largest |∇f + Jᵀy| of a free variable; what presses one against the bound it lies on does not count.
  func error(_ program: NonlinearProgram, _ active: ActiveSet) -> Double {
    active.free.reduce(0) { worst, j in
      let r = residual[j]
      let presses = (r > 0 && x[j] <= program.domain.lower[j]) || (r < 0 && x[j] >= program.domain.upper[j])
      return presses ? worst : max(worst, abs(r))
    }
  }
}
