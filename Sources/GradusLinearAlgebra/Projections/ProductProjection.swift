// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// C₁ × C₂ × …: each projection on its stretch of the vector, one after the other.
public struct ProductProjection: DifferentiableProjection {
  public let parts: [any DifferentiableProjection]
  private let starts: [Int]

  public init(_ parts: [any DifferentiableProjection]) {
    self.parts = parts
    starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.dimension) }
  }

  public var dimension: Int { starts[parts.count] }

  public func projection(of v: Vector) -> Vector {
    precondition(v.count == dimension, "a point of another dimension")
    return Vector(parts.indices.flatMap { parts[$0].projection(of: slice(v, $0)).elements })
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    precondition(v.count == dimension, "a point of another dimension")
    let images = parts.indices.map { parts[$0].linearization(at: slice(v, $0)) }
    let starts = starts
    let jacobian = FunctionAdjointOperator(
      order: dimension, operationsPerProduct: images.reduce(0) { $0 + $1.jacobian.operationsPerProduct }
    ) { d in
      Vector(
        images.indices.flatMap { k in
          images[k].jacobian.applied(to: Vector(Array(d.elements[starts[k]..<starts[k + 1]]))).elements
        })
    }
    return LinearizedProjection(
      point: Vector(images.flatMap(\.point.elements)), jacobian: jacobian,
      kinks: images.indices.flatMap { k in images[k].kinks.map { $0 + starts[k] } })
  }

  private func slice(_ v: Vector, _ k: Int) -> Vector { Vector(Array(v.elements[starts[k]..<starts[k + 1]])) }
}
