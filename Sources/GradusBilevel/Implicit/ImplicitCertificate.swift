// SPDX-License-Identifier: Apache-2.0

/// How far a derivative of a solution can be trusted.
public struct ImplicitCertificate: Sendable, Hashable, Codable {
  /// |F(x̂, θ)|₂.
  public var residualNorm: Double
  /// |(∂₁F)⁻¹·F|₂: to first order the distance of x̂ from the zero of F.
  public var distance: Double
  /// The same over max(1, |x̂|₂).
  public var relativeDistance: Double
  /// True when the relative distance is within the tolerance that was asked for.
  public var isConverged: Bool
  /// Upper estimate of σ_min(∂₁F), nil when the test was switched off.
  public var smallestSingularValue: Double?
  /// Lower estimate of σ_max(∂₁F).
  public var largestSingularValue: Double?
  /// μ with dᵀ∂₁F·d ≥ μ|d|² (or ≤ −μ|d|²): the least eigenvalue of the symmetric part, or what the options
  /// say; nil where n is too large for it.
  public var monotonicity: Double?
  /// One line each: the inner solution is not converged, the derivative is one-sided.
  public var warnings: [String]
}

extension ImplicitDerivative {
  /// A bound of ‖Ĵ − J‖₂ for a map that is strongly monotone with the modulus μ of the certificate, everywhere between x̂ and
  /// the solution:
  ///
  ///     |x̂ − x*| ≤ δ = |F(x̂)|/μ,   ‖Ĵ − J‖ ≤ (β + γ·‖Ĵ‖)·δ/(μ − γδ),   ‖Ĵ‖ ≤ ‖∂₂F‖/μ
  ///
  /// with the Lipschitz constants γ of ∂₁F and β of ∂₂F in x. Nil when the map is not strongly monotone at x̂, or when x̂ is
  /// too far away for the bound to hold (γδ ≥ μ). Cost: min(n, p) products.
  public func errorBound(solutionLipschitz gamma: Double, parameterLipschitz beta: Double) -> Double? {
    guard let mu = certificate.monotonicity, mu > 0 else { return nil }
    let delta = certificate.residualNorm / mu
    guard gamma * delta < mu else { return nil }
    let norm = parameterJacobianNorm / mu
    return (beta + gamma * norm) * delta / (mu - gamma * delta)
  }
}
