// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Drops individuals one by one: of the last front the one whose exclusive hypervolume is least.
///
/// While the population is one front, as it is most of the time, a newcomer is compared with the members instead of sorting all, in an
/// order that is kept.
struct HypervolumeSelection: Sendable, Codable {
  /// True when all individuals are feasible and none dominates or repeats another one.
  private(set) var isOneFront = false
  /// Of one front: all individuals in rising order of the first of two objectives, or of the last of more.
  private var order: [Int] = []

  /// Removes one individual. The last one is the newcomer; the others were here when this was last called.
  mutating func drop(_ p: inout Population) {
    guard let objectives = p.objectives, p.count > 1 else { return }
    let newest = p.count - 1
    guard isOneFront else { return dropSorted(&p, objectives) }
    guard p.isFeasible(newest) else { return p.remove(newest) }
    if objectives.objectives == 2 {
      dropInPlane(&p, objectives)
    } else {
      dropByScan(&p, objectives)
    }
  }

  /// Adds without dropping: nothing is known of the fronts then.
  mutating func grow() { isOneFront = false }

  private mutating func dropInPlane(_ p: inout Population, _ objectives: ObjectiveMatrix) {
    let newest = p.count - 1
    let (x, y) = (objectives[newest, 0], objectives[newest, 1])
    var (place, high) = (0, order.count)
    while place < high {
      let middle = (place + high) / 2
      if objectives[order[middle], 0] < x { place = middle + 1 } else { high = middle }
    }
    if place > 0, objectives[order[place - 1], 1] <= y { return p.remove(newest) }
    if place < order.count, objectives[order[place], 0] == x, objectives[order[place], 1] <= y {
      return p.remove(newest)
    }
    var end = place
    while end < order.count, objectives[order[end], 1] >= y { end += 1 }
    if end > place + 1 {
      let dominated = Array(order[place..<end])
      isOneFront = false
      return p.remove(dominated[objectives.rows(dominated).leastValuable(.hypervolume)])
    }
    if end == place + 1 {
      // The newcomer takes the place of the one that it dominates, in the order and in the population.
      return p.remove(order[place])
    }
    order.insert(newest, at: place)
    let least = leastInOrder(objectives)
    let victim = order.remove(at: least)
    if victim != newest { order[least < place ? place - 1 : place] = victim }
    p.remove(victim)
  }

  /// The place of the least exclusive area; the ends stay.
  private func leastInOrder(_ objectives: ObjectiveMatrix) -> Int {
    guard order.count > 2 else { return order.count - 1 }
    return objectives.values.elements.withUnsafeBufferPointer { f in
      order.withUnsafeBufferPointer { order in
        var best = (area: Double.infinity, place: order.count - 1)
        for j in 1..<order.count - 1 {
          let (i, previous, next) = (order[j], order[j - 1], order[j + 1])
          let area = (f[2 * next] - f[2 * i]) * (f[2 * previous + 1] - f[2 * i + 1])
          if area < best.area { best = (area, j) }
        }
        return best.place
      }
    }
  }

  private mutating func dropByScan(_ p: inout Population, _ objectives: ObjectiveMatrix) {
    let newest = p.count - 1
    let f = objectives.row(newest)
    var dominated: [Int] = []
    for i in 0..<newest {
      switch objectives.compare(i, f) {
      case .nowhereWorse: return p.remove(newest)
      case .dominated: dominated.append(i)
      case .incomparable: continue
      }
    }
    guard dominated.count < 2 else {
      isOneFront = false
      return p.remove(dominated[objectives.rows(dominated).leastValuable(.hypervolume)])
    }
    let last = objectives.objectives - 1
    let key = objectives[newest, last]
    if let victim = dominated.first { order.removeAll { $0 == victim } }
    var (place, high) = (0, order.count)
    while place < high {
      let middle = (place + high) / 2
      if objectives[order[middle], last] < key { place = middle + 1 } else { high = middle }
    }
    if let victim = dominated.first {
      // The newcomer takes the place of the one that it dominates in the population.
      order.insert(victim, at: place)
      return p.remove(victim)
    }
    order.insert(newest, at: place)
    let least = objectives.rows(order).leastValuable(.hypervolume, inOrder: true)
    let victim = order.remove(at: least)
    if victim != newest { order[least < place ? place - 1 : place] = victim }
    p.remove(victim)
  }

  private mutating func dropSorted(_ p: inout Population, _ objectives: ObjectiveMatrix) {
    let ranks = p.ranks()
    let last = ranks.max() ?? 0
    let front = ranks.indices(of: last)
    p.remove(front[objectives.rows(front).leastValuable(.hypervolume)])
    isOneFront = (last == 0 || last == 1 && front.count == 1) && p.isOneFront
    if isOneFront, let objectives = p.objectives {
      let key = objectives.objectives == 2 ? 0 : objectives.objectives - 1
      order = (0..<p.count).sorted { objectives[$0, key] < objectives[$1, key] }
    }
  }
}

extension Population {
  /// True when all individuals are feasible and none dominates or repeats another one.
  var isOneFront: Bool {
    guard let objectives, violations.elements.allSatisfy({ $0 == 0 }) else { return false }
    let order = (0..<count).sorted { objectives.comesBefore($0, $1, from: 0) }
    let hasTwins = zip(order, order.dropFirst()).contains {
      objectives.row($0) == objectives.row($1)
    }
    return !hasTwins && NonDominatedSorting.ranks(of: objectives).allSatisfy { $0 == 0 }
  }
}
