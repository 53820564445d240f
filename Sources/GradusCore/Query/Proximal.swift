// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A composite objective f + h: f smooth, h with an easy proximal map.
public protocol CompositeOracle: FirstOrderOracle<Vector> {
  /// argmin over u of h(u) + |u − x|²/(2t).
  func prox(at point: Vector, step: Double) async throws -> Vector
  /// h(x); +∞ outside its domain.
  func regularizer(at point: Vector) async throws -> Double
}

/// What are f(x) and ∇f(x), or what is the proximal point of h?
public enum Composite: Query, Codable {
  case linearize(Vector)
  case prox(Vector, step: Double)

  /// The smooth part with the value of the regularizer, or the proximal point.
  public enum Answer: Sendable, Codable {
    case linearization(Linearization<Vector>, regularizer: Double)
    case point(Vector)
  }

  public static var needs: String { "values, gradients and a proximal map" }

  public var kind: String {
    switch self {
    case .linearize: "gradient"
    case .prox: "prox"
    }
  }

  /// The linearization or the proximal point, as asked.
  public func put(to oracle: any CompositeOracle) async throws -> Answer {
    switch self {
    case .linearize(let x):
      .linearization(try await oracle.linearization(at: x), regularizer: try await oracle.regularizer(at: x))
    case .prox(let x, let t): .point(try await oracle.prox(at: x, step: t))
    }
  }
}
