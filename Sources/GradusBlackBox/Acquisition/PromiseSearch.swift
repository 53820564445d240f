// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Where a promise without a gradient is largest.
///
///     candidates: a Sobol set, and the best points known moved a little
///     the most promising of them: changes of one coordinate and of one parameter, at widths that shrink, while they help
struct PromiseSearch {
  let inputs: SpaceInputs
  let problem: SearchProblem
  /// Points that need not be asked again.
  let taken: Set<Vector>
  /// Inputs of good points, best first.
  let incumbents: [Vector]
  var sweep = 256
  var refined = 4

  /// The best point found; nil where nothing but taken and forbidden points was found.
  func best(_ promise: (Vector) -> Double, random: inout RandomStream) -> Vector? {
    var pool: [(inputs: Vector, score: Double)] = []
    for candidate in candidates(&random) {
      let point = inputs.point(at: candidate)
      guard isFree(point) else { continue }
      let snapped = inputs.inputs(of: point)
      let score = promise(snapped)
      if score.isFinite { pool.append((snapped, score)) }
    }
    let order = pool.indices.sorted { pool[$0].score == pool[$1].score ? $0 < $1 : pool[$0].score > pool[$1].score }
    var best: (inputs: Vector, score: Double)?
    for k in order.prefix(refined) {
      let found = climb(pool[k], promise, &random)
      if found.score > best?.score ?? -.infinity { best = found }
    }
    return best.map { inputs.point(at: $0.inputs) }
  }

  private func isFree(_ point: Vector) -> Bool { problem.knownViolation(of: point) == 0 && !taken.contains(point) }

  private func candidates(_ random: inout RandomStream) -> [Vector] {
    let d = inputs.dimension
    var sobol = d > 0 && d <= SobolDirections.mostDimensions ? SobolSequence(dimension: d, shift: &random) : nil
    var found = (0..<sweep).map { _ in sobol?.next() ?? Vector((0..<d).map { _ in random.uniform() }) }
    for (rank, incumbent) in incumbents.enumerated() {
      for k in 0..<(rank == 0 ? 48 : 16) {
        found.append(moved(incumbent, width: 0.3 * Double.power(0.5, k % 8), share: k % 3 == 0 ? 1 : 3, &random))
      }
    }
    return found
  }

  /// Some coordinates moved: all for `share` 1, otherwise about so many.
  private func moved(_ x: Vector, width: Double, share: Double, _ random: inout RandomStream) -> Vector {
    var x = x
    let chance = share == 1 ? 1 : min(1, share / Double(max(1, inputs.dimension)))
    for j in x.indices where random.uniform() < chance {
      x[j] = inputs.metric.isCategory[j] ? random.uniform() : min(max(x[j] + width * random.normal(), 0), 1)
    }
    return x
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
        for neighbor in Neighbors(inputs.space).all(of: inputs.point(at: best.inputs)) where isFree(neighbor) {
          consider(inputs.inputs(of: neighbor), promise, &best)
        }
      }
      if best.score <= before { width /= 4 }
    }
    return best
  }

  private func consider(_ x: Vector, _ promise: (Vector) -> Double, _ best: inout (inputs: Vector, score: Double)) {
    let point = inputs.point(at: x)
    guard isFree(point) else { return }
    let snapped = inputs.inputs(of: point)
    let score = promise(snapped)
    if score > best.score { best = (snapped, score) }
  }
}
