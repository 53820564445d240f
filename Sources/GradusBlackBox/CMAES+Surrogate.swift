// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

extension CMAES {
  /// An empty archive for the run that begins; none for more coordinates than a model is worth.
  func layModel(_ s: inout State) {
    s.modeled =
      surrogate == .none || s.box.dimension > SurrogatePopulation.mostForAny
      ? nil
      : SurrogatePopulation(
        dimension: s.box.dimension, population: s.parameters.population, diagonal: s.distribution.isDiagonal)
  }

  /// Puts the model's minimizer in the place of the last individual and leaves of the points those to be asked now.
  func chooseBatch(_ s: inout State, _ points: inout [Vector]) {
    guard var modeled = s.modeled else { return }
    s.modeled = nil
    if let u = modeled.model?.minimizer, let last = points.indices.last, last > 0 {
      inject(u, at: last, &s)
      points[last] = s.box.point(at: u)
    }
    let box = s.box
    modeled.begin(points.map { box.coordinates(of: $0).elements })
    s.pool = points
    points = modeled.batch.map { s.pool[$0] }
    s.modeled = modeled
  }

  /// Makes the step to u that of individual k, no longer than a normal one would be.
  private func inject(_ u: [Double], at k: Int, _ s: inout State) {
    let n = s.box.dimension
    let d = s.distribution
    let y = (0..<n).map { (u[$0] - d.mean[$0]) / d.sigma }
    let square = d.squaredLength(y)
    let most = Double(n).squareRoot() + 2 * Double(n) / Double(n + 2)
    let factor = min(1, most / max(square.squareRoot(), 1e-300))
    for i in 0..<n { s.steps[k * n + i] = factor * y[i] }
    s.squares[k] = factor * factor * square
  }

  /// Lets the model learn from what was evaluated, and asks for more or moves the distribution.
  func finishBatch(_ s: inout State) {
    guard var modeled = s.modeled else { return }
    s.modeled = nil
    let heard = Array(s.generation.values.elements.prefix(modeled.batch.count))
    let values = modeled.hear(heard, around: s.distribution)
    let next = modeled.batch.map { s.pool[$0] }
    s.modeled = modeled
    if let values { return finishGeneration(&s, values) }
    s.generation = Generation(next)
  }
}
