// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Looks for a better point near a given one: one variable moves, then two at a time, as long as that improves.
///
/// For linear rows and objective. Every improvement found is checked in full before it counts.
struct NearbySearch {
  private let view: RowView
  private let tolerances: Tolerances
  private var left: Int
  private let columns: [[(row: Int, value: Double)]]
  private let costs: [Double]
  private var x: [Double] = []
  private var activity: [Double] = []

  init(_ view: RowView, _ tolerances: Tolerances, effort: Int) {
    self.view = view
    self.tolerances = tolerances
    left = effort
    var columns = [[(row: Int, value: Double)]](repeating: [], count: view.columnCount)
    for i in 0..<view.rowCount {
      for (j, a) in view.entries(i) where a != 0 { columns[j].append((i, a)) }
    }
    self.columns = columns
    costs = view.form.costs.map { view.sign * $0 }
  }

  /// A feasible point better than `target` by more than `slack`; nil when none was found.
  mutating func improve(_ start: [Double], target: Double, slack: Double) -> [Double]? {
    x = start
    for j in x.indices where view.form.kinds[j].isIntegral { x[j] = x[j].rounded() }
    activity = view.activities(x).map(\.rounded)
    while left > 0, moveOne() || moveTwo() {
      guard beats(target, slack) else { continue }
      let check = Violation(view, x)
      if check.relative <= tolerances.feasibility, check.integrality == 0 { return x }
      return nil
    }
    return nil
  }

  private func beats(_ target: Double, _ slack: Double) -> Bool {
    view.sign * (view.objective(x).rounded - target) < -slack
  }

  /// The largest step of column j in this direction that keeps bounds and rows, whole for integral variables.
  private mutating func room(_ j: Int, _ direction: Double) -> Double {
    if view.isSemi(j) { return 0 }
    let form = view.form
    var step = direction > 0 ? form.columnUpper[j] - x[j] : x[j] - form.columnLower[j]
    for (i, a) in columns[j] {
      if step <= 0 { return 0 }
      let rate = a * direction
      let space = rate > 0 ? form.rowUpper[i] - activity[i] : activity[i] - form.rowLower[i]
      if space.isInfinite { continue }
      // A whole step may use the rounding of the activity, but none of the tolerance beyond it.
      step = min(step, (space + 1e-9 * max(1, abs(activity[i]))) / abs(rate))
    }
    left -= columns[j].count + 1
    guard form.kinds[j].isIntegral else { return max(0, step - 1e-9 * max(1, abs(step))) }
    return step.isInfinite ? 1e6 : max(0, (step + 1e-9).rounded(.down))
  }

  private mutating func shift(_ j: Int, by step: Double) {
    x[j] += step
    for (i, a) in columns[j] { activity[i] += a * step }
  }

  /// Moves every single variable that improves the objective; true when one did.
  private mutating func moveOne() -> Bool {
    var moved = false
    for j in x.indices where costs[j] != 0 {
      let direction: Double = costs[j] > 0 ? -1 : 1
      let step = room(j, direction)
      if step > 0, step.isFinite, step * abs(costs[j]) > 1e-9 {
        shift(j, by: direction * step)
        moved = true
      }
      if left <= 0 { return moved }
    }
    return moved
  }

  /// Moves one integral variable by one and another after it, when both together improve; true when a pair did.
  private mutating func moveTwo() -> Bool {
    for j in x.indices where view.form.kinds[j].isIntegral && !view.isSemi(j) {
      for direction in [1.0, -1.0] {
        let form = view.form
        let moved = x[j] + direction
        if moved < form.columnLower[j] || moved > form.columnUpper[j] { continue }
        shift(j, by: direction)
        if repairWithOne(j, direction * costs[j]) { return true }
        shift(j, by: -direction)
        if left <= 0 { return false }
      }
    }
    return false
  }

  /// After a first move that cost `loss`, a second variable that restores the rows and more than makes up for it.
  private mutating func repairWithOne(_ first: Int, _ loss: Double) -> Bool {
    let form = view.form
    let broken = columns[first].first { violated($0.row) }
    let candidates = broken.map { Array(view.entries($0.row)).map(\.column) } ?? Array(x.indices)
    for k in candidates where k != first && form.kinds[k].isIntegral && !view.isSemi(k) {
      for direction in [1.0, -1.0] where loss + direction * costs[k] < -1e-9 {
        left -= columns[k].count + columns[first].count
        if left <= 0 { return false }
        let moved = x[k] + direction
        if moved < form.columnLower[k] || moved > form.columnUpper[k] { continue }
        shift(k, by: direction)
        if !columns[k].contains(where: { violated($0.row) }), !columns[first].contains(where: { violated($0.row) }) {
          return true
        }
        shift(k, by: -direction)
      }
    }
    return false
  }

  private func violated(_ i: Int) -> Bool {
    let form = view.form
    let slack = 1e-9 * max(1, abs(activity[i]))
    return activity[i] > form.rowUpper[i] + slack || activity[i] < form.rowLower[i] - slack
  }
}
