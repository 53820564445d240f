// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A bound on the minimum of a strongly convex function from one gradient.
///
///     f* ≥ f(x) − |∇f(x)|²/(2m)          m: the modulus of strong convexity
///
/// **Reference** Y. Nesterov, *Lectures on Convex Optimization* (2018), theorem 2.1.10.
public struct StrongConvexityTest: Sendable {
  /// m > 0.
  public var modulus: Double
  public var tolerances: Tolerances

  public init(modulus: Double, tolerances: Tolerances) {
    precondition(modulus > 0, "the modulus of strong convexity must be positive")
    self.modulus = modulus
    self.tolerances = tolerances
  }

  /// `optimal` when value and bound, both recomputed, meet within the gap of continuous problems; nil otherwise.
  public func verdict(on answer: Linearization<Vector>) -> Verdict? {
    let gap = answer.gradient.inner(answer.gradient) / (2 * modulus)
    let allowed = max(tolerances.gapAbsolute, min(1e-6, tolerances.gapRelative) * max(1, abs(answer.value)))
    guard answer.value.isFinite, gap <= allowed else { return nil }
    var certificate = Certificate(.gap)
    certificate.pointChecked = true
    certificate.bound = .checked
    certificate.verified = true
    certificate.gradientNorm = answer.gradient.norm
    certificate.dualResidual = answer.gradient.maximumMagnitude
    certificate.note = "the bound is f − |∇f|²/2m with the modulus of strong convexity m = \(modulus)"
    return Verdict(
      outcome: .optimal, certificate: certificate, objective: answer.value, bound: answer.value - gap)
  }
}
