// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Depth-first enumeration of the integral variables with interval arithmetic on rows and objective.
///
/// A branch is closed when a row is out of reach or the objective cannot get better than asked for. It decides problems
/// without continuous variables and with finite bounds, as far as its nodes last.
struct Exhaustion {
  enum Decision { case none, better(Double), unknown }

  private let view: RowView
  private let nodes: Int
  private let feasibility: Double
  private var visited = 0
  private var lower: [Double] = []
  private var upper: [Double] = []
  private var least: [Double] = []
  private var most: [Double] = []
  private var columns: [[(row: Int, value: Double)]] = []
  private var order: [Int] = []
  /// Sum of what the objective can be at least, in the sense "minimize".
  private var objective = 0.0
  private var costs: [Double] = []
  private var cut = Double.infinity

  init(_ view: RowView, _ tolerances: Tolerances, nodes: Int) {
    self.view = view
    self.nodes = nodes
    feasibility = tolerances.feasibility
  }

  /// Whether some point is better than `target` by more than `slack` (any point when nil).
  mutating func decide(noneBetterThan target: Double?, slack: Double) -> Decision {
    let form = view.form
    guard form.kinds.allSatisfy({ $0 == .integer }) else { return .unknown }
    lower = form.columnLower.map { ($0 - 1e-9).rounded(.up) }
    upper = form.columnUpper.map { ($0 + 1e-9).rounded(.down) }
    // Sums are kept up to date by differences: whole numbers of moderate size keep them exact.
    guard form.matrix.values.allSatisfy({ $0 == $0.rounded() && abs($0) < 1e9 }) else { return .unknown }
    var passes = 0
    while passes < 10, tighten() { passes += 1 }
    if zip(lower, upper).contains(where: { $0 > $1 }) { return .none }
    guard zip(lower, upper).allSatisfy({ $0.isFinite && $1.isFinite && $1 - $0 < 1e6 }) else { return .unknown }
    columns = [[(row: Int, value: Double)]](repeating: [], count: form.variableCount)
    least = [Double](repeating: 0, count: form.constraintCount)
    most = least
    for i in 0..<form.constraintCount {
      for (j, a) in view.entries(i) where a != 0 {
        columns[j].append((i, a))
        least[i] += a * (a > 0 ? lower[j] : upper[j])
        most[i] += a * (a > 0 ? upper[j] : lower[j])
      }
    }
    costs = form.costs.map { view.sign * $0 }
    objective = view.sign * form.objectiveOffset
    for j in costs.indices { objective += costs[j] * (costs[j] > 0 ? lower[j] : upper[j]) }
    cut = target.map { view.sign * $0 - slack } ?? .infinity
    order = costs.indices.sorted { (-columns[$0].count, $0) < (-columns[$1].count, $1) }
    guard (0..<form.constraintCount).allSatisfy({ isOpen($0) }) else { return .none }
    return descend(0)
  }

  /// One pass over the rows that narrows columns to what the rest of a row leaves; true when something changed.
  private mutating func tighten() -> Bool {
    let form = view.form
    var changed = false
    for i in 0..<form.constraintCount {
      for (side, orientation) in [(form.rowUpper[i], 1.0), (-form.rowLower[i], -1.0)] where side.isFinite {
        // orientation·aᵀx ≤ side
        var rest = 0.0
        var unbounded: [Int] = []
        for (j, a) in view.entries(i) where a != 0 {
          let end = orientation * a * (orientation * a > 0 ? lower[j] : upper[j])
          if end.isInfinite { unbounded.append(j) } else { rest += end }
        }
        if unbounded.count > 1 { continue }
        let room = side + feasibility * max(1, abs(side)) - rest
        for (j, a) in view.entries(i) where a != 0 && (unbounded.isEmpty || unbounded[0] == j) {
          let rate = orientation * a
          let own = unbounded.isEmpty ? rate * (rate > 0 ? lower[j] : upper[j]) : 0
          let limit = (room + own) / rate
          if rate > 0, (limit + 1e-9).rounded(.down) < upper[j] {
            upper[j] = (limit + 1e-9).rounded(.down)
            changed = true
          } else if rate < 0, (limit - 1e-9).rounded(.up) > lower[j] {
            lower[j] = (limit - 1e-9).rounded(.up)
            changed = true
          }
        }
      }
    }
    return changed
  }

  private func isOpen(_ i: Int) -> Bool {
    let form = view.form
    return least[i] <= form.rowUpper[i] + feasibility * max(1, abs(form.rowUpper[i]))
      && most[i] >= form.rowLower[i] - feasibility * max(1, abs(form.rowLower[i]))
  }

  private mutating func descend(_ depth: Int) -> Decision {
    visited += 1
    if visited > nodes { return .unknown }
    if objective >= cut { return .none }
    if depth == order.count {
      return .better(view.sign * objective)
    }
    let j = order[depth]
    let (l, u) = (lower[j], upper[j])
    let cheapFirst = costs[j] >= 0
    var undecided = false
    for step in 0...Int(u - l) {
      let value = cheapFirst ? l + Double(step) : u - Double(step)
      if fix(j, l, u, at: value) {
        let decision = descend(depth + 1)
        unfix(j, l, u, from: value)
        if case .better = decision { return decision }
        if case .unknown = decision { undecided = true }
      } else {
        unfix(j, l, u, from: value)
      }
      if visited > nodes { return .unknown }
    }
    return undecided ? .unknown : .none
  }

  /// Narrows column j to one value; false when a row gets out of reach.
  private mutating func fix(_ j: Int, _ l: Double, _ u: Double, at value: Double) -> Bool {
    move(j, l, u, value, value)
    return columns[j].allSatisfy { isOpen($0.row) }
  }

  private mutating func unfix(_ j: Int, _ l: Double, _ u: Double, from value: Double) { move(j, value, value, l, u) }

  private mutating func move(_ j: Int, _ l: Double, _ u: Double, _ newLower: Double, _ newUpper: Double) {
    for (i, a) in columns[j] {
      least[i] += a * (a > 0 ? newLower - l : newUpper - u)
      most[i] += a * (a > 0 ? newUpper - u : newLower - l)
    }
    objective += costs[j] * (costs[j] > 0 ? newLower - l : newUpper - u)
  }
}
