// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// The quadratic program that a step of sequential quadratic programming solves, dense:
///
///     min gᵀd + ½dᵀBd    subject to  lower ≤ c + J·d ≤ upper,  d within the bounds − x
///
/// with c replaced for second-order corrections. Where these rows contradict each other, violated rows get a slack at the
/// price ν each: the elastic program, which always has a solution.
struct QuadraticModel {
  struct Step {
    var direction: Vector
    /// Multipliers of rows (scaled) and of bounds.
    var rows: Vector
    var bounds: Vector
    /// Σ of the linearized violations that remain.
    var violation: Double
    var active: [DenseQP.Side]
  }

  let gradient: Vector
  /// Dense rows of the scaled Jacobian.
  let jacobian: [[Double]]
  let lower: [Double]
  let upper: [Double]
  let boundLower: [Double]
  let boundUpper: [Double]

  init(_ rows: PenalizedRows, _ box: Box, _ sample: AugmentedLagrangian.Sample) {
    let (x, derivatives) = (sample.point, sample.derivatives)
    gradient = rows.objectiveScale * derivatives.gradient
    var dense = [[Double]](repeating: [Double](repeating: 0, count: x.count), count: rows.scales.count)
    for j in x.indices {
      for p in derivatives.jacobian.range(ofColumn: j) {
        let i = Int(derivatives.jacobian.rows[p])
        dense[i][j] += rows.scales[i] * derivatives.jacobian.values[p]
      }
    }
    jacobian = dense
    lower = rows.lower.elements
    upper = rows.upper.elements
    boundLower = x.indices.map { min(0, box.lower[$0] - x[$0]) }
    boundUpper = x.indices.map { max(0, box.upper[$0] - x[$0]) }
  }

  /// The solution, or nil where the rows contradict each other. `values` are scaled.
  func solve(_ factor: Cholesky, values c: [Double], hint: [DenseQP.Side]) -> Step? {
    var qp = DenseQP(
      factor: factor, gradient: gradient.elements, rows: jacobian,
      lower: c.indices.map { lower[$0] - c[$0] } + boundLower,
      upper: c.indices.map { upper[$0] - c[$0] } + boundUpper)
    guard qp.solve(hint: hint) == .solved, qp.point.allSatisfy(\.isFinite) else { return nil }
    let y = qp.multipliers
    return Step(
      direction: confined(qp.point), rows: Vector(Array(y[0..<c.count])), bounds: Vector(Array(y[c.count...])),
      violation: 0, active: qp.active)
  }

  /// The solution of the elastic program with the price ν.
  func solveElastic(_ hessian: Matrix, values c: [Double], price: Double) -> Step? {
    let n = gradient.count
    let violated = c.indices.filter { c[$0] < lower[$0] || c[$0] > upper[$0] }
    let all = n + violated.count
    var extended = Matrix(rowCount: all, columnCount: all)
    for j in 0..<n { for i in 0..<n { extended[i, j] = hessian[i, j] } }
    for k in n..<all { extended[k, k] = 1e-6 * max(1, price) }
    guard let factor = try? Cholesky(extended, on: .portable) else { return nil }
    var rows = jacobian.map { $0 + [Double](repeating: 0, count: violated.count) }
    var slackUpper: [Double] = []
    for (k, i) in violated.enumerated() {
      rows[i][n + k] = c[i] < lower[i] ? 1 : -1
      slackUpper.append(.infinity)
    }
    var qp = DenseQP(
      factor: factor, gradient: gradient.elements + violated.map { _ in price }, rows: rows,
      lower: c.indices.map { lower[$0] - c[$0] } + boundLower + violated.map { _ in 0 },
      upper: c.indices.map { upper[$0] - c[$0] } + boundUpper + slackUpper)
    guard qp.solve(hint: []) == .solved, qp.point.allSatisfy(\.isFinite) else { return nil }
    let direction = confined(Array(qp.point[0..<n]))
    let y = qp.multipliers
    return Step(
      direction: direction, rows: Vector(Array(y[0..<c.count])), bounds: Vector(Array(y[c.count..<(c.count + n)])),
      violation: linearizedViolation(c, direction), active: [])
  }

  /// Σ of the violations of c + J·d.
  func linearizedViolation(_ c: [Double], _ d: Vector) -> Double {
    var sum = 0.0
    for i in c.indices {
      let v = c[i] + inner(i, d)
      sum += max(0, lower[i] - v, v - upper[i])
    }
    return sum
  }

  /// Row i of J times d.
  func inner(_ i: Int, _ d: Vector) -> Double {
    var sum = 0.0
    for j in d.indices { sum += jacobian[i][j] * d[j] }
    return sum
  }

  private func confined(_ d: [Double]) -> Vector {
    Vector(d.indices.map { min(max(d[$0], boundLower[$0]), boundUpper[$0]) })
  }

  /// H with the normals of `active` added until it is positive definite, and then a multiple of the identity:
  ///
  ///     B = H + μ A_WᵀA_W + τI,   τ ≥ boost·|H|
  ///
  /// On the face of the active sides the first addition changes nothing; multipliers are corrected by μ·A_W·d.
  func convexified(
    _ hessian: Matrix, active: [DenseQP.Side], boost: Double
  ) -> (matrix: Matrix, factor: Cholesky, weight: Double)? {
    let n = gradient.count
    let size = max(1, hessian.maximumMagnitude)
    if boost == 0, let factor = try? Cholesky(hessian, on: .portable), Self.isSafe(factor) {
      return (hessian, factor, 0)
    }
    if boost == 0, !active.isEmpty {
      for weight in [size, 100 * size] {
        var matrix = hessian
        for side in active {
          let k = Int(side) / 2
          if k >= jacobian.count {
            matrix[k - jacobian.count, k - jacobian.count] += weight
            continue
          }
          let row = jacobian[k]
          for j in 0..<n where row[j] != 0 { for i in 0..<n { matrix[i, j] += weight * row[i] * row[j] } }
        }
        if let factor = try? Cholesky(matrix, on: .portable), Self.isSafe(factor) { return (matrix, factor, weight) }
      }
    }
    guard let factor = try? Cholesky.shifting(hessian, smallest: 1e-6, on: .portable) else { return nil }
    // A shift that only just suffices leaves steps without measure.
    let shift = max(2 * factor.shift, max(hessian.maximumMagnitude < 1e-12 ? 1e-2 : 1e-8, boost) * size)
    guard let safe = try? Cholesky(hessian, shift: shift, on: .portable) else { return nil }
    return (hessian + shift * Matrix.identity(n), safe, 0)
  }

  /// No pivot is next to nothing beside the largest.
  private static func isSafe(_ factor: Cholesky) -> Bool {
    var (least, most) = (Double.infinity, 0.0)
    for i in 0..<factor.factor.rowCount {
      let pivot = factor.factor[i, i]
      least = min(least, pivot)
      most = max(most, pivot)
    }
    return least > 1e-10 * most
  }
}
