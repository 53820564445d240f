// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// How far a point with multipliers is from the first-order conditions of a nonlinear program.
///
///     r = ∇f + Jᵀy;   of a variable: |r| as multiplier of the bound its sign points at, at the price |r|·slack, or as
///     residual, whichever is less; of a row with slack: the same with |y|
struct FirstOrderError {
  /// y of the Lagrangian f + yᵀc.
  let multipliers: Vector
  /// r.
  let residual: Vector
  var dual = 0.0
  var complementarity = 0.0
  /// The larger of the two after scaling.
  var measure = 0.0
  /// σ, the scale of the objective.
  let objectiveScale: Double

  /// Ipopt's gradient-based scaling.
  struct Scales {
    var objective = 1.0
    var rows: [Double]

    /// No scaling.
    init(rows: Int) { self.rows = [Double](repeating: 1, count: rows) }

    init(_ first: ConstrainedDerivatives) {
      let size = first.gradient.maximumMagnitude
      if size.isFinite, size > 100 { objective = max(1e-8, 100 / size) }
      var largest = [Double](repeating: 0, count: first.jacobian.rowCount)
      for p in first.jacobian.values.indices {
        let i = Int(first.jacobian.rows[p])
        largest[i] = max(largest[i], abs(first.jacobian.values[p]))
      }
      rows = largest.map { $0 > 100 && $0.isFinite ? max(1e-8, 100 / $0) : 1 }
    }
  }

  init(
    _ program: NonlinearProgram, _ x: Vector, _ values: ConstrainedValues, _ derivatives: ConstrainedDerivatives,
    multipliers y: Vector, _ scales: Scales
  ) {
    multipliers = y
    residual = derivatives.gradient + derivatives.jacobian.transposedTimes(y)
    objectiveScale = scales.objective
    var rowSum = 0.0
    var boundSum = 0.0
    var bounds = 0
    for j in x.indices {
      let (l, u) = (program.domain.lower[j], program.domain.upper[j])
      if l == u { continue }
      if l > -.infinity { bounds += 1 }
      if u < .infinity { bounds += 1 }
      let slack = residual[j] > 0 ? x[j] - l : u - x[j]
      note(abs(residual[j]), slack: max(0, slack), &boundSum)
    }
    for i in y.indices {
      rowSum += abs(y[i]) * scales.objective / scales.rows[i]
      let (l, u) = (program.rowLower[i], program.rowUpper[i])
      if l == u { continue }
      if l > -.infinity { bounds += 1 }
      if u < .infinity { bounds += 1 }
      let slack = y[i] > 0 ? u - values.constraints[i] : values.constraints[i] - l
      note(abs(y[i]), slack: max(0, slack), &boundSum)
    }
    boundSum *= scales.objective
    let total = Double(y.count + bounds)
    let dualScale = total > 0 ? max(100, (rowSum + boundSum) / total) / 100 : 1
    let boundScale = bounds > 0 ? max(100, boundSum / Double(bounds)) / 100 : 1
    measure = scales.objective * max(dual / dualScale, complementarity / boundScale)
    // Large multipliers must not hide errors in the user's units: Ipopt's dual_inf_tol and compl_inf_tol.
    let slope = derivatives.gradient.maximumMagnitude
    if dual > max(1, 1e-6 * slope) || complementarity > 1e-4 * max(1, abs(values.objective)) {
      measure = max(measure, dual, complementarity)
    }
  }

  private mutating func note(_ multiplier: Double, slack: Double, _ sum: inout Double) {
    if slack < 1 {
      complementarity = max(complementarity, multiplier * slack)
      sum += multiplier
    } else {
      dual = max(dual, multiplier)
    }
  }

  /// What the residual may gain by moves as long as the point itself, along entries that no bound stops:
  ///
  ///     Σ |rⱼ|·|xⱼ|
  ///
  /// Small where the point is the minimum of a convex program; of the size of the objective where it is on its way to
  /// infinity, and every residual small beside it.
  func distantGain(_ program: NonlinearProgram, _ x: Vector) -> Double {
    x.indices.reduce(0.0) { sum, j in
      let isStopped = residual[j] > 0 ? program.domain.lower[j].isFinite : program.domain.upper[j].isFinite
      return isStopped || residual[j] == 0 ? sum : sum + abs(residual[j] * x[j])
    }
  }
}
