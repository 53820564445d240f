// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth

/// Where an acquisition is largest, among the points of a space.
///
///     candidates: points of a Sobol sequence, and the best points known moved a little
///     the most promising of them: quasi-Newton steps along numbers, then the best single change of whole numbers,
///     categories and orders, in turn until neither helps
///
/// Points that are taken or forbidden are never chosen.
struct AcquisitionSearch {
  let inputs: SpaceInputs
  let problem: SearchProblem
  /// Points that need not be asked again.
  let taken: Set<Vector>
  /// Inputs of good points, best first.
  var incumbents: [Vector]
  /// The part of the unit cube that is looked at, for numbers; nil: all of it.
  var region: Box?
  /// Whether taken points may be chosen all the same.
  var ignoresTaken = false
  /// Sobol points.
  var sweep = 256
  /// Candidates that are improved.
  var refined = 4
  /// Steps of each descent.
  var steps = 30

  /// The best point found with its score; nil when nothing but taken and forbidden points was found.
  func best(_ acquisition: some Acquisition, random: inout RandomStream) -> (point: Vector, score: Double)? {
    var pool: [(inputs: Vector, point: Vector, score: Double)] = []
    for candidate in candidates(&random) {
      let point = inputs.point(at: candidate)
      if isFree(point) { pool.append((inputs.inputs(of: point), point, 0)) }
    }
    for (i, score) in acquisition.values(at: pool.map(\.inputs)).enumerated() { pool[i].score = score }
    pool.removeAll { !$0.score.isFinite }
    // Equal scores keep the order of the candidates, whatever the sort does.
    let order = pool.indices.sorted { pool[$0].score == pool[$1].score ? $0 < $1 : pool[$0].score > pool[$1].score }
    var best = order.first.map { (point: pool[$0].point, score: pool[$0].score) }
    for k in spread(order, of: pool.map(\.inputs)) {
      let found = improve(pool[k].inputs, pool[k].score, acquisition)
      let point = inputs.point(at: found.inputs)
      if found.score > best?.score ?? -.infinity, isFree(point) { best = (point, found.score) }
    }
    return best
  }

  /// The first of each neighborhood: descents from neighbors would end at the same place.
  private func spread(_ order: [Int], of places: [Vector]) -> [Int] {
    var chosen: [Int] = []
    let least = 0.01 * Double(inputs.dimension)
    for k in order where chosen.count < refined {
      let isNew = chosen.allSatisfy { other in
        places[k].indices.reduce(0) { $0 + (places[k][$1] - places[other][$1]) * (places[k][$1] - places[other][$1]) }
          >= least
      }
      if isNew { chosen.append(k) }
    }
    return chosen
  }

  private func isFree(_ point: Vector) -> Bool {
    problem.knownViolation(of: point) == 0 && (ignoresTaken || !taken.contains(point))
  }

  private func isInside(_ x: Vector) -> Bool {
    guard let region else { return true }
    return x.indices.allSatisfy {
      inputs.metric.isCategory[$0] || region.lower[$0] <= x[$0] && x[$0] <= region.upper[$0]
    }
  }

  private func candidates(_ random: inout RandomStream) -> [Vector] {
    let d = inputs.dimension
    var found: [Vector] = []
    var sobol = d <= SobolDirections.mostDimensions ? SobolSequence(dimension: max(1, d), shift: &random) : nil
    func placed(_ j: Int, _ u: Double) -> Double {
      guard let region, !inputs.metric.isCategory[j] else { return u }
      return region.lower[j] + u * (region.upper[j] - region.lower[j])
    }
    for _ in 0..<sweep {
      if sobol != nil, let point = sobol?.next() {
        found.append(Vector((0..<d).map { placed($0, point[$0]) }))
      } else {
        found.append(Vector((0..<d).map { placed($0, random.uniform()) }))
      }
    }
    for (rank, incumbent) in incumbents.enumerated() {
      for k in 0..<(rank == 0 ? 48 : 16) {
        var moved = incumbent
        // Small and large moves, of all coordinates and of a few.
        let width = 0.3 * Double.power(0.5, k % 8)
        let share = k % 3 == 0 ? 1 : min(1, 3 / Double(max(1, d)))
        for j in 0..<d where random.uniform() < share {
          moved[j] =
            inputs.metric.isCategory[j] || random.uniform() < 0.05
            ? placed(j, random.uniform())
            : min(max(moved[j] + width * random.normal(), region?.lower[j] ?? 0), region?.upper[j] ?? 1)
        }
        found.append(moved)
      }
    }
    return found
  }

  private func improve(
    _ start: Vector, _ score: Double, _ acquisition: some Acquisition
  ) -> (inputs: Vector, score: Double) {
    var best = (inputs: start, score: score)
    for _ in 0..<4 {
      let before = best.score
      if !inputs.continuous.isEmpty { descend(&best, acquisition) }
      guard inputs.continuous.count < inputs.dimension else { break }
      step(&best, acquisition)
      if best.score <= before + 1e-9 * abs(before) { break }
    }
    return best
  }

  /// Quasi-Newton steps along the numbers without steps.
  private func descend(_ best: inout (inputs: Vector, score: Double), _ acquisition: some Acquisition) {
    let places = inputs.continuous
    let cube = Box(
      lower: Vector(places.map { region?.lower[$0] ?? 0 }), upper: Vector(places.map { region?.upper[$0] ?? 1 }))
    var point = best.inputs
    var descent = BoxDescent(.init(), from: Vector(places.map { point[$0] }), in: cube)
    for _ in 0..<steps where descent.claim == nil {
      for (k, j) in places.enumerated() { point[j] = descent.wanted[k] }
      let at = acquisition.linearized(at: point)
      descent.advance(Linearization(value: -at.value, gradient: Vector(places.map { -at.gradient[$0] })))
    }
    guard let here = descent.here, -here.value > best.score else { return }
    for (k, j) in places.enumerated() { point[j] = descent.x[k] }
    if isFree(inputs.point(at: point)) { best = (point, -here.value) }
  }

  /// The best change of one parameter that has steps, categories or an order.
  private func step(_ best: inout (inputs: Vector, score: Double), _ acquisition: some Acquisition) {
    let point = inputs.point(at: best.inputs)
    for neighbor in Neighbors(inputs.space).all(of: point) {
      guard isFree(neighbor) else { continue }
      let snapped = inputs.inputs(of: neighbor)
      guard isInside(snapped) else { continue }
      let score = acquisition.value(at: snapped)
      if score > best.score { best = (snapped, score) }
    }
  }
}

extension Double {
  /// base^k for whole k ≥ 0, without a library.
  static func power(_ base: Double, _ k: Int) -> Double { (0..<k).reduce(1) { product, _ in product * base } }
}
