// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What is guaranteed for the last iterate of gradient descent with steps λ on a convex problem, as a function of the steps.
///
///     f(x_T) − f* ≤ D²/(2Λ) + (1/2Λ) Σₜ λₜ²Gₜ² + ½ Σ_{k<T} λₖ/(Sₖ(Sₖ − λₖ)) Σ_{t≥k} λₜ²Gₜ²
///     Λ = Σ λₜ,   Sₖ = Σ_{t≥k} λₜ
///
/// A problem on λ > 0 whose minimum is the schedule for the gradient norms G and the distance D; any method for boxes finds
/// it. Cost of a value with its gradient: a few passes over the steps.
///
/// **Reference** A. Defazio et al. (2023), theorem 5.
public struct ScheduleBound: FirstOrderOracle, Sendable {
  /// Gₜ > 0, one for each step.
  public let norms: [Double]
  /// D, the distance from the start to the minimum.
  public let distance: Double

  public init(norms: [Double], distance: Double = 1) {
    precondition(norms.count >= 2 && norms.allSatisfy { $0 > 0 && $0.isFinite }, "a bound needs positive norms")
    precondition(distance > 0, "the distance to the minimum is positive")
    self.norms = norms
    self.distance = distance
  }

  /// Constant steps D/(G√T), whose bound is not far from the best.
  public var start: Vector {
    let g = norms.reduce(0, +) / Double(norms.count)
    return Vector([Double](repeating: distance / (g * Double(norms.count).squareRoot()), count: norms.count))
  }

  /// The smallest bound over all multiples c·λ of a schedule, and the multiple.
  ///
  ///     bound(cλ) = a/c + bc   ⇒   c = √(a/b), 2√(ab)
  public func best(multipleOf steps: Vector) -> (bound: Double, factor: Double) {
    let total = steps.elements.reduce(0, +)
    let a = 0.5 * distance * distance / total
    let b = linearization(steps).value - a
    return (2 * (a * b).squareRoot(), (a / b).squareRoot())
  }

  /// The bound and its gradient.
  public func linearization(at point: Vector) async throws -> Linearization<Vector> { linearization(point) }
  /// The same without waiting.
  public func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { linearization(point) }

  private func linearization(_ steps: Vector) -> Linearization<Vector> {
    let (λ, n) = (steps.elements, norms.count)
    precondition(λ.count == n, "\(λ.count) steps for \(n) norms")
    // Sums from the end: S, and E = Σ_{t≥k} λₜ²Gₜ².
    var (s, e) = ([Double](repeating: 0, count: n + 1), [Double](repeating: 0, count: n + 1))
    for k in (0..<n).reversed() {
      s[k] = s[k + 1] + λ[k]
      e[k] = e[k + 1] + λ[k] * λ[k] * norms[k] * norms[k]
    }
    let (total, square) = (s[0], distance * distance)
    var value = 0.5 * (square + e[0]) / total
    var gradient = [Double](repeating: -0.5 * (square + e[0]) / (total * total), count: n)
    for t in 0..<n { gradient[t] += λ[t] * norms[t] * norms[t] / total }
    // λₖ/(Sₖ(Sₖ − λₖ)) = 1/Sₖ₊₁ − 1/Sₖ: differentiated as such. `weight` sums these factors over k ≤ t.
    var (weight, inherited) = (0.0, 0.0)
    for k in 0..<n - 1 {
      let factor = 1 / s[k + 1] - 1 / s[k]
      value += 0.5 * factor * e[k]
      weight += factor
      // d(1/Sₖ₊₁) reaches λₜ for t > k, d(1/Sₖ) reaches t ≥ k.
      let (inner, outer) = (0.5 * e[k] / (s[k + 1] * s[k + 1]), 0.5 * e[k] / (s[k] * s[k]))
      gradient[k] += inherited + outer + weight * λ[k] * norms[k] * norms[k]
      inherited += outer - inner
    }
    gradient[n - 1] += inherited + weight * λ[n - 1] * norms[n - 1] * norms[n - 1]
    return Linearization(value: value, gradient: Vector(gradient))
  }
}
