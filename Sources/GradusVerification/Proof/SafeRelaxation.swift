// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What a linear relaxation proves about a box, with every rounding on the safe side; the objective is minimized.
///
/// For any y:   s·cᵀx ≥ Σ yᵢ·sideᵢ + Σ min over the box of (s·cⱼ − aⱼᵀy)·xⱼ
///
/// Source: Neumaier and Shcherbina, *Safe bounds in linear and mixed-integer linear programming*, Mathematical Programming 99
/// (2004). Cost: one pass over the entries.
struct SafeRelaxation {
  let form: StandardForm
  let sign: Double
  private let byRow: SparseMatrix

  init(_ form: StandardForm) {
    self.form = form
    sign = form.sense == .minimize ? 1 : -1
    byRow = form.matrix.transposed()
  }

  /// The bound that y proves, and the reduced costs as intervals. `y` is in the sense of minimization.
  func bound(
    _ y: [Double], _ lower: [Double], _ upper: [Double], withCosts: Bool = true
  ) -> (value: Double, prices: [DirectedSum]) {
    var total = withCosts ? sign * form.objectiveOffset : 0
    var used = y
    for i in y.indices where y[i] != 0 {
      let side = y[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      if side.isFinite, y[i].isFinite {
        total = DirectedSum.sumDown(total, side == 0 ? 0 : DirectedSum.productDown(y[i], side))
      } else {
        used[i] = 0
      }
    }
    var prices = [DirectedSum](repeating: DirectedSum(), count: lower.count)
    for j in lower.indices {
      var price = DirectedSum(withCosts ? sign * form.costs[j] : 0)
      for p in form.matrix.range(ofColumn: j) {
        price.add(-form.matrix.values[p], times: used[Int(form.matrix.rows[p])])
      }
      prices[j] = price
      let least = price.leastProduct(lower[j], upper[j])
      total = least == -.infinity ? -.infinity : DirectedSum.sumDown(total, least)
    }
    return (total.isNaN ? -.infinity : total, prices)
  }

  /// True when y or −y proves that the box holds no point of the rows.
  func isEmpty(_ ray: [Double], _ lower: [Double], _ upper: [Double]) -> Bool {
    let size = ray.reduce(0) { max($0, abs($1)) }
    guard size > 0, size.isFinite else { return false }
    return [1 / size, -1 / size].contains { factor in
      bound(ray.map { factor * $0 }, lower, upper, withCosts: false).value > 0
    }
  }

  /// Narrows the box to what each row leaves, in a few passes; false when a row cannot be satisfied.
  func tighten(_ lower: inout [Double], _ upper: inout [Double], passes: Int) -> Bool {
    for _ in 0..<passes {
      var changed = false
      for i in 0..<byRow.columnCount {
        for isUpper in [true, false] {
          let side = isUpper ? form.rowUpper[i] : form.rowLower[i]
          guard side.isFinite else { continue }
          guard let moved = narrow(i, side, isUpper ? 1 : -1, &lower, &upper) else { return false }
          changed = changed || moved
        }
      }
      if !changed { break }
    }
    return true
  }

  /// o·aᵀx ≤ o·side; nil when the least activity is beyond it.
  private func narrow(
    _ i: Int, _ side: Double, _ o: Double, _ lower: inout [Double], _ upper: inout [Double]
  ) -> Bool? {
    var rest = 0.0
    var infinite = 0
    var open = -1
    let range = byRow.range(ofColumn: i)
    for p in range {
      let a = o * byRow.values[p]
      let j = Int(byRow.rows[p])
      let end = a > 0 ? lower[j] : upper[j]
      if a == 0 || end == 0 { continue }
      if end.isInfinite {
        infinite += 1
        open = j
      } else {
        rest = DirectedSum.sumDown(rest, DirectedSum.productDown(a, end))
      }
    }
    if infinite > 1 || !rest.isFinite { return false }
    let room = DirectedSum.sumUp(o * side, -rest)
    if infinite == 0, room < 0 { return nil }
    var changed = false
    for p in range {
      let a = o * byRow.values[p]
      let j = Int(byRow.rows[p])
      if a == 0 || infinite == 1 && j != open { continue }
      let end = a > 0 ? lower[j] : upper[j]
      // The step from this end that the row leaves, rounded up and widened by one part in 10¹².
      let step = (room / abs(a)).nextUp * (1 + 1e-12)
      var limit: Double
      if infinite == 1 {
        limit = a > 0 ? (room / a).nextUp : (room / a).nextDown
      } else {
        limit = a > 0 ? (end + step).nextUp : (end - step).nextDown
      }
      if form.kinds[j].isIntegral {
        let margin = 1e-9 * max(1, abs(limit))
        limit = a > 0 ? (limit + margin).rounded(.down) : (limit - margin).rounded(.up)
      }
      guard limit.isFinite, abs(limit) < 1e15 else { continue }
      let width = upper[j] - lower[j]
      if a > 0, limit < upper[j] {
        if limit < lower[j] { return nil }
        changed = changed || upper[j].isInfinite || upper[j] - limit > 1e-3 * width
        upper[j] = limit
      } else if a < 0, limit > lower[j] {
        if limit > upper[j] { return nil }
        changed = changed || lower[j].isInfinite || limit - lower[j] > 1e-3 * width
        lower[j] = limit
      }
    }
    return changed
  }
}
