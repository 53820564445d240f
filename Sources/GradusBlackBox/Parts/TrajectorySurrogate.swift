// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A Gaussian process with fixed parameters over the last answers of one client.
///
///     μ(x) = m + s Σ αₙk(x, xₙ),   k = exp(−|x − x'|²/2ℓ²),   (K + σ²I)α = (y − m)/s
///
/// m and s are mean and deviation of the answers.
struct TrajectorySurrogate {
  private let points: [[Double]]
  private let length: Double
  private let factor: Cholesky
  /// sα: the coefficients in the unit of the answers.
  let coefficients: [Double]

  /// nil without an answer, or where the matrix is no longer positive definite.
  init?(_ points: [[Double]], _ values: [Double], length: Double, noise: Double) {
    guard !values.isEmpty else { return nil }
    let n = values.count
    self.points = points
    self.length = length
    let mean = values.reduce(0, +) / Double(n)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
    let scale = deviation > 0 && deviation.isFinite ? deviation : 1
    var matrix = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for i in j..<n {
        let entry = i == j ? 1 + noise : Self.kernel(points[i], points[j], length)
        matrix[i, j] = entry
        matrix[j, i] = entry
      }
    }
    guard let factor = try? Cholesky(matrix) else { return nil }
    self.factor = factor
    coefficients = factor.solve(Vector(values.map { ($0 - mean) / scale })).elements.map { scale * $0 }
  }

  private static func kernel(_ a: [Double], _ b: [Double], _ length: Double) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var square = 0.0
        for j in 0..<a.count { square += (a[j] - b[j]) * (a[j] - b[j]) }
        return exp(-0.5 * square / (length * length))
      }
    }
  }

  /// ∇μ(x) = Σ sαₙk(x, xₙ)(xₙ − x)/ℓ².
  func gradient(at x: [Double]) -> [Double] {
    var gradient = [Double](repeating: 0, count: x.count)
    for (point, coefficient) in zip(points, coefficients) {
      let weight = coefficient * Self.kernel(x, point, length) / (length * length)
      for j in x.indices { gradient[j] += weight * (point[j] - x[j]) }
    }
    return gradient
  }

  /// The variance left at x, relative to that of the prior.
  func variance(at x: [Double]) -> Double {
    var half = Vector(points.map { Self.kernel(x, $0, length) })
    factor.solveLower(&half)
    return max(0, 1 - half.inner(half))
  }
}
