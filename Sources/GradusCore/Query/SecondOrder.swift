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

  /// f(x) and those entries of ∇f(x) that moving the coordinates of a block may have changed: at points that differ from x
  /// in the block alone the others are the same. Where the graph of ∇²f is sparse, the block and its neighbors. The default
  /// for vectors gives the whole gradient.
  func blockLinearization(at point: Point, moving block: [Int]) async throws -> BlockLinearization
  /// The entries without waiting; nil when they must be awaited.
  func immediateBlockLinearization(at point: Point, moving block: [Int]) throws -> BlockLinearization?
}

/// f(x) and some entries of ∇f(x).
public struct BlockLinearization: Sendable, Codable {
  public var value: Double
  /// Which entries these are; empty: all of them.
  public var places: [Int]
  public var entries: Vector

  /// Entries of the gradient at these places.
  public init(value: Double, places: [Int], entries: Vector) {
    precondition(places.count == entries.count, "a partial gradient has an entry for each place")
    self.value = value
    self.places = places
    self.entries = entries
  }

  /// The whole gradient.
  public init(_ whole: Linearization<Vector>) {
    value = whole.value
    places = []
    entries = whole.gradient
  }

  /// The whole gradient, where the other entries are those of `gradient`.
  public func completed(from gradient: Vector) -> Linearization<Vector> {
    if places.isEmpty, entries.count == gradient.count { return Linearization(value: value, gradient: entries) }
    var gradient = gradient
    for (k, place) in places.enumerated() { gradient[place] = entries[k] }
    return Linearization(value: value, gradient: gradient)
  }
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
