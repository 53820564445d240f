// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What row multipliers prove about the optimum, in the sense "minimize" (a maximization is negated first).
///
///     z = c + Qx − Aᵀy      y⁺ ⟂ lower sides, y⁻ ⟂ upper sides, z likewise for bounds
///     dual objective = offset + Σ y⁺L + Σ y⁻U + Σ z⁺l + Σ z⁻u − ½ xᵀQx
///
/// For convex Q and any x the dual objective is a lower bound on the optimum (Dorn 1960). A multiplier whose side is
/// infinite cannot enter; it counts as dual residual instead. Cost: O(entries), compensated.
struct DualResiduals {
  /// In the sense "minimize".
  private(set) var dualObjective = -Double.infinity
  /// Largest |c + Qx − Aᵀy − z| or multiplier on an infinite side.
  private(set) var residual = 0.0
  /// max(1, ‖c‖∞).
  let scale: Double
  /// Largest |multiplier|·|distance from the side it belongs to|.
  private(set) var complementarity = 0.0

  var relative: Double { residual / scale }

  /// `y` and `z` in the user's sense; without `z`, reduced costs are recomputed and those below `floor`·scale of columns
  /// without a fitting bound nearby are left in the residual. Nil when a multiplier is no finite number.
  init?(
    _ form: StandardForm, at x: [Double], _ primal: PrimalResiduals, y: [Double], z: [Double]?, floor: Double
  ) {
    guard y.count == form.constraintCount, y.allSatisfy(\.isFinite) else { return nil }
    if let z { guard z.count == form.variableCount, z.allSatisfy(\.isFinite) else { return nil } }
    scale = max(1, form.costs.reduce(0) { max($0, abs($1)) })
    let s = form.sense == .minimize ? 1.0 : -1.0
    var dual = CompensatedSum(s * form.objectiveOffset)

    var usable = y
    for i in y.indices {
      usable[i] = s * y[i]
      let side = usable[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      if usable[i] == 0 { continue }
      if side.isInfinite {
        residual = max(residual, abs(usable[i]))
        usable[i] = 0
        continue
      }
      dual.add(usable[i], times: side)
      complementarity = max(complementarity, abs(usable[i] * primal.activities[i].minus(side)))
    }

    for j in x.indices {
      var start = CompensatedSum(s * form.costs[j])
      if let curved = primal.curved {
        start.add(s * curved[j].high)
        start.add(s * curved[j].low)
      }
      var slope = start
      for p in form.matrix.range(ofColumn: j) {
        slope.add(-form.matrix.values[p], times: usable[Int(form.matrix.rows[p])])
      }
      let r = slope.value
      var reduced = z.map { s * $0[j] } ?? r
      let bound = reduced > 0 ? form.columnLower[j] : form.columnUpper[j]
      if bound.isInfinite {
        reduced = 0
      } else if z == nil, abs(r) <= floor * scale, abs(r * (x[j] - bound)) > floor * scale {
        reduced = 0
      }
      residual = max(residual, abs(r - reduced))
      if reduced != 0 {
        dual.add(reduced, times: bound)
        complementarity = max(complementarity, abs(reduced * (x[j] - bound)))
      }
    }
    if let curved = primal.curved {
      for j in x.indices { dual.add(-0.5 * s * x[j], times: curved[j]) }
    }
    dualObjective = dual.value
    if residual.isNaN { residual = .infinity }
  }
}

extension StandardForm {
  /// A bound on the optimum of the linear relaxation that holds for any `y` (user's sense), with nothing left out:
  /// nil when a reduced cost meets an infinite bound. Semi-continuous variables count with 0 inside their bounds.
  func strictLinearBound(_ y: [Double]) -> Double? {
    guard quadratic == nil, y.count == constraintCount, y.allSatisfy(\.isFinite) else { return nil }
    let s = sense == .minimize ? 1.0 : -1.0
    var dual = CompensatedSum(s * objectiveOffset)
    var magnitude = abs(objectiveOffset)
    var usable = y
    for i in y.indices {
      usable[i] = s * y[i]
      let side = usable[i] > 0 ? rowLower[i] : rowUpper[i]
      if side.isInfinite { usable[i] = 0 }
      if usable[i] == 0 { continue }
      dual.add(usable[i], times: side)
      magnitude += abs(usable[i] * side)
    }
    for j in costs.indices {
      var slope = CompensatedSum(s * costs[j])
      var size = abs(costs[j])
      for p in matrix.range(ofColumn: j) {
        let yi = usable[Int(matrix.rows[p])]
        slope.add(-matrix.values[p], times: yi)
        size += abs(matrix.values[p] * yi)
      }
      let r = slope.value
      if abs(r) <= 1e-30 * size { continue }
      let bound = r > 0 ? relaxedLower(j) : relaxedUpper(j)
      if bound.isInfinite { return nil }
      dual.add(r, times: bound)
      magnitude += abs(r * bound)
    }
    let value = dual.value - 1e-15 * magnitude
    return value.isFinite ? s * value : nil
  }

  /// The bounds of column j in a continuous relaxation.
  func relaxedLower(_ j: Int) -> Double {
    kinds[j] == .semicontinuous || kinds[j] == .semiinteger ? min(0, columnLower[j]) : columnLower[j]
  }

  func relaxedUpper(_ j: Int) -> Double {
    kinds[j] == .semicontinuous || kinds[j] == .semiinteger ? max(0, columnUpper[j]) : columnUpper[j]
  }
}
