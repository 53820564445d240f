// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A smooth objective over a set that is known by its extreme points.
public protocol LinearMinimizationOracle: FirstOrderOracle<Vector> {
  /// argmin over the set of dᵀs.
  func extreme(along direction: Vector) async throws -> Vector
}

/// What are f(x) and ∇f(x), or which point of the set is extreme in a direction?
public enum ConditionalGradient: Query, Codable {
  case linearize(Vector)
  case extreme(Vector)

  /// Value and gradient, or the vertex that is lowest in the direction asked about.
  public enum Answer: Sendable, Codable {
    case linearization(Linearization<Vector>)
    case vertex(Vector)
  }

  public static var needs: String { "values, gradients and linear minimization over the set" }

  public var kind: String {
    switch self {
    case .linearize: "gradient"
    case .extreme: "linear minimization"
    }
  }

  /// The linearization or the vertex, as asked.
  public func put(to oracle: any LinearMinimizationOracle) async throws -> Answer {
    switch self {
    case .linearize(let x): .linearization(try await oracle.linearization(at: x))
    case .extreme(let d): .vertex(try await oracle.extreme(along: d))
    }
  }
}
