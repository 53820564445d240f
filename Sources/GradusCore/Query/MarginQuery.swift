// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How a hyperplane through the origin stands to labelled points, and which way the mean logistic loss falls.
///
///     mᵢ = yᵢaᵢᵀθ,   σᵢ = 1/(1 + exp(mᵢ))
///     ∇f = −(1/n) Σ σᵢyᵢaᵢ                       of f = (1/n) Σ log(1 + exp(−mᵢ))
public struct MarginAnswer: Sendable, Codable, Hashable {
  /// Points with mᵢ ≤ 0.
  public var misclassified: Int
  /// (1/n) Σ σᵢ.
  public var meanWeight: Double
  /// ∇f.
  public var gradient: Vector

  public init(misclassified: Int, meanWeight: Double, gradient: Vector) {
    self.misclassified = misclassified
    self.meanWeight = meanWeight
    self.gradient = gradient
  }
}

/// Tells margins of labelled points.
public protocol MarginOracle: Sendable {
  /// Cost: a few passes over the points.
  func margins(at point: Vector) async throws -> MarginAnswer

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateMargins(at point: Vector) throws -> MarginAnswer?
}

extension MarginOracle {
  /// Must be awaited.
  public func immediateMargins(at point: Vector) throws -> MarginAnswer? { nil }
}

/// How does this hyperplane stand to the points?
public struct Margins: Query, Codable {
  public var point: Vector

  public init(point: Vector) { self.point = point }

  public static var needs: String { "margins of labelled points" }
  public var kind: String { "margins" }

  /// The oracle's answer.
  public func put(to oracle: any MarginOracle) async throws -> MarginAnswer { try await oracle.margins(at: point) }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any MarginOracle) throws -> MarginAnswer? {
    try oracle.immediateMargins(at: point)
  }
}
