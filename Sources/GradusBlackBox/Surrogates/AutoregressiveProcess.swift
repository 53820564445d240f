// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Answers of several fidelities, each level explained by the one below:
///
///     f₀ = δ₀,   f_ℓ = ρ_ℓ·f_{ℓ−1} + δ_ℓ,     δ_ℓ independent Gaussian processes
///     μ_ℓ = ρ_ℓ·μ_{ℓ−1} + μ_δ,   s²_ℓ = ρ²_ℓ·s²_{ℓ−1} + s²_δ,   corr(f_k, f_ℓ) = ρ_{k+1}⋯ρ_ℓ·s_k/s_ℓ
///
/// δ_ℓ is conditioned on y_ℓ − ρ_ℓ·μ_{ℓ−1}; ρ_ℓ is the generalized least-squares factor under its correlations.
///
/// **Reference** M. C. Kennedy, A. O'Hagan, Biometrika 87 (2000); L. Le Gratiet, J. Garnier, Int. J. Uncertainty
/// Quantification 4 (2014), for the recursive form.
public struct AutoregressiveProcess: Sendable {
  /// δ_ℓ, cheapest first.
  public let parts: [GaussianProcess]
  /// ρ_ℓ; the first is 0.
  public let factors: [Double]

  public init(parts: [GaussianProcess], factors: [Double]) {
    precondition(!parts.isEmpty && parts.count == factors.count, "a process and a factor for each level")
    self.parts = parts
    self.factors = factors
  }

  public var levels: Int { parts.count }

  /// Mean and variance of a level.
  public func posterior(at x: Vector, level: Int) -> (mean: Double, variance: Double) {
    var (mean, variance) = (0.0, 0.0)
    for k in 0...level {
      let own = parts[k].posterior(at: x)
      mean = factors[k] * mean + own.mean
      variance = factors[k] * factors[k] * variance + own.variance
    }
    return (mean, variance)
  }

  /// Means and variances of all levels with their gradients.
  public func linearized(
    at x: Vector
  ) -> [(mean: Double, variance: Double, meanGradient: Vector, varianceGradient: Vector)] {
    var found: [(mean: Double, variance: Double, meanGradient: Vector, varianceGradient: Vector)] = []
    for k in parts.indices {
      var own = parts[k].linearized(at: x)
      if let below = found.last {
        let factor = factors[k]
        own.mean += factor * below.mean
        own.variance += factor * factor * below.variance
        for j in x.indices {
          own.meanGradient[j] += factor * below.meanGradient[j]
          own.varianceGradient[j] += factor * factor * below.varianceGradient[j]
        }
      }
      found.append(own)
    }
    return found
  }

  /// ρ_{k+1}⋯ρ_top.
  public func factor(from level: Int) -> Double { factors[(level + 1)...].reduce(1, *) }
}

/// Observations of one level.
struct LevelData: Sendable {
  var inputs: [Vector]
  var values: [Double]
}

extension AutoregressiveProcess {
  /// What was fitted to a level.
  struct Parameters: Sendable, Codable, Hashable {
    var own: SurrogateFit.Parameters
    var factor: Double
  }

  /// Fits the levels, cheapest first; `last` is where each search begins, and all there is without `refits`. nil where a matrix
  /// is not positive definite.
  static func fitted(
    to data: [LevelData], _ fit: SurrogateFit, _ metric: InputMetric, last: inout [Parameters?], refits: Bool,
    random: inout RandomStream
  ) -> AutoregressiveProcess? {
    var (parts, factors): ([GaussianProcess], [Double]) = ([], [])
    for (k, level) in data.enumerated() {
      var (factor, targets) = (0.0, level.values)
      var below: [Double] = []
      if k > 0 {
        let lower = AutoregressiveProcess(parts: parts, factors: factors)
        below = level.inputs.map { lower.posterior(at: $0, level: k - 1).mean }
        factor = last[k]?.factor ?? slope(of: level.values, over: below)
        targets = zip(level.values, below).map { $0 - factor * $1 }
      }
      var parameters = last[k]?.own
      // With a few points of this level the factor and the lengths are found in turn.
      for round in 0..<(k > 0 ? 2 : 1) where refits || parameters == nil {
        parameters = fit.parameters(
          for: level.inputs, observations: Vector(targets), metric: metric, last: parameters, random: &random)
        guard k > 0, round == 0, let found = parameters else { continue }
        let evidence = Evidence(level.inputs, Vector(targets), fit.kernel, metric)
        factor = evidence.slope(of: level.values, over: below, found.lengths, found.noiseShare) ?? factor
        targets = zip(level.values, below).map { $0 - factor * $1 }
      }
      guard let parameters,
        let part = fit.process(parameters, for: level.inputs, observations: Vector(targets), metric: metric)
      else { return nil }
      last[k] = Parameters(own: parameters, factor: factor)
      parts.append(part)
      factors.append(factor)
    }
    return AutoregressiveProcess(parts: parts, factors: factors)
  }

  /// The slope of the regression line, 1 where nothing varies.
  private static func slope(of y: [Double], over x: [Double]) -> Double {
    let n = Double(y.count)
    let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xx, xy) = (0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - mx) * (a - mx)
      xy += (a - mx) * (b - my)
    }
    return xx > 1e-300 && y.count > 2 ? xy / xx : 1
  }
}

extension GaussianProcess {
  /// yᵢ less what the other observations say of it: [K⁻¹(y − m)]ᵢ/[K⁻¹]ᵢᵢ (Rasmussen & Williams 2006, equation 5.12).
  var leaveOneOutErrors: [Double] {
    let n = count
    let inverse = factor.solve(Matrix.identity(n))
    return (0..<n).map { dual[$0] / inverse[$0, $0] }
  }
}
