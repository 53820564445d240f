// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What are f(x) and ∇f(x), whole or where a move of a block of coordinates may have changed it, or what is the part of
/// ∇²f(x) that belongs to a block?
public enum BlockCurve: Query, Codable {
  case linearize(Vector)
  /// At a point that differs in the block alone from the last one whose gradient is known.
  case moved(to: Vector, block: [Int])
  case block(at: Vector, of: [Int])

  /// Value and gradient, whole or in part, or one block of the Hessian.
  public enum Answer: Sendable, Codable {
    case linearization(Linearization<Vector>)
    case change(BlockLinearization)
    /// The upper triangle, row ≤ column.
    case block(SparseMatrix)
  }

  public static var needs: String { "values, gradients and blocks of the Hessian" }

  public var kind: String {
    switch self {
    case .linearize: "gradient"
    case .moved: "partial gradient"
    case .block: "hessian block"
    }
  }

  /// The linearization, its part or the block, as asked.
  public func put(to oracle: any SecondOrderOracle<Vector>) async throws -> Answer {
    switch self {
    case .linearize(let x): .linearization(try await oracle.linearization(at: x))
    case .moved(let x, let block): .change(try await oracle.blockLinearization(at: x, moving: block))
    case .block(let x, let block): .block(try await oracle.hessianBlock(at: x, of: block))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any SecondOrderOracle<Vector>) throws -> Answer? {
    switch self {
    case .linearize(let x): try oracle.immediateLinearization(at: x).map { .linearization($0) }
    case .moved(let x, let block):
      try oracle.immediateBlockLinearization(at: x, moving: block).map { .change($0) }
    case .block(let x, let block): try oracle.immediateHessianBlock(at: x, of: block).map { .block($0) }
    }
  }
}
