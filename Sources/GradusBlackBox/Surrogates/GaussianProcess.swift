// SPDX-License-Identifier: Apache-2.0
public import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Exact regression by a Gaussian process.
///
///     yᵢ = m + f(xᵢ) + ε,   f ∼ GP(0, s²k(r)),   r² = Σⱼ δⱼ(x, x')/ℓⱼ²,   ε ∼ N(0, σ²)
///     f* | y ∼ N(m + k*ᵀ(K + σ²I)⁻¹(y − m),  s² − k*ᵀ(K + σ²I)⁻¹k*)
///
/// Cost: n³/3 operations for n observations, then n² a point, and n² for one observation more.
/// **Reference** C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006), chapters 2 and 5.
public struct GaussianProcess: Sendable {
  public let kernel: StationaryKernel
  public let metric: InputMetric
  /// ℓ, one for each group of coordinates.
  public let lengths: Vector
  /// s².
  public let variance: Double
  /// σ².
  public let noise: Double
  /// m.
  public let mean: Double
  /// log p(y).
  public let logEvidence: Double
  /// Observations.
  public var count: Int { observations.count }

  let weights: [Double]
  /// One row of coordinates after the other.
  private(set) var inputs: [Double]
  private(set) var observations: [Double]
  /// Of K + σ²I.
  private(set) var factor: Cholesky
  /// (K + σ²I)⁻¹(y − m).
  private(set) var dual: Vector

  /// Conditions a process with these parameters on observations. Throws when its matrix is not positive definite.
  public init(
    at points: [Vector], observations: Vector, kernel: StationaryKernel = .matern52, metric: InputMetric? = nil,
    lengths: Vector, variance: Double, noise: Double, mean: Double = 0, on backend: LinearAlgebraBackend = .best()
  ) throws(FactorizationError) {
    let metric = metric ?? InputMetric(numbers: lengths.count)
    precondition(points.count == observations.count && !points.isEmpty, "one observation for each of some points")
    precondition(
      points.allSatisfy { $0.count == metric.dimension } && lengths.count == metric.groupCount,
      "a point has as many coordinates as there are lengths, or as its metric says")
    self.kernel = kernel
    self.metric = metric
    self.lengths = lengths
    self.variance = variance
    self.noise = noise
    self.mean = mean
    self.observations = observations.elements
    inputs = points.flatMap(\.elements)
    weights = metric.weights(lengths)
    let correlations = CorrelationMatrix(inputs, metric, weights, kernel)
    var covariance = correlations.values
    for i in covariance.elements.indices { covariance.elements[i] *= variance }
    for i in 0..<points.count { covariance[i, i] = variance + noise }
    factor = try Cholesky(covariance, on: backend)
    dual = factor.solve(Vector(observations.elements.map { $0 - mean }))
    let fit = zip(dual.elements, observations.elements).reduce(0.0) { $0 + $1.0 * ($1.1 - mean) }
    logEvidence = -0.5 * (fit + factor.logDeterminant + Double(points.count) * log(2 * Double.pi))
  }

  /// Takes one observation more in, with the same parameters; `logEvidence` stays that of the others. Throws when its point is
  /// so near to another that the matrix is no longer positive definite.
  public mutating func append(_ point: Vector, observation: Double) throws(FactorizationError) {
    precondition(point.count == metric.dimension, "a point has as many coordinates as the others")
    var row = covariances(with: point)
    row.append(variance + noise)
    factor = try factor.bordered(by: Vector(row))
    inputs += point.elements
    observations.append(observation)
    dual = factor.solve(Vector(observations.map { $0 - mean }))
  }

  /// The same process with other observations, y, of which (K + σ²I)⁻¹(y − m) is known; `logEvidence` stays that of the others.
  func observing(_ observations: [Double], dual: Vector) -> GaussianProcess {
    var changed = self
    (changed.observations, changed.dual) = (observations, dual)
    return changed
  }

  /// Posterior means of f at the observations: y − σ²(K + σ²I)⁻¹(y − m).
  var fittedMeans: [Double] { zip(observations, dual.elements).map { $0 - noise * $1 } }

  /// The posterior of f at a point.
  public func posterior(at x: Vector) -> (mean: Double, variance: Double) {
    var half = Vector(covariances(with: x))
    let mean = mean + half.inner(dual)
    factor.solveLower(&half)
    return (mean, max(0, variance - half.inner(half)))
  }

  /// Mean and variance with their gradients in x; the entries of categories are zero.
  public func linearized(
    at x: Vector
  ) -> (mean: Double, variance: Double, meanGradient: Vector, varianceGradient: Vector) {
    let d = metric.dimension
    var slopes = squares(to: x)
    var cross = Vector(slopes)
    cross.elements.withUnsafeMutableBufferPointer { kernel.correlate($0, times: variance) }
    slopes.withUnsafeMutableBufferPointer { kernel.differentiate($0, times: 2 * variance) }
    let weighted = factor.solve(cross)
    var (rises, pulls) = (Vector.zeros(d), Vector.zeros(d))
    addSteps(from: x, times: slopes.indices.map { slopes[$0] * dual[$0] }, &rises)
    addSteps(from: x, times: slopes.indices.map { -2 * slopes[$0] * weighted[$0] }, &pulls)
    return (mean + cross.inner(dual), max(0, variance - cross.inner(weighted)), rises, pulls)
  }

  /// Adds Σ cᵢ·(x − xᵢ)/ℓ² over the observations; the entries of categories do not change.
  func addSteps(from x: Vector, times c: [Double], _ gradient: inout Vector) {
    let (n, d) = (count, metric.dimension)
    let total = c.reduce(0, +)
    var sums = [Double](repeating: 0, count: d)
    inputs.withUnsafeBufferPointer { z in
      sums.withUnsafeMutableBufferPointer { sums in
        for i in 0..<n {
          let weight = c[i]
          for j in 0..<d { sums[j] += weight * z[i * d + j] }
        }
      }
    }
    for j in 0..<d where !metric.isCategory[j] { gradient[j] += weights[j] * (total * x[j] - sums[j]) }
  }

  /// s²k(x, xᵢ).
  func covariances(with x: Vector) -> [Double] {
    var row = squares(to: x)
    row.withUnsafeMutableBufferPointer { kernel.correlate($0, times: variance) }
    return row
  }

  /// r² of x and each input.
  func squares(to x: Vector) -> [Double] {
    let (n, d) = (count, metric.dimension)
    guard d > 0 else { return [Double](repeating: 0, count: n) }
    return [Double](unsafeUninitializedCapacity: n) { row, filled in
      inputs.withUnsafeBufferPointer { z in
        x.elements.withUnsafeBufferPointer { x in
          guard let z = z.baseAddress, let x = x.baseAddress else { return }
          for i in 0..<n { row.initializeElement(at: i, to: metric.square(x, z + i * d, weights)) }
        }
      }
      filled = n
    }
  }
}

/// k(rᵢⱼ) of all pairs of inputs; below the diagonal and on it.
struct CorrelationMatrix {
  var values: Matrix

  init(_ inputs: [Double], _ metric: InputMetric, _ weights: [Double], _ kernel: StationaryKernel) {
    let d = metric.dimension
    let n = d == 0 ? 1 : inputs.count / d
    values = Matrix(rowCount: n, columnCount: n)
    inputs.withUnsafeBufferPointer { z in
      guard let z = z.baseAddress else { return }
      values.elements.withUnsafeMutableBufferPointer { entries in
        for j in 0..<n {
          for i in j..<n { entries[i + j * n] = metric.square(z + i * d, z + j * d, weights) }
          kernel.correlate(UnsafeMutableBufferPointer(rebasing: entries[(j + j * n)..<(j + 1) * n]))
        }
      }
    }
  }
}
