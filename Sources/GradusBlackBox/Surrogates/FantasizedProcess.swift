// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// A process under several draws of what the points that wait will answer. Means differ from draw to draw, variances do not:
///
///     y_P = μ_P + L_PP·z,    (K + σ²I)⁻¹(y − m) = L⁻ᵀ[L_D⁻¹(y_D − m); z],    z ∼ N(0, I)
///
/// with the rows of L of the answers D and, after them, of the points P that wait. One z for each draw is used for all
/// inputs, so that averages over draws are smooth.
///
/// Cost: n² operations a draw once, then n² a point and n more for each draw.
package struct FantasizedProcess: Sendable {
  /// With the points that wait as its last observations.
  package let process: GaussianProcess
  /// What the points that wait answer, a list a draw.
  package let answers: [[Double]]
  /// (K + σ²I)⁻¹(y − m), one for each draw.
  let duals: [Vector]

  /// `process` has the points that wait as its last observations; each entry of `draws` has a number for each of them.
  package init(_ process: GaussianProcess, draws: [[Double]]) {
    let (n, waiting) = (process.count, draws.first?.count ?? 0)
    precondition(
      draws.allSatisfy { $0.count == waiting } && waiting <= n, "as many numbers in each draw as points wait")
    self.process = process
    var white = Vector(process.observations.map { $0 - process.mean })
    process.factor.solveLower(&white)
    let known = n - waiting
    var (answers, duals): ([[Double]], [Vector]) = ([], [])
    for draw in draws {
      var coordinates = white
      for (k, z) in draw.enumerated() { coordinates[known + k] = z }
      answers.append(
        (known..<n).map { i in
          var sum = process.mean
          for j in 0...i { sum += process.factor.factor[i, j] * coordinates[j] }
          return sum
        })
      process.factor.solveLowerTransposed(&coordinates)
      duals.append(coordinates)
    }
    self.answers = answers
    self.duals = duals
  }

  /// The process as it would be after the answers of one draw.
  package func process(_ draw: Int) -> GaussianProcess {
    process.observing(Array(process.observations.dropLast(answers[draw].count)) + answers[draw], dual: duals[draw])
  }

  /// What is known of f at a point.
  struct At: Sendable {
    /// One for each draw.
    var means: [Double]
    var variance: Double
  }

  func posteriors(at points: [Vector]) -> [At] {
    let n = process.count
    guard !points.isEmpty else { return [] }
    var elements: [Double] = []
    elements.reserveCapacity(n * points.count)
    for point in points { elements += process.covariances(with: point) }
    var half = Matrix(rowCount: n, columnCount: points.count, elements: elements)
    var found = points.indices.map { j in
      let column = half.column(j)
      return At(means: duals.map { process.mean + column.inner($0) }, variance: 0)
    }
    process.factor.solveLower(&half)
    for j in points.indices {
      let column = half.column(j)
      found[j].variance = max(0, process.variance - column.inner(column))
    }
    return found
  }

  /// Means and variance at a point, with what their gradients need.
  func linearized(at x: Vector) -> (at: At, varianceGradient: Vector, slopes: [Double]) {
    let cross = Vector(process.covariances(with: x))
    var slopes = process.squares(to: x)
    slopes.withUnsafeMutableBufferPointer { process.kernel.differentiate($0, times: 2 * process.variance) }
    let weighted = process.factor.solve(cross)
    var pulls = Vector.zeros(x.count)
    process.addSteps(from: x, times: slopes.indices.map { -2 * slopes[$0] * weighted[$0] }, &pulls)
    let at = At(
      means: duals.map { process.mean + cross.inner($0) }, variance: max(0, process.variance - cross.inner(weighted)))
    return (at, pulls, slopes)
  }

  /// Adds Σ cₛ·∂μₛ/∂x over the draws.
  func addMeanSlopes(at x: Vector, _ slopes: [Double], times c: [Double], _ gradient: inout Vector) {
    var combined = [Double](repeating: 0, count: slopes.count)
    for (dual, c) in zip(duals, c) where c != 0 {
      for i in combined.indices { combined[i] += c * dual[i] }
    }
    process.addSteps(from: x, times: zip(slopes, combined).map { $0 * $1 }, &gradient)
  }
}
