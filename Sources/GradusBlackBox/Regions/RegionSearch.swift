// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What the next question of a region goes by.
public enum RegionRule: String, Sendable, Codable, Hashable, CaseIterable {
  /// The largest logarithm of the expected improvement.
  case improvement
  /// The least value of a function drawn from the process.
  case thompson
}

/// The most promising point of a region.
///
///     candidates: the middle with some coordinates – about twenty – moved to those of a Sobol point of the box;
///     where they are improved by descent also the middle moved a little, all over or in a few coordinates
struct RegionSearch {
  let places: FreePoints
  let model: RegionModel
  let count: Int
  /// Candidates that are improved by descent.
  private static let refined = 4
  private static let steps = 30

  private var inputs: SpaceInputs { places.inputs }

  /// y⁺ is the best value known; nil where nothing keeps the constraints.
  func mostImproving(_ best: Double?, random: inout RandomStream) -> (point: Vector, score: Double)? {
    let acquisition = LogExpectedImprovement(model.objective, best: best, constraints: model.constraints)
    var pool = (candidates(&random) + near(&random)).map { (inputs: $0, score: 0.0) }
    for (i, score) in acquisition.values(at: pool.map(\.inputs)).enumerated() { pool[i].score = score }
    pool.removeAll { !$0.score.isFinite }
    let order = FreePoints.ranked(pool.map(\.score))
    var found = order.first.map { (point: inputs.point(at: pool[$0].inputs), score: pool[$0].score) }
    guard !inputs.continuous.isEmpty else { return found }
    for k in order.prefix(Self.refined) {
      let end = places.climb(from: pool[k].inputs, on: acquisition, in: model.box, steps: Self.steps)
      guard let end, end.score > found?.score ?? -.infinity else { continue }
      let point = inputs.point(at: end.inputs)
      if places.isFree(point) { found = (point, end.score) }
    }
    return found
  }

  /// The least value of a drawn function, with its sign changed; under constraints that are drawn too, the least violation where
  /// nothing keeps them.
  func drawn(random: inout RandomStream) -> (point: Vector, score: Double)? {
    let choices = inputs.choiceCounts
    let path = PosteriorPath(of: model.objective, choices: choices, random: &random)
    let walls = model.constraints.map { PosteriorPath(of: $0, choices: choices, random: &random) }
    var best: (point: Vector, score: Double, violation: Double)?
    for candidate in candidates(&random) {
      let violation = walls.reduce(0.0) { $0 + max(0, -$1.value(at: candidate)) }
      if let best, violation > best.violation { continue }
      let score = path.value(at: candidate)
      guard score.isFinite else { continue }
      if let best, violation == best.violation, score <= best.score { continue }
      best = (inputs.point(at: candidate), score, violation)
    }
    return best.map { ($0.point, $0.violation > 0 ? -1e100 * (1 + $0.violation) : $0.score) }
  }

  /// Inputs of free points.
  private func candidates(_ random: inout RandomStream) -> [Vector] {
    let (d, box) = (inputs.dimension, model.box)
    guard d > 0 else { return [] }
    var sobol = d <= SobolDirections.mostDimensions ? SobolSequence(dimension: d, shift: &random) : nil
    let chance = min(1, 20 / Double(d))
    var found: [Vector] = []
    for _ in 0..<count {
      let u = sobol?.next() ?? Vector((0..<d).map { _ in random.uniform() })
      var x = model.middle
      let sure = random.integer(below: d)
      for j in 0..<d where j == sure || chance == 1 || random.uniform() < chance {
        x[j] = box.lower[j] + u[j] * (box.upper[j] - box.lower[j])
      }
      let point = inputs.point(at: x)
      if places.isFree(point) { found.append(inputs.inputs(of: point)) }
    }
    return found
  }

  /// Inputs of free points near the middle: widths from a quarter of the region down to a thousandth.
  private func near(_ random: inout RandomStream) -> [Vector] {
    let (d, box) = (inputs.dimension, model.box)
    let chance = min(1, 3 / Double(max(1, d)))
    return (0..<64).compactMap { k in
      var x = model.middle
      let width = 0.25 * Double.power(0.5, k % 8)
      for j in 0..<d where k % 3 == 0 || random.uniform() < chance {
        let side = box.upper[j] - box.lower[j]
        x[j] =
          inputs.metric.isCategory[j]
          ? random.uniform() : min(max(x[j] + width * side * random.normal(), box.lower[j]), box.upper[j])
      }
      let point = inputs.point(at: x)
      return places.isFree(point) ? inputs.inputs(of: point) : nil
    }
  }
}
