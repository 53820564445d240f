// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// How far a point is outside, in units of max(1, |side|), and where most.
struct Violation {
  var relative = 0.0
  var absolute = 0.0
  var integrality = 0.0
  var place = ""

  /// `activities` replace those of the linear rows where formulas are added to them.
  init(_ view: RowView, _ x: [Double], activities: [DoubleDouble]? = nil) {
    let form = view.form
    let activities = activities ?? view.activities(x)
    let optional = Self.switchedOff(form, x)
    for i in activities.indices where !optional.contains(i) {
      note(activities[i], form.rowLower[i], form.rowUpper[i]) { "row '\(form.rowNames[i])'" }
    }
    for j in x.indices {
      if view.isSemi(j) {
        // Zero or inside, whichever is nearer.
        let outside = max(form.columnLower[j] - x[j], x[j] - form.columnUpper[j])
        if outside > 0, abs(x[j]) < outside {
          note(DoubleDouble(x[j]), 0, 0) { "'\(form.columnNames[j])'" }
          continue
        }
      }
      note(DoubleDouble(x[j]), form.columnLower[j], form.columnUpper[j]) { "'\(form.columnNames[j])'" }
      if form.kinds[j].isIntegral {
        let off = abs(x[j] - x[j].rounded(.toNearestOrEven))
        if off > integrality {
          integrality = off
          if off > 1e-6, relative <= 1e-6 { place = "'\(form.columnNames[j])' = \(x[j]) is not a whole number" }
        }
      }
    }
    for set in form.specialOrderedSets { noteSet(set, x) }
  }

  private mutating func note(_ value: DoubleDouble, _ lower: Double, _ upper: Double, _ name: () -> String) {
    for (side, isLower) in [(lower, true), (upper, false)] where !(side.isInfinite && (side < 0) == isLower) {
      let excess = isLower ? DoubleDouble(side) - value : value - DoubleDouble(side)
      // An activity that overflows satisfies nothing.
      let amount = value.isFinite && side.isFinite ? excess.rounded : .infinity
      guard amount > 0 else { continue }
      absolute = max(absolute, amount)
      let scaled = amount / max(1, side.isFinite ? abs(side) : 1)
      if scaled > relative {
        relative = scaled
        place = "\(name()) = \(value.rounded) is beyond its side \(side)"
      }
    }
  }

  /// Rows whose indicator has not the active value.
  private static func switchedOff(_ form: StandardForm, _ x: [Double]) -> Set<Int> {
    var rows: Set<Int> = []
    for indicator in form.indicators where x.indices.contains(indicator.column) {
      let isOne = x[indicator.column] > 0.5
      if isOne != indicator.active { rows.insert(indicator.row) }
    }
    return rows
  }

  /// At most one member, or two neighbours, may differ from zero.
  private mutating func noteSet(_ set: SpecialOrderedSet, _ x: [Double]) {
    let order = set.columns.indices.sorted {
      set.weights.indices.contains($0) && set.weights.indices.contains($1)
        ? set.weights[$0] < set.weights[$1] : $0 < $1
    }
    let nonzero = order.indices.filter { abs(x[set.columns[order[$0]]]) > 1e-6 }
    let width = set.kind == .one ? 1 : 2
    guard let first = nonzero.first, let last = nonzero.last, last - first + 1 > width else { return }
    relative = .infinity
    absolute = .infinity
    place = "the special ordered set '\(set.name)' has too many members that are not zero"
  }
}
