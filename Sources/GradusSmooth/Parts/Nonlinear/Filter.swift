// SPDX-License-Identifier: Apache-2.0

/// Pairs of constraint violation and barrier objective that no later iterate may be dominated by.
///
/// **Reference** R. Fletcher, S. Leyffer, Math. Program. 91 (2002); A. Wächter, L. T. Biegler, Math. Program. 106 (2006),
/// §2.3.
struct Filter: Sendable, Codable {
  private var violations: [Double] = []
  private var objectives: [Double] = []

  var isEmpty: Bool { violations.isEmpty }

  /// True when no entry is at least as good in both measures, up to rounding.
  func accepts(violation: Double, objective: Double) -> Bool {
    for k in violations.indices {
      let better =
        Filter.isAtMost(violation, violations[k], scale: violations[k])
        || Filter.isAtMost(objective, objectives[k], scale: objectives[k])
      if !better { return false }
    }
    return true
  }

  /// Adds a pair and drops those that it makes superfluous.
  mutating func add(violation: Double, objective: Double) {
    var kept = 0
    for k in violations.indices where !(violations[k] >= violation && objectives[k] >= objective) {
      violations[kept] = violations[k]
      objectives[kept] = objectives[k]
      kept += 1
    }
    violations.removeLast(violations.count - kept)
    objectives.removeLast(objectives.count - kept)
    violations.append(violation)
    objectives.append(objective)
  }

  mutating func clear() {
    violations.removeAll(keepingCapacity: true)
    objectives.removeAll(keepingCapacity: true)
  }

  /// a ≤ b up to ten units of rounding in numbers of the size of `scale`.
  static func isAtMost(_ a: Double, _ b: Double, scale: Double) -> Bool { a - b <= 10 * .ulpOfOne * abs(scale) }
}
