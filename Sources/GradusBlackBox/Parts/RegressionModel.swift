// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// A polynomial of degree one or two, by weighted least squares in the coordinates of a normal distribution:
///
///     q(z) = c + gᵀz + ½zᵀHz,    z = C^(−½)(u − m)/σ,    Σwₖ(q(zₖ) − fₖ)² least
///
/// H is zero, diagonal, or full. There the points that CMA-ES draws spread alike in all directions, so that the system is
/// well conditioned however long and thin the distribution is. Cost of a fit to k points: 2kp² for p coefficients.
struct RegressionModel: Sendable, Codable {
  enum Shape: Int, Sendable, Codable, CaseIterable {
    case linear, diagonal, full

    /// p for n coordinates.
    func termCount(_ n: Int) -> Int {
      switch self {
      case .linear: n + 1
      case .diagonal: 2 * n + 1
      case .full: (n + 1) * (n + 2) / 2
      }
    }
  }

  let shape: Shape
  /// c, g, the diagonal of ½H, then what is below it by columns, doubled.
  private let coefficients: [Double]
  private let center: Buffer<Double>
  private let sigma: Double
  private let axes: Buffer<Double>
  private let basis: Buffer<Double>

  /// nil where the points do not determine the coefficients.
  init?(_ shape: Shape, points: [[Double]], values: [Double], weights: [Double], around d: SearchDistribution) {
    self.shape = shape
    center = d.mean
    sigma = d.sigma
    axes = d.axes
    basis = d.basis
    let (rows, n) = (points.count, d.dimension)
    let terms = shape.termCount(n)
    guard rows >= terms, let least = values.min() else { return nil }
    var a = [Double](repeating: 0, count: rows * terms)
    var b = [Double](repeating: 0, count: rows)
    var norms = [Double](repeating: 0, count: terms)
    var row = [Double](repeating: 0, count: terms)
    for k in 0..<rows {
      Self.expand(Self.normalized(points[k], center, sigma, axes, basis), shape, into: &row)
      let w = weights[k].squareRoot()
      for t in 0..<terms {
        a[t * rows + k] = w * row[t]
        norms[t] += w * row[t] * w * row[t]
      }
      b[k] = w * (values[k] - least)
    }
    let matrix = Matrix(rowCount: rows, columnCount: terms, elements: a)
    // In Swift where a call costs as much as the work.
    guard let factors = try? QRFactorization(matrix, on: rows * terms * terms < 60_000 ? .portable : .best()) else {
      return nil
    }
    let triangle = factors.triangle
    for t in 0..<terms where !(abs(triangle[t, t]) > 1e-9 * norms[t].squareRoot()) { return nil }
    guard var solution = (try? factors.leastSquares(Vector(b)))?.elements, solution.allSatisfy(\.isFinite) else {
      return nil
    }
    solution[0] += least
    coefficients = solution
  }

  var termCount: Int { coefficients.count }

  func value(at u: [Double]) -> Double {
    var row = [Double](repeating: 0, count: coefficients.count)
    Self.expand(Self.normalized(u, center, sigma, axes, basis), shape, into: &row)
    var sum = 0.0
    for (a, b) in zip(row, coefficients) { sum += a * b }
    return sum
  }

  /// Where q is least; nil where it has no minimum.
  var minimizer: [Double]? {
    let n = center.count
    var z = [Double](repeating: 0, count: n)
    switch shape {
    case .linear: return nil
    case .diagonal:
      for i in 0..<n {
        guard coefficients[1 + n + i] > 0 else { return nil }
        z[i] = -0.5 * coefficients[1 + i] / coefficients[1 + n + i]
      }
    case .full:
      var h = Matrix(rowCount: n, columnCount: n)
      var t = 1 + 2 * n
      for j in 0..<n {
        h[j, j] = 2 * coefficients[1 + n + j]
        for i in j + 1..<max(n, j + 1) {
          h[i, j] = coefficients[t]
          h[j, i] = coefficients[t]
          t += 1
        }
      }
      guard let factor = try? Cholesky(h, on: .portable) else { return nil }
      z = factor.solve(Vector((0..<n).map { -coefficients[1 + $0] })).elements
    }
    var u = center.elements
    if basis.count == 0 {
      for i in 0..<n { u[i] += sigma * axes[i] * z[i] }
    } else {
      for j in 0..<n {
        let s = sigma * axes[j] * z[j]
        for i in 0..<n { u[i] += s * basis[j * n + i] }
      }
    }
    return u.allSatisfy(\.isFinite) ? u : nil
  }

  private static func normalized(
    _ u: [Double], _ center: Buffer<Double>, _ sigma: Double, _ axes: Buffer<Double>, _ basis: Buffer<Double>
  ) -> [Double] {
    let n = u.count
    let y = (0..<n).map { (u[$0] - center[$0]) / sigma }
    if basis.count == 0 { return (0..<n).map { y[$0] / axes[$0] } }
    return basis.elements.withUnsafeBufferPointer { b in
      (0..<n).map { j in
        var s = 0.0
        for i in 0..<n { s += b[j * n + i] * y[i] }
        return s / axes[j]
      }
    }
  }

  private static func expand(_ z: [Double], _ shape: Shape, into row: inout [Double]) {
    let n = z.count
    row[0] = 1
    for i in 0..<n { row[1 + i] = z[i] }
    guard shape != .linear else { return }
    for i in 0..<n { row[1 + n + i] = z[i] * z[i] }
    guard shape == .full else { return }
    var t = 1 + 2 * n
    for j in 0..<n {
      for i in j + 1..<max(n, j + 1) {
        row[t] = z[i] * z[j]
        t += 1
      }
    }
  }
}
