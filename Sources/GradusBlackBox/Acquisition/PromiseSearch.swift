// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Where a promise without a gradient is largest.
///
///     candidates: a Sobol set, and the best points known moved a little
///     the most promising of them: changes of one coordinate and of one parameter, at widths that shrink, while they help
struct PromiseSearch {
  private let places: FreePoints
  private let candidates: SearchCandidates
  private static let refined = 4

  private var inputs: SpaceInputs { places.inputs }

  /// `incumbents`: inputs of good points, best first. `sweep`: Sobol points.
  init(_ places: FreePoints, around incumbents: [Vector], sweep: Int) {
    self.places = places
    candidates = SearchCandidates(inputs: places.inputs, incumbents: incumbents, sweep: sweep, redrawn: 0)
  }

  /// The best point found; nil where nothing but taken and forbidden points was found.
  func best(_ promise: (Vector) -> Double, random: inout RandomStream) -> Vector? {
    var pool: [(inputs: Vector, score: Double)] = []
    for candidate in candidates.draw(&random) {
      let point = inputs.point(at: candidate)
      guard places.isFree(point) else { continue }
      let snapped = inputs.inputs(of: point)
      let score = promise(snapped)
      if score.isFinite { pool.append((snapped, score)) }
    }
    var best: (inputs: Vector, score: Double)?
    for k in FreePoints.ranked(pool.map(\.score)).prefix(Self.refined) {
      let found = climb(pool[k], promise, &random)
      if found.score > best?.score ?? -.infinity { best = found }
    }
    return best.map { inputs.point(at: $0.inputs) }
  }

  private func climb(
    _ start: (inputs: Vector, score: Double), _ promise: (Vector) -> Double, _ random: inout RandomStream
  ) -> (inputs: Vector, score: Double) {
    var (best, width) = (start, 0.1)
    for _ in 0..<5 {
      let before = best.score
      for j in inputs.continuous {
        for side in [-1.0, 1] {
          var x = best.inputs
          x[j] = min(max(x[j] + side * width * random.uniform(), 0), 1)
          consider(x, promise, &best)
        }
      }
      if inputs.continuous.count < inputs.dimension {
        for neighbor in Neighbors(inputs.space).all(of: inputs.point(at: best.inputs)) where places.isFree(neighbor) {
          consider(inputs.inputs(of: neighbor), promise, &best)
        }
      }
      if best.score <= before { width /= 4 }
    }
    return best
  }

  private func consider(_ x: Vector, _ promise: (Vector) -> Double, _ best: inout (inputs: Vector, score: Double)) {
    let point = inputs.point(at: x)
    guard places.isFree(point) else { return }
    let snapped = inputs.inputs(of: point)
    let score = promise(snapped)
    if score > best.score { best = (snapped, score) }
  }
}
