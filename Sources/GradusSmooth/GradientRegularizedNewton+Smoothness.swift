// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

extension GradientRegularizedNewton {
  /// How far from x along a direction the linearized gradient is good: the gradient-normalized smoothness there,
  ///
  ///     γ = sup { r :  |∇f(x + td) − ∇f(x) − t·Hd| ≤ share·|∇f(x)|  for t = r and all smaller ones tried },   |d| = 1
  ///
  /// found within a factor of 1.01: t doubles from `first` or halves until the condition turns, and the interval is halved
  /// in its logarithm. ∞ where it still holds at 10¹² · `first`, 0 where it fails at 10⁻¹² · `first`. H is what the oracle
  /// gives: the radius tells what an approximation is worth. Cost: one Hessian product and some 15 gradients.
  public static func smoothness(
    of oracle: any SecondOrderOracle<Vector>, at point: Vector, along direction: Vector, share: Double = 0.5,
    first: Double = 1
  ) async throws -> Double {
    let length = direction.norm
    precondition(length > 0 && share > 0 && first > 0, "a direction, a share and a first radius are not zero")
    let unit = (1 / length) * direction
    let gradient = try await oracle.linearization(at: point).gradient
    let bent = try await oracle.hessianProduct(at: point, along: unit)
    let limit = share * gradient.norm
    func holds(_ t: Double) async throws -> Bool {
      let there = try await oracle.linearization(at: point.moved(t, along: unit)).gradient
      return (there - gradient).moved(-t, along: bent).norm <= limit
    }
    var (lower, upper) = (0.0, Double.infinity)
    var t = first
    while lower == 0 || upper == .infinity {
      if try await holds(t) {
        lower = t
        if t >= 1e12 * first { return .infinity }
        t *= 2
      } else {
        upper = t
        if t <= 1e-12 * first { return 0 }
        t /= 2
      }
    }
    while upper > 1.01 * lower {
      let middle = (lower * upper).squareRoot()
      if try await holds(middle) { lower = middle } else { upper = middle }
    }
    return lower
  }
}
