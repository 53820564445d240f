// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A direction along which every feasible point stays feasible and the objective improves without limit.
///
///     Ad ≥ 0 on finite lower sides, ≤ 0 on finite upper sides;   d likewise for bounds;   Qd = 0;   cᵀd < 0 (minimize)
///
/// Checked for d / ‖d‖∞ after entries below 1e-9 that point the wrong way are set to zero; what remains must hold up to
/// 1e-9 of the sum of the magnitudes of its terms.
struct RecessionDirection {
  /// −cᵀd / ‖d‖∞ in the sense "minimize": positive.
  var improvement: Double
  /// Largest |wrong-way activity| over the sum of the magnitudes of its terms.
  var residual: Double

  static let tolerance = 1e-9

  /// Nil when the direction proves nothing.
  init?(_ form: StandardForm, ray: [Double]) {
    guard ray.count == form.variableCount, ray.allSatisfy(\.isFinite) else { return nil }
    let largest = ray.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    var d = ray.map { $0 / largest }
    for j in d.indices {
      let leavesDownward = d[j] < 0 && form.columnLower[j].isFinite
      let leavesUpward = d[j] > 0 && form.columnUpper[j].isFinite
      if leavesDownward || leavesUpward {
        guard abs(d[j]) <= Self.tolerance else { return nil }
        d[j] = 0
      }
    }
    residual = 0
    let sums = form.activities(at: d)
    var sizes = [Double](repeating: 0, count: form.constraintCount)
    for j in d.indices where d[j] != 0 {
      for p in form.matrix.range(ofColumn: j) { sizes[Int(form.matrix.rows[p])] += abs(form.matrix.values[p] * d[j]) }
    }
    for i in sums.indices {
      let a = sums[i].value
      let wrong = (a < 0 && form.rowLower[i].isFinite) || (a > 0 && form.rowUpper[i].isFinite)
      if wrong { residual = max(residual, abs(a) / max(sizes[i], .leastNormalMagnitude)) }
    }
    if let quadratic = form.quadratic {
      let curved = StandardForm.product(quadratic, d)
      let largestEntry = quadratic.values.reduce(0) { max($0, abs($1)) }
      for sum in curved where sum.value != 0 { residual = max(residual, abs(sum.value) / largestEntry) }
    }
    guard residual <= Self.tolerance else { return nil }
    var slope = CompensatedSum()
    var size = 0.0
    for j in d.indices {
      slope.add(form.costs[j], times: d[j])
      size += abs(form.costs[j] * d[j])
    }
    improvement = form.sense == .minimize ? -slope.value : slope.value
    guard improvement > Self.tolerance * size else { return nil }
  }
}
