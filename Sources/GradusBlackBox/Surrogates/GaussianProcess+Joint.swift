// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

extension GaussianProcess {
  /// Means and covariance of several points at once. Cost: m·n² + m²·n operations.
  public func joint(at points: [Vector]) -> (means: Vector, covariance: Matrix) {
    let (n, m) = (count, points.count)
    var cross = Matrix(rowCount: n, columnCount: m)
    for (j, point) in points.enumerated() {
      for (i, value) in covariances(with: point).enumerated() { cross[i, j] = value }
    }
    let means = Vector((0..<m).map { mean + cross.column($0).inner(dual) })
    var halves: [Vector] = []
    for j in 0..<m {
      var half = cross.column(j)
      factor.solveLower(&half)
      halves.append(half)
    }
    var covariance = Matrix(rowCount: m, columnCount: m)
    for i in 0..<m {
      for j in 0...i {
        let value = prior(points[i], points[j]) - halves[i].inner(halves[j])
        covariance[i, j] = value
        covariance[j, i] = value
      }
    }
    return (means, covariance)
  }

  /// The posteriors at several points, which cost less together.
  public func posteriors(at points: [Vector]) -> [(mean: Double, variance: Double)] {
    let (n, m) = (count, points.count)
    guard m > 0 else { return [] }
    var elements: [Double] = []
    elements.reserveCapacity(n * m)
    for point in points { elements += covariances(with: point) }
    var half = Matrix(rowCount: n, columnCount: m, elements: elements)
    var found: [(mean: Double, variance: Double)] = []
    for j in 0..<m { found.append((mean + half.column(j).inner(dual), 0)) }
    factor.solveLower(&half)
    for j in 0..<m {
      let column = half.column(j)
      found[j].variance = max(0, variance - column.inner(column))
    }
    return found
  }

  /// s²k(a, b).
  func prior(_ a: Vector, _ b: Vector) -> Double { variance * kernel.correlation(squaredDistance: square(a, b)) }

  private func square(_ a: Vector, _ b: Vector) -> Double {
    var sum = 0.0
    for j in 0..<metric.dimension { sum += weights[j] * metric.part(j, a[j], b[j]) }
    return sum
  }

  /// Adds c·∂(s²k(x, b))/∂x; the entries of categories do not change.
  func addPriorSlope(at x: Vector, to b: Vector, times c: Double, _ gradient: inout Vector) {
    let factor = 2 * c * variance * kernel.slope(squaredDistance: square(x, b))
    for j in 0..<metric.dimension where !metric.isCategory[j] { gradient[j] += factor * weights[j] * (x[j] - b[j]) }
  }

  /// Adds Σ cᵢ·∂(s²k(x, xᵢ))/∂x over the observations; the entries of categories do not change.
  func addPriorSlopes(at x: Vector, times c: [Double], _ gradient: inout Vector) {
    var slopes = squares(to: x)
    slopes.withUnsafeMutableBufferPointer { kernel.differentiate($0, times: 2 * variance) }
    addSteps(from: x, times: zip(c, slopes).map { $0 * $1 }, &gradient)
  }
}

/// The posterior at some points, together with that at a point that moves:
///
///     k_n(a, x) = k(a, x) − k(a, X)(K + σ²I)⁻¹k(X, x)
///
/// Cost: n²·m operations once, then n·m a point for m points.
struct PosteriorSet: Sendable {
  let process: GaussianProcess
  let points: [Vector]
  let means: [Double]
  /// (K + σ²I)⁻¹k(X, a), one after the other.
  private let solved: [Double]

  init(_ process: GaussianProcess, at points: [Vector]) {
    self.process = process
    self.points = points
    var elements: [Double] = []
    for point in points { elements += process.covariances(with: point) }
    let cross = Matrix(rowCount: process.count, columnCount: points.count, elements: elements)
    means = points.indices.map { process.mean + cross.column($0).inner(process.dual) }
    solved = points.isEmpty ? [] : process.factor.solve(cross).elements
  }

  /// k_n(a, x) for each a.
  func covariances(with x: Vector) -> [Double] {
    let cross = process.covariances(with: x)
    let n = cross.count
    return points.indices.map { k in
      var sum = process.prior(points[k], x)
      for i in 0..<n { sum -= solved[k * n + i] * cross[i] }
      return sum
    }
  }

  /// Adds Σ cₐ·∂k_n(a, x)/∂x.
  func addSlopes(at x: Vector, times c: [Double], _ gradient: inout Vector) {
    let n = process.count
    var combined = [Double](repeating: 0, count: n)
    for k in points.indices where c[k] != 0 {
      process.addPriorSlope(at: x, to: points[k], times: c[k], &gradient)
      for i in 0..<n { combined[i] -= c[k] * solved[k * n + i] }
    }
    process.addPriorSlopes(at: x, times: combined, &gradient)
  }
}
