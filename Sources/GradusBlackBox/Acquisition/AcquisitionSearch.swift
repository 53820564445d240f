// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Where an acquisition is largest, among the points of a space.
///
///     candidates: points of a Sobol sequence, and the best points known moved a little
///     the most promising of them: quasi-Newton steps along numbers, then the best single change of whole numbers,
///     categories and orders, in turn until neither helps
///
/// Points that are taken or forbidden are never chosen.
struct AcquisitionSearch {
  var places: FreePoints
  var candidates: SearchCandidates
  /// Candidates that are improved.
  private static let refined = 4
  /// Steps of each descent.
  private static let steps = 30

  private var inputs: SpaceInputs { places.inputs }

  /// `incumbents`: inputs of good points, best first. `sweep`: Sobol points.
  init(_ places: FreePoints, around incumbents: [Vector], sweep: Int) {
    self.places = places
    candidates = SearchCandidates(inputs: places.inputs, incumbents: incumbents, sweep: sweep, redrawn: 0.05)
  }

  /// The best point found with its score; nil when nothing but taken and forbidden points was found.
  func best(_ acquisition: some Acquisition, random: inout RandomStream) -> (point: Vector, score: Double)? {
    var pool: [(inputs: Vector, point: Vector, score: Double)] = []
    for candidate in candidates.draw(&random) {
      let point = inputs.point(at: candidate)
      if places.isFree(point) { pool.append((inputs.inputs(of: point), point, 0)) }
    }
    for (i, score) in acquisition.values(at: pool.map(\.inputs)).enumerated() { pool[i].score = score }
    pool.removeAll { !$0.score.isFinite }
    let order = FreePoints.ranked(pool.map(\.score))
    var best = order.first.map { (point: pool[$0].point, score: pool[$0].score) }
    for k in spread(order, of: pool.map(\.inputs)) {
      let found = improve(pool[k].inputs, pool[k].score, acquisition)
      let point = inputs.point(at: found.inputs)
      if found.score > best?.score ?? -.infinity, places.isFree(point) { best = (point, found.score) }
    }
    return best
  }

  /// The first of each neighborhood: descents from neighbors would end at the same place.
  private func spread(_ order: [Int], of places: [Vector]) -> [Int] {
    var chosen: [Int] = []
    let least = 0.01 * Double(inputs.dimension)
    for k in order where chosen.count < Self.refined {
      let isNew = chosen.allSatisfy { other in
        places[k].indices.reduce(0) { $0 + (places[k][$1] - places[other][$1]) * (places[k][$1] - places[other][$1]) }
          >= least
      }
      if isNew { chosen.append(k) }
    }
    return chosen
  }

  private func isInside(_ x: Vector) -> Bool {
    guard let region = candidates.region else { return true }
    return x.indices.allSatisfy {
      inputs.metric.isCategory[$0] || region.lower[$0] <= x[$0] && x[$0] <= region.upper[$0]
    }
  }

  private func improve(
    _ start: Vector, _ score: Double, _ acquisition: some Acquisition
  ) -> (inputs: Vector, score: Double) {
    var best = (inputs: start, score: score)
    for _ in 0..<4 {
      let before = best.score
      if !inputs.continuous.isEmpty { climb(&best, acquisition) }
      guard inputs.continuous.count < inputs.dimension else { break }
      step(&best, acquisition)
      if best.score <= before + 1e-9 * abs(before) { break }
    }
    return best
  }

  /// Quasi-Newton steps along the numbers without steps, where they end at a better point that is free.
  private func climb(_ best: inout (inputs: Vector, score: Double), _ acquisition: some Acquisition) {
    let end = places.climb(from: best.inputs, on: acquisition, in: candidates.region, steps: Self.steps)
    guard let end, end.score > best.score, places.isFree(inputs.point(at: end.inputs)) else { return }
    best = end
  }

  /// The best change of one parameter that has steps, categories or an order.
  private func step(_ best: inout (inputs: Vector, score: Double), _ acquisition: some Acquisition) {
    let point = inputs.point(at: best.inputs)
    for neighbor in Neighbors(inputs.space).all(of: point) {
      guard places.isFree(neighbor) else { continue }
      let snapped = inputs.inputs(of: neighbor)
      guard isInside(snapped) else { continue }
      let score = acquisition.value(at: snapped)
      if score > best.score { best = (snapped, score) }
    }
  }
}
