// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Tells the terms of f = (1/n) Σᵢ fᵢ one by one.
public protocol FiniteSumOracle: FirstOrderOracle where Point == Vector {
  /// fᵢ(x) and ∇fᵢ(x).
  func linearization(ofTerm index: Int, at point: Vector) async throws -> Linearization<Vector>

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>?
}

extension FiniteSumOracle {
  /// Must be awaited.
  public func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>? { nil }
}

/// What are the value and gradient of one term, or of the whole mean?
public enum TermCurve: Query, Codable {
  case term(Int, at: Vector)
  case whole(at: Vector)

  public static var needs: String { "values and gradients of the terms of a sum" }

  public var kind: String {
    switch self {
    case .term: "term gradient"
    case .whole: "gradient"
    }
  }

  /// The linearization of what is asked for.
  public func put(to oracle: any FiniteSumOracle) async throws -> Linearization<Vector> {
    switch self {
    case .term(let index, let x): try await oracle.linearization(ofTerm: index, at: x)
    case .whole(let x): try await oracle.linearization(at: x)
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any FiniteSumOracle) throws -> Linearization<Vector>? {
    switch self {
    case .term(let index, let x): try oracle.immediateLinearization(ofTerm: index, at: x)
    case .whole(let x): try oracle.immediateLinearization(at: x)
    }
  }
}
