// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Gradients from values by differences:
///
///     forward  ∂ᵢf ≈ (f(x + hᵢeᵢ) − f(x))/hᵢ               hᵢ = √ε·max(1, |xᵢ|),  error O(√ε)
///     central  ∂ᵢf ≈ (f(x + hᵢeᵢ) − f(x − hᵢeᵢ))/(2hᵢ)     hᵢ = ∛ε·max(1, |xᵢ|),  error O(ε^⅔)
///
/// Cost: n (forward) or 2n (central) values beside f(x). Points stay inside `domain` where one is given.
///
/// **Reference** J. Nocedal, S. Wright, *Numerical Optimization*, §8.1.
public struct FiniteDifferences: FirstOrderOracle {
  /// One value beyond x a coordinate, or one on either side of it.
  public enum Scheme: String, Sendable, Codable, CaseIterable { case forward, central }

  public let base: any ZerothOrderOracle<Vector>
  public let scheme: Scheme
  public let domain: Box?

  public init(_ base: any ZerothOrderOracle<Vector>, scheme: Scheme = .central, domain: Box? = nil) {
    self.base = base
    self.scheme = scheme
    self.domain = domain
  }

  /// f(x) as the base tells it, without differences.
  public func value(at point: Vector) async throws -> Double { try await base.value(at: point) }
  /// f(x) where the base answers at once.
  public func immediateValue(at point: Vector) throws -> Double? { try base.immediateValue(at: point) }

  /// f(x) and the differences, one value of the base after the other.
  public func linearization(at x: Vector) async throws -> Linearization<Vector> {
    let value = try await base.value(at: x)
    var gradient = Vector.zeros(x.count)
    for i in x.indices {
      let (ahead, behind) = points(around: x, i)
      let above = ahead == x[i] ? value : try await base.value(at: moved(x, i, ahead))
      let below = behind == x[i] ? value : try await base.value(at: moved(x, i, behind))
      // A variable fixed by its bounds has no room for a difference and no use for a derivative.
      gradient[i] = ahead == behind ? 0 : (above - below) / (ahead - behind)
    }
    return Linearization(value: value, gradient: gradient)
  }

  /// The same, where the base answers every value at once.
  public func immediateLinearization(at x: Vector) throws -> Linearization<Vector>? {
    guard let value = try base.immediateValue(at: x) else { return nil }
    var gradient = Vector.zeros(x.count)
    for i in x.indices {
      let (ahead, behind) = points(around: x, i)
      guard let above = ahead == x[i] ? value : try base.immediateValue(at: moved(x, i, ahead)),
        let below = behind == x[i] ? value : try base.immediateValue(at: moved(x, i, behind))
      else { return nil }
      // A variable fixed by its bounds has no room for a difference and no use for a derivative.
      gradient[i] = ahead == behind ? 0 : (above - below) / (ahead - behind)
    }
    return Linearization(value: value, gradient: gradient)
  }

  private func points(around x: Vector, _ i: Int) -> (ahead: Double, behind: Double) {
    let size = max(1, abs(x[i]))
    let lower = domain?.lower[i] ?? -.infinity
    let upper = domain?.upper[i] ?? .infinity
    switch scheme {
    case .forward:
      let h = 1.4901161193847656e-8 * size
      // At an upper bound the difference is taken backwards.
      return x[i] + h <= upper ? (x[i] + h, x[i]) : (x[i], max(x[i] - h, lower))
    case .central:
      let h = 6.055454452393343e-6 * size
      return (min(x[i] + h, upper), max(x[i] - h, lower))
    }
  }

  private func moved(_ x: Vector, _ i: Int, _ value: Double) -> Vector {
    var point = x
    point[i] = value
    return point
  }
}

extension ZerothOrderOracle where Point == Vector {
  /// The same oracle with gradients by differences.
  public func finiteDifferences(
    _ scheme: FiniteDifferences.Scheme = .central, within domain: Box? = nil
  ) -> FiniteDifferences {
    FiniteDifferences(self, scheme: scheme, domain: domain)
  }
}
