// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Drops individuals one by one: of the last front the one whose exclusive hypervolume is least.
///
/// While the population is one front, as it is most of the time, a newcomer is compared with each member once instead of sorting all.
struct HypervolumeSelection: Sendable, Codable {
  /// True when all individuals are feasible and none dominates or repeats another one.
  private var isOneFront = false

  /// Removes one individual. The last one is the newcomer; the others were here when this was last called.
  mutating func drop(_ p: inout Population) {
    guard let objectives = p.objectives, p.count > 1 else { return }
    let newest = p.count - 1
    guard isOneFront, p.isFeasible(newest) else {
      if isOneFront {
        p.remove(newest)
      } else {
        dropSorted(&p, objectives)
      }
      return
    }
    let f = objectives.row(newest)
    var dominated: [Int] = []
    for i in 0..<newest {
      switch objectives.compare(i, f) {
      case .nowhereWorse: return p.remove(newest)
      case .dominated: dominated.append(i)
      case .incomparable: continue
      }
    }
    if dominated.isEmpty {
      p.remove(objectives.leastValuable(.hypervolume))
    } else {
      isOneFront = dominated.count == 1
      p.remove(dominated[objectives.rows(dominated).leastValuable(.hypervolume)])
    }
  }

  /// Adds without dropping: nothing is known of the fronts then.
  mutating func grow() { isOneFront = false }

  private mutating func dropSorted(_ p: inout Population, _ objectives: ObjectiveMatrix) {
    let ranks = p.ranks()
    let last = ranks.max() ?? 0
    let front = ranks.indices(of: last)
    // Repetitions share a front, and are to go first: the fast path would not know them.
    let victim = front[objectives.rows(front).leastValuable(.hypervolume)]
    p.remove(victim)
    isOneFront = (last == 0 || last == 1 && front.count == 1) && p.isOneFront
  }
}

extension Population {
  /// True when all individuals are feasible and none dominates or repeats another one.
  var isOneFront: Bool {
    guard let objectives, violations.elements.allSatisfy({ $0 == 0 }) else { return false }
    let order = (0..<count).sorted { objectives.comesBefore($0, $1, from: 0) }
    let hasTwins = zip(order, order.dropFirst()).contains { objectives.row($0) == objectives.row($1) }
    return !hasTwins && NonDominatedSorting.ranks(of: objectives).allSatisfy { $0 == 0 }
  }
}
