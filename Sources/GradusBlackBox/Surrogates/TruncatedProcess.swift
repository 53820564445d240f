// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

/// Answers of several fidelities s ∈ (0, 1] as the full function and what the cheap ones lack:
///
///     k((x, s), (x', s')) = v·(k₀(x, x') + q·c(s, s')·k₁(x, x')),     c = (1 − s)(1 − s')(1 + ss')^p
///     y(x, s) = m_s + f(x, s) + ε,   ε ∼ N(0, vρ)
///
/// At s = 1 the second part is gone. k₀ and k₁ have lengths of their own. Each fidelity has its own mean m_s.
///
/// Cost: n³/3 operations for n answers of all levels together, then n² a point.
/// **Reference** J. Wu, S. Toscano-Palmerin, P. Frazier, A. Wilson, *Practical multi-fidelity Bayesian optimization for
/// hyperparameter tuning*, UAI 2019; B. Do, R. Zhang, arXiv:2311.13050 (2023).
public struct TruncatedProcess: FidelityProcess {
  /// What is fitted.
  public struct Parameters: Sendable, Codable, Hashable {
    /// Of k₀, one a group of coordinates.
    public var lengths: Vector
    /// Of k₁.
    public var otherLengths: Vector
    /// q.
    public var share: Double
    /// ρ.
    public var noiseShare: Double

    public init(lengths: Vector, otherLengths: Vector, share: Double, noiseShare: Double) {
      self.lengths = lengths
      self.otherLengths = otherLengths
      self.share = share
      self.noiseShare = noiseShare
    }
  }

  public static let power = 1.0

  public let fidelities: [Double]
  public let parameters: Parameters
  /// v.
  public let variance: Double
  /// m_s, one a level.
  public let means: [Double]
  let kernel: StationaryKernel
  private let metric: InputMetric
  private let weights: [Double]
  private let otherWeights: [Double]
  private var inputs: [Vector]
  private var places: [Int]
  private var residuals: [Double]
  private var factor: Cholesky
  private var dual: Vector

  /// Conditions a process on answers: inputs, the level of each, values. nil where its matrix is not positive definite.
  public init?(
    at inputs: [Vector], levels places: [Int], values: [Double], fidelities: [Double],
    kernel: StationaryKernel = .matern52, metric: InputMetric, parameters: Parameters
  ) {
    guard
      let evidence = TruncatedEvidence(
        inputs, places, values, fidelities, kernel, metric
      ).solved(parameters)
    else { return nil }
    self.fidelities = fidelities
    self.parameters = parameters
    self.kernel = kernel
    self.metric = metric
    self.inputs = inputs
    self.places = places
    means = evidence.means
    variance = evidence.variance
    factor = evidence.factor
    dual = evidence.dual
    residuals = evidence.residuals
    weights = metric.weights(parameters.lengths)
    otherWeights = metric.weights(parameters.otherLengths)
  }

  /// c(s, s').
  static func coupling(_ s: Double, _ t: Double) -> Double { (1 - s) * (1 - t) * (1 + s * t) }

  public var levels: Int { fidelities.count }
  public var priorVariance: Double { variance }
  public func noise(of level: Int) -> Double { variance * parameters.noiseShare }

  private func prior(_ a: Int, _ b: Int) -> Double {
    1 + parameters.share * Self.coupling(fidelities[a], fidelities[b])
  }

  private func square(_ a: Vector, _ b: Vector, _ weights: [Double]) -> Double {
    var sum = 0.0
    for j in weights.indices { sum += weights[j] * metric.part(j, a[j], b[j]) }
    return sum
  }

  /// Correlations of a level at x with all answers, in units of v.
  private func cross(_ x: Vector, _ level: Int) -> Vector {
    Vector(
      inputs.indices.map { i in
        let weight = parameters.share * Self.coupling(fidelities[level], fidelities[places[i]])
        let own = kernel.correlation(squaredDistance: square(x, inputs[i], weights))
        return weight == 0
          ? own : own + weight * kernel.correlation(squaredDistance: square(x, inputs[i], otherWeights))
      })
  }

  public func relation(at x: Vector, level: Int) -> FidelityRelation {
    let top = levels - 1
    var own = cross(x, level)
    let mean = means[level] + own.inner(dual)
    factor.solveLower(&own)
    let rest = max(0, prior(level, level) - own.inner(own))
    guard level < top else {
      return FidelityRelation(mean: mean, variance: variance * rest, covariance: variance * rest)
    }
    var full = cross(x, top)
    factor.solveLower(&full)
    return FidelityRelation(
      mean: mean, variance: variance * rest, covariance: variance * (prior(level, top) - own.inner(full)))
  }

  public func linearizedRelation(
    at x: Vector, level: Int
  ) -> (own: FidelityRelation, mean: Vector, variance: Vector, covariance: Vector) {
    let top = levels - 1
    let (own, full) = (cross(x, level), cross(x, top))
    let (solved, solvedFull) = (factor.solve(own), level == top ? factor.solve(own) : factor.solve(full))
    let rest = max(0, prior(level, level) - own.inner(solved))
    let d = metric.dimension
    var (rises, pulls, ties) = (Vector.zeros(d), Vector.zeros(d), Vector.zeros(d))
    for i in inputs.indices {
      let base = 2 * kernel.slope(squaredDistance: square(x, inputs[i], weights))
      let slope = 2 * kernel.slope(squaredDistance: square(x, inputs[i], otherWeights))
      let weight = parameters.share * Self.coupling(fidelities[level], fidelities[places[i]])
      for j in 0..<d where !metric.isCategory[j] {
        let step = x[j] - inputs[i][j]
        let byFull = base * weights[j] * step
        let byOwn = byFull + weight * slope * otherWeights[j] * step
        rises[j] += dual[i] * byOwn
        pulls[j] -= 2 * solved[i] * byOwn
        // The full function has no part of k₁.
        ties[j] -= solvedFull[i] * byOwn + solved[i] * byFull
      }
    }
    for j in 0..<d {
      pulls[j] *= variance
      ties[j] *= variance
    }
    let relation = FidelityRelation(
      mean: means[level] + own.inner(dual), variance: variance * rest,
      covariance: level == top ? variance * rest : variance * (prior(level, top) - own.inner(solvedFull)))
    return (relation, rises, pulls, level == top ? pulls : ties)
  }

  public func leaveOneOutErrors(of level: Int) -> [Double] {
    let inverse = factor.solve(Matrix.identity(inputs.count))
    return inputs.indices.filter { places[$0] == level }.map { dual[$0] / inverse[$0, $0] }
  }

  public mutating func expect(at x: Vector, level: Int) {
    let own = cross(x, level)
    let mean = own.inner(dual)
    guard let larger = try? factor.bordered(by: Vector(own.elements + [prior(level, level) + parameters.noiseShare]))
    else { return }
    factor = larger
    inputs.append(x)
    places.append(level)
    residuals.append(mean)
    dual = factor.solve(Vector(residuals))
  }
}
