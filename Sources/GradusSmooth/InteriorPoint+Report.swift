// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension InteriorPoint.State {
  var report: Report<Vector> {
    var report = Report(point: end.point, value: end.value, measure: end.measure, claim: end.claim)
    report.limit = end.limit
    // An iterate on its way is not better than one that satisfies the rows.
    if !end.isFeasible, let feasible = end.feasible, end.claim != .infeasible {
      report.point = feasible
      report.value = end.feasibleValue
      return report
    }
    // Relaxed bounds are the method's own affair; the value belongs to the iterate, not to its projection.
    if phase != .done, given.value.domain.violation(of: end.point) > 0 {
      report.point = given.value.domain.projection(of: end.point)
      report.value = nil
      return report
    }
    guard phase == .done, engine.n > 0 else { return report }
    if suspended != nil {
      if end.claim == .infeasible { report.ray = multipliers(engine.y, scale: -1) }
      return report
    }
    report.multipliers = multipliers(engine.y, scale: -1 / objectiveScale)
    var reduced = Vector.zeros(given.value.variableCount)
    for (k, j) in layout.variables.enumerated() {
      reduced[Int(j)] = (engine.lowerDual[k] - engine.upperDual[k]) / objectiveScale
    }
    // The price of a fixed variable is what the rows leave of its gradient.
    if let derivatives, let y = report.multipliers {
      for j in reduced.indices where layout.variablePlace[j] < 0 {
        var r = derivatives.gradient[j]
        for p in derivatives.jacobian.range(ofColumn: j) {
          r -= derivatives.jacobian.values[p] * y[Int(derivatives.jacobian.rows[p])]
        }
        reduced[j] = r
      }
    }
    report.reducedCosts = reduced
    return report
  }
}
