// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// How far an outside solver's answer is from what it claims, in the user's unscaled program, so that it can be repaired.
///
///     primal       max over rows and bounds of violation / max(1, |side|)
///     integrality  max |x − round x| over integer variables
///     dual         max over columns and rows of the multiplier that points to an infinite side, / max(1, ‖c‖∞)
///     gap          |cᵀx − (Σ yᵢ·side + Σ zⱼ·bound)| / max(1, |cᵀx|)       with z = c − Aᵀy
struct AnswerResiduals {
  var primal = 0.0
  var integrality = 0.0
  var dual = 0.0
  var gap = 0.0

  /// Of the answer's point and, where it has them, multipliers. Cost: two passes over the entries.
  init(_ answer: LinearAnswer, in form: StandardForm, point: Vector) {
    let activity = form.matrix.times(point)
    for i in activity.indices { note(activity[i], form.rowLower[i], form.rowUpper[i], kind: .continuous) }
    for j in point.indices { note(point[j], form.columnLower[j], form.columnUpper[j], kind: form.kinds[j]) }
    guard let duals = answer.duals else { return }
    // In the sense of minimization, so that positive multipliers belong to lower sides.
    let sign: Double = form.sense == .minimize ? 1 : -1
    let pull = form.matrix.transposedTimes(duals)
    var bound = form.objectiveOffset
    for i in duals.indices { bound += support(duals[i], sign, form.rowLower[i], form.rowUpper[i]) }
    for j in pull.indices {
      bound += support(form.costs[j] - pull[j], sign, form.columnLower[j], form.columnUpper[j])
    }
    dual /= max(1, Vector(form.costs).maximumMagnitude)
    let objective = form.objective(at: point)
    gap = abs(objective - bound) / max(1, abs(objective))
  }

  /// True when every residual is within what the judge allows.
  func meets(_ tolerances: Tolerances) -> Bool {
    primal <= tolerances.feasibility && integrality <= tolerances.integrality && dual <= tolerances.dual
      && gap <= min(1e-6, tolerances.gapRelative)
  }

  private mutating func note(_ value: Double, _ lower: Double, _ upper: Double, kind: VariableKind) {
    if kind.isIntegral { integrality = max(integrality, abs(value - value.rounded())) }
    var outside = 0.0
    if lower > -.infinity { outside = max(outside, (lower - value) / max(1, abs(lower))) }
    if upper < .infinity { outside = max(outside, (value - upper) / max(1, abs(upper))) }
    // Zero is always allowed to a semi-continuous variable.
    let semi = kind == .semicontinuous || kind == .semiinteger
    primal = max(primal, semi ? min(outside, abs(value)) : outside)
    if value.isNaN { primal = .infinity }
  }

  /// multiplier · side for the side the multiplier points to; where that is infinite the multiplier is a residual.
  private mutating func support(_ multiplier: Double, _ sign: Double, _ lower: Double, _ upper: Double) -> Double {
    let side = sign * multiplier > 0 ? lower : upper
    if side.isFinite { return multiplier * side }
    dual = max(dual, abs(multiplier))
    return 0
  }
}
