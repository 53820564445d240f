// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The nearest point P(v) of a closed convex set, and the derivative of P.
///
///     P(v) = argmin_{u ∈ C} ½|u − v|²,   0 ≼ ∂P(v) = ∂P(v)ᵀ ≼ I
///
/// P is differentiable almost everywhere. Where it is not, `kinks` names the coordinates at fault, and the Jacobian is one
/// of those that P has nearby.
public protocol DifferentiableProjection: Sendable {
  /// Length of points.
  var dimension: Int { get }
  /// P(v); NaN where v is.
  func projection(of v: Vector) -> Vector
  /// P(v), its Jacobian and where there is none.
  func linearization(at v: Vector) -> LinearizedProjection
}

/// A projected point with the Jacobian of the projection.
public struct LinearizedProjection: Sendable {
  public var point: Vector
  /// ∂P(v), symmetric with eigenvalues in [0, 1].
  public var jacobian: any AdjointOperator
  /// Coordinates of v at which P turns a corner.
  public var kinks: [Int]

  public init(point: Vector, jacobian: any AdjointOperator, kinks: [Int] = []) {
    self.point = point
    self.jacobian = jacobian
    self.kinks = kinks
  }

  /// What counts as meeting a corner, for numbers of this magnitude.
  static func isCorner(_ distance: Double, _ magnitude: Double) -> Bool {
    abs(distance) <= 1e-12 * max(1, abs(magnitude))
  }
}

/// diag(s) as an operator.
package struct DiagonalOperator: AdjointOperator {
  package let diagonal: Vector

  package init(_ diagonal: Vector) { self.diagonal = diagonal }

  package var rowCount: Int { diagonal.count }
  package var columnCount: Int { diagonal.count }
  package var operationsPerProduct: Int { diagonal.count }

  package func multiply(_ x: Span<Double>, into y: inout MutableSpan<Double>) {
    for i in diagonal.indices { y[i] = diagonal[i] * x[i] }
  }

  package func multiplyTransposed(_ y: Span<Double>, into x: inout MutableSpan<Double>) { multiply(y, into: &x) }
}
