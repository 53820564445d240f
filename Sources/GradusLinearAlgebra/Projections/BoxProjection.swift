// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// lower ≤ x ≤ upper: P clips, and ∂P = diag(lower < v < upper).
public struct BoxProjection: DifferentiableProjection {
  public let lower: Vector
  public let upper: Vector

  public init(lower: Vector, upper: Vector) {
    precondition(lower.count == upper.count, "a box needs as many lower as upper bounds")
    precondition(lower.indices.allSatisfy { lower[$0] <= upper[$0] }, "a lower bound lies above its upper bound")
    self.lower = lower
    self.upper = upper
  }

  /// x ≥ 0.
  public static func nonnegative(_ dimension: Int) -> BoxProjection {
    BoxProjection(lower: .zeros(dimension), upper: Vector(repeating: .infinity, count: dimension))
  }

  public var dimension: Int { lower.count }

  public func projection(of v: Vector) -> Vector {
    precondition(v.count == dimension, "a point of another dimension")
    return Vector(v.indices.map { v[$0].isNaN ? .nan : min(max(v[$0], lower[$0]), upper[$0]) })
  }

  public func linearization(at v: Vector) -> LinearizedProjection {
    let point = projection(of: v)
    let inside = v.indices.map { lower[$0] < v[$0] && v[$0] < upper[$0] ? 1.0 : 0 }
    let kinks = v.indices.filter { i in
      lower[i] < upper[i]
        && [lower[i], upper[i]].contains { $0.isFinite && LinearizedProjection.isCorner(v[i] - $0, $0) }
    }
    return LinearizedProjection(point: point, jacobian: DiagonalOperator(Vector(inside)), kinks: kinks)
  }
}
