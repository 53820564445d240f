// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Tells f, ∇f and products ∇²f(x)·d.
public protocol SecondOrderOracle<Point>: FirstOrderOracle {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point
  /// ∇²f(x)·d.
  func hessianProduct(at point: Point, along direction: Point) async throws -> Point

  /// ∇²f(x)·d without waiting; nil (the default) when it must be awaited.
  func immediateHessianProduct(at point: Point, along direction: Point) throws -> Point?

  /// ∇²f(x), or an approximation that is wanted in its place: symmetric, n × n, column after column. The default for
  /// vectors asks for n products.
  func hessianMatrix(at point: Point) async throws -> Vector
  /// The matrix without waiting; nil when it must be awaited.
  func immediateHessianMatrix(at point: Point) throws -> Vector?

  /// The rows and columns of ∇²f(x) that a block names, in its order: the upper triangle (row ≤ column), where entries
  /// that are not stored are zero. The default for vectors asks for one product for each coordinate of the block.
  func hessianBlock(at point: Point, of block: [Int]) async throws -> SparseMatrix
  /// The block without waiting; nil when it must be awaited.
  func immediateHessianBlock(at point: Point, of block: [Int]) throws -> SparseMatrix?
}

extension SecondOrderOracle {
  /// Must be awaited.
  public func immediateHessianProduct(at point: Point, along direction: Point) throws -> Point? { nil }
}

/// What are f(x) and ∇f(x), or what is ∇²f(x)·d?
public enum Curve: Query, Codable {
  case linearize(Vector)
  case product(at: Vector, along: Vector)

  /// Value and gradient, or the Hessian times a vector.
  public enum Answer: Sendable, Codable {
    case linearization(Linearization<Vector>)
    case product(Vector)
  }

  public static var needs: String { "values, gradients and Hessian products" }

  public var kind: String {
    switch self {
    case .linearize: "gradient"
    case .product: "hessian product"
    }
  }

  /// The linearization or the Hessian product, as asked.
  public func put(to oracle: any SecondOrderOracle<Vector>) async throws -> Answer {
    switch self {
    case .linearize(let x): .linearization(try await oracle.linearization(at: x))
    case .product(let x, let d): .product(try await oracle.hessianProduct(at: x, along: d))
    }
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any SecondOrderOracle<Vector>) throws -> Answer? {
    switch self {
    case .linearize(let x): try oracle.immediateLinearization(at: x).map { .linearization($0) }
    case .product(let x, let d): try oracle.immediateHessianProduct(at: x, along: d).map { .product($0) }
    }
  }
}
