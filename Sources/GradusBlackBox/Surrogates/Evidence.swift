// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
package import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The evidence of observations as a function of lengths and share of noise, mean and variance being the best for these:
///
///     C = k(r; ℓ) + ρI,   m = 1ᵀC⁻¹y/1ᵀC⁻¹1,   s² = (y − m)ᵀC⁻¹(y − m)/n,
///     log p = −½(n log s² + log|C| + n + n log 2π)
///     ∂ log p/∂θ = ½ tr((ββᵀ/s² − C⁻¹)·∂C/∂θ),   β = C⁻¹(y − m);      m and s² are optimal, so they do not move
///
/// **Reference** Rasmussen & Williams (2006), equations 5.8 and 5.9; D. R. Jones, M. Schonlau, W. J. Welch, J. Global Optim.
/// 13 (1998), equations 4 to 6.
package struct Evidence {
  let kernel: StationaryKernel
  let metric: InputMetric
  /// The first coordinate of all inputs, then the second, ….
  private let columns: [Double]
  private let observations: Vector
  private let backend = LinearAlgebraBackend.best()
  /// Squares of observations that differ by rounding only have no variance of their own; any small number stands for it.
  private let smallestVariance: Double
  /// m, where it is not to be the best.
  var fixedMean: Double?
  /// τ of a normal prior on log s² around the logarithm of the variance of the observations; nil: none.
  package var variancePrior: Double?
  private let spread: Double

  package init(_ points: [Vector], _ observations: Vector, _ kernel: StationaryKernel, _ metric: InputMetric) {
    self.kernel = kernel
    self.metric = metric
    self.observations = observations
    columns = (0..<metric.dimension).flatMap { j in points.map { $0[j] } }
    let middle = observations.elements.reduce(0, +) / Double(max(1, observations.count))
    spread =
      observations.elements.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(max(1, observations.count))
    let size = observations.elements.reduce(0) { max($0, abs($1)) }
    smallestVariance = 1e-20 * max(1, size * size)
  }

  package struct Profile {
    package var logEvidence: Double
    var mean: Double
    var variance: Double
  }

  /// Evidence, mean and variance; nil where C is not positive definite.
  package func profile(_ lengths: Vector, _ share: Double) -> Profile? { solve(lengths, share)?.profile }

  private struct Solved {
    var profile: Profile
    var factor: Cholesky
    /// β.
    var dual: Vector
  }

  private func solve(_ lengths: Vector, _ share: Double) -> Solved? {
    let n = observations.count
    var correlations = squares(lengths)
    correlations.withUnsafeMutableBufferPointer { kernel.correlate($0) }
    var matrix = Matrix(rowCount: n, columnCount: n)
    matrix.elements.withUnsafeMutableBufferPointer { entries in
      var pair = 0
      for j in 0..<n {
        entries[j + j * n] = 1 + share
        for i in j + 1..<max(n, j + 1) {
          entries[i + j * n] = correlations[pair]
          pair += 1
        }
      }
    }
    guard let factor = try? Cholesky(matrix, on: backend) else { return nil }
    let ones = factor.solve(Vector(repeating: 1, count: n))
    let mean = fixedMean ?? ones.inner(observations) / ones.elements.reduce(0, +)
    let residual = Vector(observations.elements.map { $0 - mean })
    let dual = factor.solve(residual)
    let variance = max(residual.inner(dual) / Double(n), smallestVariance)
    var value = -0.5 * (Double(n) * (log(variance) + 1 + log(2 * Double.pi)) + factor.logDeterminant)
    if let excess = excess(variance), let variancePrior {
      value -= 0.5 * (excess / variancePrior) * (excess / variancePrior)
    }
    guard value.isFinite else { return nil }
    return Solved(
      profile: Profile(logEvidence: value, mean: mean, variance: variance), factor: factor, dual: dual)
  }

  /// The coefficient of x in the generalized least-squares fit of a line through y, under C; nil where C is not positive
  /// definite or nothing varies.
  func slope(of y: [Double], over x: [Double], _ lengths: Vector, _ share: Double) -> Double? {
    guard let factor = solve(lengths, share)?.factor else { return nil }
    let (ones, a) = (factor.solve(Vector(repeating: 1, count: x.count)), factor.solve(Vector(x)))
    let (y, x) = (Vector(y), Vector(x))
    let total = ones.elements.reduce(0, +)
    let (middle, other) = (ones.inner(x), ones.inner(y))
    let determinant = a.inner(x) * total - middle * middle
    guard determinant > 1e-12 * abs(a.inner(x) * total) else { return nil }
    return (a.inner(y) * total - middle * other) / determinant
  }

  /// Evidence with its gradient in log ℓ, then log ρ. Cost: about 7n³/3 operations, and n²·d/2.
  package func linearized(_ lengths: Vector, _ share: Double) -> (profile: Profile, gradient: Vector)? {
    guard let solved = solve(lengths, share) else { return nil }
    let n = observations.count
    var identity = Matrix(rowCount: n, columnCount: n)
    for i in 0..<n { identity[i, i] = 1 }
    let inverse = solved.factor.solve(identity)
    var gradient = Vector.zeros(lengths.count + 1)
    // The prior on s² weighs the first part of the gradient, since ∂ log s²/∂θ = −tr(ββᵀ·∂C/∂θ)/(n·s²).
    let pull = excess(solved.profile.variance).map { excess in
      2 * excess / (Double(n) * (variancePrior ?? 1) * (variancePrior ?? 1))
    }
    let (dual, scale) = (solved.dual.elements, (1 + (pull ?? 0)) / solved.profile.variance)
    var factors = squares(lengths)
    factors.withUnsafeMutableBufferPointer { kernel.differentiate($0, times: -2) }
    inverse.elements.withUnsafeBufferPointer { inverse in
      factors.withUnsafeMutableBufferPointer { factors in
        var pair = 0
        for j in 0..<n {
          gradient[lengths.count] += 0.5 * share * (dual[j] * dual[j] * scale - inverse[j + j * n])
          for i in j + 1..<max(n, j + 1) {
            // Twice for the two triangles, half for the formula; ∂(δ/ℓ²)/∂ log ℓ = −2δ/ℓ².
            factors[pair] *= dual[i] * dual[j] * scale - inverse[i + j * n]
            pair += 1
          }
        }
      }
    }
    columns.withUnsafeBufferPointer { columns in
      for k in 0..<metric.dimension {
        let length = lengths[metric.groups[k]]
        let column = UnsafeBufferPointer(rebasing: columns[k * n..<(k + 1) * n])
        gradient[metric.groups[k]] += Self.weighted(factors, column, metric.isCategory[k]) / (length * length)
      }
    }
    return (solved.profile, gradient)
  }

  /// log s² less the middle of its prior; nil without one.
  private func excess(_ variance: Double) -> Double? {
    variancePrior == nil ? nil : log(variance) - log(max(spread, smallestVariance))
  }

  /// r² of the pairs i > j, column by column.
  private func squares(_ lengths: Vector) -> [Double] {
    let n = observations.count
    return [Double](unsafeUninitializedCapacity: n * (n - 1) / 2) { squares, count in
      count = n * (n - 1) / 2
      squares.initialize(repeating: 0)
      columns.withUnsafeBufferPointer { columns in
        for k in 0..<metric.dimension {
          let length = lengths[metric.groups[k]]
          let (weight, isCategory) = (1 / (length * length), metric.isCategory[k])
          var first = 0
          for j in 0..<n {
            let (own, rest) = (columns[k * n + j], n - j - 1)
            let others = columns.baseAddress.map { $0 + k * n + j + 1 }
            guard let others, let row = squares.baseAddress.map({ $0 + first }) else { continue }
            if isCategory {
              for i in 0..<rest { row[i] += others[i] == own ? 0 : weight }
            } else {
              for i in 0..<rest {
                let step = others[i] - own
                row[i] += weight * (step * step)
              }
            }
            first += rest
          }
        }
      }
    }
  }

  /// Σ cᵢⱼ·δ(xᵢ, xⱼ) over the pairs.
  private static func weighted(
    _ factors: [Double], _ column: UnsafeBufferPointer<Double>, _ isCategory: Bool
  ) -> Double {
    let n = column.count
    var total = 0.0
    factors.withUnsafeBufferPointer { factors in
      guard let all = factors.baseAddress, let values = column.baseAddress else { return }
      var first = 0
      for j in 0..<n {
        let (own, rest) = (values[j], n - j - 1)
        let (row, others) = (all + first, values + j + 1)
        var (sum, i) = (SIMD4<Double>.zero, 0)
        if isCategory {
          for i in 0..<rest where others[i] != own { total += row[i] }
        } else {
          while i + 4 <= rest {
            let step =
              SIMD4(others[i], others[i + 1], others[i + 2], others[i + 3]) - SIMD4(repeating: own)
            sum += SIMD4(row[i], row[i + 1], row[i + 2], row[i + 3]) * step * step
            i += 4
          }
          while i < rest {
            let step = others[i] - own
            total += row[i] * step * step
            i += 1
          }
        }
        total += sum.sum()
        first += rest
      }
    }
    return total
  }
}
