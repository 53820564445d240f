// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Points and multipliers of a linear program, checked without rounding.
///
/// The numbers of the form are taken as the doubles they are: a decimal number of a file was rounded when it was read.
struct ExactCheck {
  let view: RowView
  let deadline: ProofDeadline
  private var form: StandardForm { view.form }

  /// Where the point leaves its sides most clearly at first sight, and by how much; nil when it satisfies everything.
  func violation(_ x: ExactVector) throws(ExactSystem.Obstacle) -> (place: String, amount: Double)? {
    for j in form.costs.indices {
      let (lower, upper) = (form.columnLower[j], form.columnUpper[j])
      if view.isSemi(j), x[j].signum == 0 { continue }
      if let amount = outside(x[j], lower, upper) { return ("'\(form.columnNames[j])'", amount) }
      if form.kinds[j].isIntegral, !x[j].numerator.divided(by: x[j].denominator).remainder.isZero {
        return ("the integrality of '\(form.columnNames[j])'", 1)
      }
    }
    for i in 0..<form.constraintCount {
      if deadline.hasPassed { throw .time }
      let activity = x.sum(view.entries(i).lazy.map { ($0.column, $0.value) })
      if let amount = outside(activity, form.rowLower[i], form.rowUpper[i]) {
        return ("row '\(form.rowNames[i])'", amount)
      }
    }
    return nil
  }

  private func outside(_ value: ExactRatio, _ lower: Double, _ upper: Double) -> Double? {
    if lower == .infinity || upper == -.infinity { return .infinity }
    if lower.isFinite, (value - ExactRatio(lower)).signum < 0 { return (ExactRatio(lower) - value).approximation }
    if upper.isFinite, (value - ExactRatio(upper)).signum > 0 { return (value - ExactRatio(upper)).approximation }
    return nil
  }

  /// offset + cᵀx, as a number and in words; added up in doubles where the denominators together are too long to print.
  func objective(_ x: ExactVector) -> (value: Double, text: String) {
    let used = form.costs.indices.filter { form.costs[$0] != 0 }
    var bits = 0
    for (k, j) in used.enumerated() where k == 0 || x[j].denominator != x[used[k - 1]].denominator {
      bits += x[j].denominator.bitWidth
    }
    if bits > 50_000 {
      let value = used.reduce(DoubleDouble(form.objectiveOffset)) {
        $0 + DoubleDouble.product(form.costs[$1], x[$1].approximation)
      }
      return (value.rounded, "about \(value.rounded)")
    }
    let sum = x.sum(used.lazy.map { ($0, form.costs[$0]) }, adding: form.objectiveOffset)
    return (sum.approximation, sum.text)
  }

  /// aⱼᵀy, or cⱼ − aⱼᵀy.
  func slope(_ j: Int, _ y: ExactVector, withCost: Bool) -> ExactRatio {
    y.sum(
      form.matrix.range(ofColumn: j).lazy.map { p in
        (Int(form.matrix.rows[p]), withCost ? -form.matrix.values[p] : form.matrix.values[p])
      }, adding: withCost ? form.costs[j] : 0)
  }

  /// The first multiplier or reduced cost that belongs to a side on which the point does not stand; nil when none does,
  /// which proves the point optimal.
  func misplacedPrice(_ x: ExactVector, _ y: ExactVector) throws(ExactSystem.Obstacle) -> String? {
    for i in 0..<form.constraintCount where y[i].signum != 0 {
      if deadline.hasPassed { throw .time }
      let side = stands(y[i].signum) ? form.rowLower[i] : form.rowUpper[i]
      let activity = x.sum(view.entries(i).lazy.map { ($0.column, $0.value) })
      guard side.isFinite, (activity - ExactRatio(side)).signum == 0 else {
        return "the multiplier of row '\(form.rowNames[i])' (\(y[i].approximation))"
      }
    }
    for j in form.costs.indices {
      if deadline.hasPassed { throw .time }
      let price = slope(j, y, withCost: true)
      if price.signum == 0 { continue }
      let side = stands(price.signum) ? form.columnLower[j] : form.columnUpper[j]
      guard side.isFinite, (x[j] - ExactRatio(side)).signum == 0 else {
        return "the reduced cost of '\(form.columnNames[j])' (\(price.approximation))"
      }
    }
    return nil
  }

  /// True when a multiplier of this sign belongs to the lower side.
  private func stands(_ signum: Int) -> Bool { (signum > 0) == (form.sense == .minimize) }

  /// offset + Σ yᵢ·side + Σ zⱼ·bound: what the objective cannot be better than; nil when it is infinite.
  func bound(_ y: ExactVector) throws(ExactSystem.Obstacle) -> ExactRatio? {
    var total = ExactRatio(form.objectiveOffset)
    for i in 0..<form.constraintCount where y[i].signum != 0 {
      let side = stands(y[i].signum) ? form.rowLower[i] : form.rowUpper[i]
      guard side.isFinite else { return nil }
      total = total + y[i] * ExactRatio(side)
    }
    for j in form.costs.indices {
      if deadline.hasPassed { throw .time }
      let price = slope(j, y, withCost: true)
      if price.signum == 0 { continue }
      let (lower, upper) = view.hull(j)
      let side = stands(price.signum) ? lower : upper
      guard side.isFinite else { return nil }
      total = total + price * ExactRatio(side)
    }
    return total
  }

  /// The largest magnitude of entries for which y excludes a point exactly: what it separates by, over what it leaves on
  /// infinite bounds; 0 when it separates nothing. Entries of y that point to an infinite side count as 0.
  func radius(_ given: [Double]) throws(ExactSystem.Obstacle) -> Double {
    let y = ExactVector(
      given.indices.map { i in (given[i] > 0 ? form.rowLower[i] : form.rowUpper[i]).isFinite ? given[i] : 0 })
    guard let (margin, leftover) = try balance(y), margin.signum > 0 else { return 0 }
    return leftover.signum == 0 ? .infinity : margin.approximation / leftover.approximation
  }

  /// Σ yᵢ·sideᵢ − max over the box of (Aᵀy)ᵀx: positive when no point exists; nil when it is −∞.
  func separation(_ y: ExactVector) throws(ExactSystem.Obstacle) -> ExactRatio? {
    guard let (margin, leftover) = try balance(y), leftover.signum == 0 else { return nil }
    return margin
  }

  /// Σ yᵢ·sideᵢ − Σ over finite ends of (Aᵀy)ⱼ·endⱼ, and Σ |(Aᵀy)ⱼ| over infinite ones; nil when y points to an infinite side.
  private func balance(
    _ y: ExactVector
  ) throws(ExactSystem.Obstacle) -> (margin: ExactRatio, leftover: ExactRatio)? {
    var margin = ExactRatio(BigInteger.zero)
    var leftover = ExactRatio(BigInteger.zero)
    for i in 0..<form.constraintCount where y[i].signum != 0 {
      let side = y[i].signum > 0 ? form.rowLower[i] : form.rowUpper[i]
      guard side.isFinite else { return nil }
      margin = margin + y[i] * ExactRatio(side)
    }
    for j in form.costs.indices {
      if deadline.hasPassed { throw .time }
      let slope = slope(j, y, withCost: false)
      if slope.signum == 0 { continue }
      let (lower, upper) = view.hull(j)
      let end = slope.signum > 0 ? upper : lower
      if end.isFinite {
        margin = margin - slope * ExactRatio(end)
      } else {
        leftover = slope.signum > 0 ? leftover + slope : leftover - slope
      }
    }
    return (margin, leftover)
  }
}
