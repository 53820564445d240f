// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What are f(x) and ∇f(x), or what is the matrix of ∇²f(x), or of what the oracle puts in its place?
public enum DenseCurve: Query, Codable {
  case linearize(Vector)
  case matrix(at: Vector)

  /// Value and gradient, or a symmetric matrix.
  public enum Answer: Sendable, Codable {
    case linearization(Linearization<Vector>)
    /// n × n, column after column.
    case matrix(Vector)
  }

  public static var needs: String { "values, gradients and Hessians" }

  public var kind: String {
    switch self {
    case .linearize: "gradient"
    case .matrix: "hessian"
    }
  }

  /// The linearization or the matrix, as asked.
  public func put(to oracle: any SecondOrderOracle<Vector>) async throws -> Answer {
    switch self {
    case .linearize(let x): .linearization(try await oracle.linearization(at: x))
    case .matrix(let x): .matrix(try await oracle.hessianMatrix(at: x))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any SecondOrderOracle<Vector>) throws -> Answer? {
    switch self {
    case .linearize(let x): try oracle.immediateLinearization(at: x).map { .linearization($0) }
    case .matrix(let x): try oracle.immediateHessianMatrix(at: x).map { .matrix($0) }
    }
  }
}
