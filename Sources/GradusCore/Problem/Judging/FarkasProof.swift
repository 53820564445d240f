// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// A proof that no point within the bounds satisfies all rows (Farkas' lemma for two-sided rows and boxes).
///
///     every feasible x:   yᵀAx ≥ R = Σ y⁺L + Σ y⁻U        every x in the box:   yᵀAx ≤ H = Σ d⁺u + Σ d⁻l,  d = Aᵀy
///     margin = R − H > 0 proves it; both y and −y are tried, entries on infinite sides are left out.
package struct FarkasProof {
  /// R − H: positive.
  package var margin: Double
  /// Every point violates some row or bound by at least this much relative to max(1, |side|).
  package var relative: Double
  /// Rounding left |dⱼ| > 0 on infinite bounds: the proof holds for all points with entries up to this magnitude.
  package var radius: Double
  /// The cleaned multipliers, oriented so that the margin is positive.
  package var multipliers: [Double]

  /// Nil when the multipliers prove nothing.
  package init?(_ form: StandardForm, ray: [Double]) {
    guard ray.count == form.constraintCount, ray.allSatisfy(\.isFinite) else { return nil }
    let largest = ray.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    let unit = ray.map { $0 / largest }
    let candidates = [unit, unit.map { -$0 }].compactMap { Self.check(form, $0) }
    guard let best = candidates.max(by: { $0.relative < $1.relative }) else { return nil }
    self = best
  }

  private init(margin: Double, relative: Double, radius: Double, multipliers: [Double]) {
    self.margin = margin
    self.relative = relative
    self.radius = radius
    self.multipliers = multipliers
  }

  /// Points beyond this magnitude are not what a proof must exclude.
  static let enoughRadius = 1e9

  private static func check(_ form: StandardForm, _ ray: [Double]) -> FarkasProof? {
    var y = ray
    var required = CompensatedSum()
    var magnitude = 0.0
    var weight = 0.0
    for i in y.indices where y[i] != 0 {
      let side = y[i] > 0 ? form.rowLower[i] : form.rowUpper[i]
      if side.isInfinite {
        y[i] = 0
        continue
      }
      required.add(y[i], times: side)
      magnitude += abs(y[i] * side)
      weight += abs(y[i]) * max(1, abs(side))
    }
    var leftover = 0.0
    for j in form.costs.indices {
      let (sum, size) = form.columnInner(j, y)
      let d = sum.value
      if d == 0 { continue }
      let bound = d > 0 ? form.relaxedUpper(j) : form.relaxedLower(j)
      if bound.isInfinite {
        if abs(d) > 1e-9 * size { return nil }
        leftover += abs(d)
        continue
      }
      required.add(-d, times: bound)
      magnitude += abs(d * bound)
      weight += abs(d) * max(1, abs(bound))
    }
    let margin = required.value - 1e-15 * magnitude
    guard margin > 0, margin.isFinite, weight.isFinite else { return nil }
    let radius = leftover == 0 ? Double.infinity : margin / leftover
    guard radius >= enoughRadius else { return nil }
    return FarkasProof(
      margin: margin, relative: margin / max(weight, .leastNormalMagnitude), radius: radius, multipliers: y)
  }
}

/// Bounds or one single row that already exclude every point.
enum ContradictionAtSight {
  /// What contradicts itself, in words and by name; nil when nothing does at sight.
  static func find(_ form: StandardForm) -> (text: String, margin: Double)? {
    for j in form.costs.indices {
      if let found = column(form, j) { return found }
    }
    let count = form.constraintCount
    var least = [CompensatedSum](repeating: CompensatedSum(), count: count)
    var most = least
    var size = [Double](repeating: 0, count: count)
    for j in form.costs.indices {
      let lower = form.relaxedLower(j)
      let upper = form.relaxedUpper(j)
      for p in form.matrix.range(ofColumn: j) {
        let i = Int(form.matrix.rows[p])
        let a = form.matrix.values[p]
        if a == 0 { continue }
        least[i].addBound(a, a > 0 ? lower : upper)
        most[i].addBound(a, a > 0 ? upper : lower)
        size[i] += abs(a) * max(lower.isFinite ? abs(lower) : 0, upper.isFinite ? abs(upper) : 0)
      }
    }
    for i in 0..<count {
      let (lower, upper, slack) = (form.rowLower[i], form.rowUpper[i], 1e-15 * size[i])
      let name = form.rowNames[i]
      if lower > upper { return ("row '\(name)' has a lower side above its upper side", lower - upper) }
      if most[i].high.isFinite, most[i].minus(lower) < -slack {
        return ("row '\(name)' cannot reach its lower side within the bounds", -most[i].minus(lower))
      }
      if least[i].high.isFinite, least[i].minus(upper) > slack {
        return ("row '\(name)' exceeds its upper side within the bounds", least[i].minus(upper))
      }
    }
    return nil
  }

  private static func column(_ form: StandardForm, _ j: Int) -> (text: String, margin: Double)? {
    let (lower, upper, kind) = (form.columnLower[j], form.columnUpper[j], form.kinds[j])
    // Zero is always allowed for semi-continuous variables.
    if kind == .semicontinuous || kind == .semiinteger { return nil }
    if lower > upper {
      return ("the lower bound of '\(form.columnNames[j])' lies above its upper bound", lower - upper)
    }
    if kind.isIntegral, lower.isFinite, upper.isFinite, lower.rounded(.up) > upper.rounded(.down) {
      return ("no whole number lies between the bounds of '\(form.columnNames[j])'", lower.rounded(.up) - upper)
    }
    return nil
  }
}

extension CompensatedSum {
  /// Adds a·b where b may be infinite; an infinite sum stays infinite.
  fileprivate mutating func addBound(_ a: Double, _ b: Double) {
    if high.isInfinite { return }
    if b.isInfinite {
      high = a * b
      low = 0
    } else {
      add(a, times: b)
    }
  }
}
