// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Proofs that a convex quadratic program has no solution, and the auxiliary programs that find them.
enum QPRay {
  /// The constraints alone, with soft rows: min ½‖r‖² subject to Ax + r = s within all bounds. It always has a solution,
  /// and r = y at the solution separates when r ≠ 0.
  static func feasibilityProblem(_ qp: ConvexQP) -> ConvexQP {
    var soft = qp
    soft.costs = [Double](repeating: 0, count: qp.variableCount)
    soft.quadratic = nil
    soft.slackness = 1
    soft.costMagnitude = nil
    return soft
  }

  /// min cᵀd subject to Qd = 0, Ad and d in the recession cones of their bounds, −1 ≤ d ≤ 1. It always has a solution;
  /// a negative value proves that a feasible program is unbounded.
  static func recessionProblem(_ qp: ConvexQP) -> ConvexQP {
    let n = qp.variableCount
    var starts = qp.rows.starts
    var indices = qp.rows.rows
    var values = qp.rows.values
    var lower = (0..<n).map { qp.lower[$0] > -.infinity ? 0.0 : -1 }
    var upper = (0..<n).map { qp.upper[$0] < .infinity ? 0.0 : 1 }
    for i in n..<n + qp.rowCount {
      lower.append(qp.lower[i] > -.infinity ? 0 : -.infinity)
      upper.append(qp.upper[i] < .infinity ? 0 : .infinity)
    }
    var count = qp.rowCount
    if let q = qp.quadratic, q.entryCount > 0 {
      var whole: [(row: Int, column: Int, value: Double)] = []
      for j in 0..<n {
        for p in q.range(ofColumn: j) {
          whole.append((Int(q.rows[p]), j, q.values[p]))
          if Int(q.rows[p]) != j { whole.append((j, Int(q.rows[p]), q.values[p])) }
        }
      }
      let symmetric = SparseMatrix(rowCount: n, columnCount: n, triplets: whole)
      for j in 0..<n where !symmetric.range(ofColumn: j).isEmpty {
        indices += symmetric.rows[symmetric.range(ofColumn: j)]
        values += symmetric.values[symmetric.range(ofColumn: j)]
        starts.append(Int32(indices.count))
        lower.append(0)
        upper.append(0)
        count += 1
      }
    }
    return ConvexQP(
      variableCount: n, rowCount: count, costs: qp.costs, quadratic: nil,
      rows: SparseMatrix(rowCount: n, columnCount: count, starts: starts, rows: indices, values: values),
      lower: lower, upper: upper)
  }

  /// How clearly y proves that no x within bounds has its rows within theirs: the margin
  ///
  ///     Σ yᵢ·(yᵢ > 0 ? lowerᵢ : upperᵢ)  −  max { (Aᵀy)ᵀx : x within bounds }
  ///
  /// divided by ‖y‖∞ and the size of the terms; entries of Aᵀy below 1e-9 of their terms count as zero where a bound is
  /// infinite. Negative or zero when y proves nothing.
  static func farkasMargin(_ y: [Double], _ qp: ConvexQP) -> Double {
    let n = qp.variableCount
    let largest = y.reduce(0) { max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return 0 }
    var margin = 0.0
    var size = 0.0
    var combined = [Double](repeating: 0, count: n)
    var terms = combined
    for i in 0..<qp.rowCount where y[i] != 0 {
      let v = y[i] / largest
      let side = v > 0 ? qp.lower[n + i] : qp.upper[n + i]
      guard side.isFinite else { return 0 }
      margin += v * side
      size = max(size, abs(v * side))
      for p in qp.rows.range(ofColumn: i) {
        combined[Int(qp.rows.rows[p])] += v * qp.rows.values[p]
        terms[Int(qp.rows.rows[p])] += abs(v * qp.rows.values[p])
      }
    }
    for j in 0..<n where combined[j] != 0 {
      let bound = combined[j] > 0 ? qp.upper[j] : qp.lower[j]
      if bound.isFinite {
        margin -= combined[j] * bound
        size = max(size, abs(combined[j] * bound))
      } else if abs(combined[j]) > 1e-9 * terms[j] {
        return 0
      }
    }
    return margin / max(size, .leastNormalMagnitude)
  }

  /// y with what cannot count set to zero: tiny entries, and signs whose side is infinite.
  static func cleaned(_ y: [Double], _ qp: ConvexQP) -> [Double] {
    let n = qp.variableCount
    let largest = y.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return y }
    return y.indices.map { i in
      let v = y[i] / largest
      if abs(v) < 1e-10 { return 0 }
      return (v > 0 ? qp.lower[n + i] : qp.upper[n + i]).isFinite ? v : 0
    }
  }

  /// d of unit magnitude with rounding set to zero.
  static func cleanedDirection(_ d: [Double]) -> [Double] {
    let largest = d.reduce(0) { max($0, abs($1)) }
    guard largest > 1e-3 else { return [Double](repeating: 0, count: d.count) }
    return d.map { abs($0) < 1e-9 * largest ? 0 : $0 / largest }
  }

  /// Whether d keeps every bound and row that is satisfied satisfied for ever, has no curvature and lowers the objective,
  /// all up to 1e-9 of the terms.
  static func improves(along d: [Double], _ qp: ConvexQP) -> Bool {
    let n = qp.variableCount
    var slope = 0.0
    var size = 0.0
    for j in 0..<n where d[j] != 0 {
      if d[j] < 0 && qp.lower[j] > -.infinity || d[j] > 0 && qp.upper[j] < .infinity { return false }
      slope += qp.costs[j] * d[j]
      size += abs(qp.costs[j] * d[j])
    }
    guard slope < -1e-8 * size else { return false }
    for i in 0..<qp.rowCount {
      var sum = 0.0
      var terms = 0.0
      for p in qp.rows.range(ofColumn: i) {
        let v = qp.rows.values[p] * d[Int(qp.rows.rows[p])]
        sum += v
        terms += abs(v)
      }
      let wrong = sum < 0 && qp.lower[n + i] > -.infinity || sum > 0 && qp.upper[n + i] < .infinity
      if wrong && abs(sum) > 1e-9 * terms { return false }
    }
    guard let q = qp.quadratic else { return true }
    var curved = [Double](repeating: 0, count: n)
    var largest = 0.0
    for j in 0..<n {
      for p in q.range(ofColumn: j) {
        let i = Int(q.rows[p])
        curved[i] += q.values[p] * d[j]
        if i != j { curved[j] += q.values[p] * d[i] }
        largest = max(largest, abs(q.values[p]))
      }
    }
    return curved.allSatisfy { abs($0) <= 1e-9 * largest }
  }
}
