// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A·x = b: P(v) = v − Aᵀ(AAᵀ)⁻¹(A·v − b) and ∂P = I − Aᵀ(AAᵀ)⁻¹A, by an orthonormal basis of the rows of A.
public struct AffineProjection: DifferentiableProjection {
  public let dimension: Int
  /// Q of Aᵀ = Q·R, n × m.
  private let basis: Matrix
  /// A point of the set.
  private let anchor: Vector

  /// Throws `FactorizationError.singular` when the rows depend on each other, `notFinite` on NaN.
  public init(_ a: Matrix, equals b: Vector) throws(FactorizationError) {
    precondition(b.count == a.rowCount, "one right-hand side a row")
    guard b.isFinite else { throw .notFinite }
    guard a.rowCount <= a.columnCount else { throw .singular(step: a.columnCount) }
    dimension = a.columnCount
    let factors = try QRFactorization(a.transposed)
    guard factors.rank() == a.rowCount else { throw .singular(step: factors.rank()) }
    basis = factors.orthonormal
    // Rᵀ·c = b, then Q·c is the shortest point of the set.
    let r = factors.triangle
    var c = b
    for i in c.indices {
      for k in 0..<i { c[i] -= r[k, i] * c[k] }
      c[i] /= r[i, i]
    }
    anchor = basis.times(c)
  }

  public func projection(of v: Vector) -> Vector {
    precondition(v.count == dimension, "a point of another dimension")
    return v - basis.times(basis.transposedTimes(v)) + anchor
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    let basis = basis
    let jacobian = FunctionAdjointOperator(
      order: dimension, operationsPerProduct: 4 * basis.rowCount * basis.columnCount
    ) { $0 - basis.times(basis.transposedTimes($0)) }
    return LinearizedProjection(point: projection(of: v), jacobian: jacobian)
  }
}

/// aᵀx = b, or aᵀx ≤ b as a half-space: P(v) = v − a·(aᵀv − b)/|a|², and ∂P = I − a·aᵀ/|a|² where it moves v.
public struct HyperplaneProjection: DifferentiableProjection {
  /// Whether points on one side are in the set as well.
  public enum Kind: Sendable, Hashable { case hyperplane, halfSpace }

  public let normal: Vector
  public let side: Double
  public let kind: Kind

  public init(_ normal: Vector, equals side: Double) { self.init(normal, side, .hyperplane) }
  public init(_ normal: Vector, atMost side: Double) { self.init(normal, side, .halfSpace) }

  private init(_ normal: Vector, _ side: Double, _ kind: Kind) {
    precondition(normal.isFinite && normal.norm > 0, "a hyperplane needs a normal that is not zero")
    self.normal = normal
    self.side = side
    self.kind = kind
  }

  public var dimension: Int { normal.count }

  public func projection(of v: Vector) -> Vector {
    let excess = normal.inner(v) - side
    return moves(excess) ? v - (excess / normal.inner(normal)) * normal : v
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    let excess = normal.inner(v) - side
    let unit = (moves(excess) ? 1 / normal.norm : 0) * normal
    let jacobian = FunctionAdjointOperator(order: dimension, operationsPerProduct: 4 * dimension) { d in
      d - unit.inner(d) * unit
    }
    let isKink = kind == .halfSpace && LinearizedProjection.isCorner(excess / normal.norm, side / normal.norm)
    return LinearizedProjection(
      point: projection(of: v), jacobian: jacobian, kinks: isKink ? normal.indices.filter { normal[$0] != 0 } : [])
  }

  private func moves(_ excess: Double) -> Bool { kind == .hyperplane || excess > 0 || excess.isNaN }
}
