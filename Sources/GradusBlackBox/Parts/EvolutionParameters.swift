// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Weights and learning rates of CMA-ES for dimension n and λ points a generation.
///
///     w'ᵢ = ln((λ+1)/2) − ln i,   μ_eff = (Σ⁺w')²/Σ⁺w'²,   Σ⁺wᵢ = 1
///     c_σ = (μ_eff + 2)/(n + μ_eff + 3),   d_σ = 1 + c_σ + 2 max(0, ((μ_eff − 1)/(n + 1))^½ − 1)
///     c_c = (4 + μ_eff/n)/(n + 4 + 2μ_eff/n)
///     c₁ = min(1, λ/6)·2/((n + 1.3)² + μ_eff),   c_μ = min(1 − c₁, 2(μ_eff − 7/4 + 1/μ_eff)/((n + 2)² + μ_eff))
///
/// The negative weights sum to −min(1 + c₁/c_μ, 1 + 2μ⁻_eff/(μ_eff + 2), (1 − c₁ − c_μ)/(n c_μ)), which keeps C positive
/// definite. For a diagonal C, which has fewer numbers to learn, c₁ and c_μ are (n + 2)/3 times as large.
///
/// **Reference** N. Hansen, *The CMA evolution strategy: a tutorial*, arXiv:1604.00772 (2016), table 1.
struct EvolutionParameters: Sendable, Codable {
  /// λ.
  let population: Int
  /// μ, the number of positive weights.
  let parents: Int
  /// wᵢ, best first; the last λ − μ are negative, or zero when the update is not active.
  let weights: Buffer<Double>
  let effectiveParents: Double
  let pathRate: Double
  let damping: Double
  let covariancePathRate: Double
  let rankOneRate: Double
  let rankMuRate: Double
  /// E|z| of a standard normal z ∈ Rⁿ, to about n⁻³.
  let expectedNorm: Double
  /// Generations between two spectral decompositions: they cost n³, an update n²λ.
  let decompositionGap: Double

  static func defaultPopulation(_ n: Int) -> Int { 4 + Int(3 * naturalLogarithm(Double(max(1, n)))) }

  init(dimension: Int, population: Int, active: Bool, diagonal: Bool = false) {
    let n = Double(max(1, dimension))
    let lambda = max(2, population)
    let logHalf = naturalLogarithm(Double(lambda + 1) / 2)
    var weights = (1...lambda).map { logHalf - naturalLogarithm(Double($0)) }
    let parents = lambda / 2
    let positive = weights[..<parents].reduce(0, +)
    let mu = positive * positive / weights[..<parents].reduce(0) { $0 + $1 * $1 }
    let negative = weights[parents...].reduce(0) { $0 + min($1, 0) }
    let negativeSquares = weights[parents...].reduce(0) { $0 + min($1, 0) * min($1, 0) }
    let pace = diagonal ? (n + 2) / 3 : 1
    let c1 = min(0.5, pace * min(1, Double(lambda) / 6) * 2 / ((n + 1.3) * (n + 1.3) + mu))
    let cmu = min(1 - c1, pace * 2 * (mu - 1.75 + 1 / mu) / ((n + 2) * (n + 2) + mu))
    for i in 0..<parents { weights[i] /= positive }
    let muNegative = negativeSquares > 0 ? negative * negative / negativeSquares : 0
    let mass =
      active && cmu > 0
      ? min(1 + c1 / cmu, 1 + 2 * muNegative / (mu + 2), (1 - c1 - cmu) / (n * cmu)) : 0
    for i in parents..<lambda { weights[i] = negative < 0 ? -min(weights[i], 0) / negative * mass : 0 }

    self.population = lambda
    self.parents = parents
    self.weights = Buffer(weights)
    effectiveParents = mu
    pathRate = (mu + 2) / (n + mu + 3)
    damping = 1 + pathRate + 2 * max(0, ((mu - 1) / (n + 1)).squareRoot() - 1)
    covariancePathRate = (4 + mu / n) / (n + 4 + 2 * mu / n)
    rankOneRate = c1
    rankMuRate = cmu
    expectedNorm = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    decompositionGap = diagonal ? 0 : 1 / ((c1 + cmu) * n * 3)
  }
}
