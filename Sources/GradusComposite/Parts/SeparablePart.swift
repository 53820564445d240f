// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// w·|x|₁ within a box: what is added to a smooth f, coordinate by coordinate.
struct SeparablePart: Sendable, Codable {
  var box: Box
  /// w ≥ 0.
  var weight: Double

  /// w·|x|₁.
  func value(_ x: Vector) -> Double {
    weight == 0 ? 0 : weight * x.elements.reduce(0) { $0 + abs($1) }
  }

  /// The element of least magnitude of the subdifferential of F at xᵢ; 0 where a side of the box holds xᵢ.
  func slope(_ i: Int, at x: Double, gradient g: Double) -> Double {
    var p = g
    if weight > 0 {
      if x > 0 {
        p = g + weight
      } else if x < 0 {
        p = g - weight
      } else {
        p = g + weight < 0 ? g + weight : g - weight > 0 ? g - weight : 0
      }
    }
    if (p > 0 && x <= box.lower[i]) || (p < 0 && x >= box.upper[i]) { return 0 }
    return p
  }

  /// True where xᵢ lies neither at a side of the box nor at the kink of |xᵢ|.
  func isSmooth(_ i: Int, at x: Double) -> Bool {
    x > box.lower[i] && x < box.upper[i] && (weight == 0 || x != 0)
  }

  /// All slopes.
  func slopes(at x: Vector, gradient: Vector) -> Vector {
    Vector(x.indices.map { slope($0, at: x[$0], gradient: gradient[$0]) })
  }

  /// The interval around xᵢ on which F is smooth, on the side to which it falls.
  func face(_ i: Int, at x: Double, slope: Double) -> (lower: Double, upper: Double) {
    let (lower, upper) = (box.lower[i], box.upper[i])
    guard weight > 0 else { return (lower, upper) }
    return x > 0 || (x == 0 && slope < 0) ? (max(lower, 0), upper) : (lower, min(upper, 0))
  }

  /// argmin over u of w|u| + (u − v)²/(2t) within the box.
  func prox(_ i: Int, _ v: Double, step t: Double) -> Double {
    let shrunk = weight == 0 ? v : v > t * weight ? v - t * weight : v < -t * weight ? v + t * weight : 0
    return min(max(shrunk, box.lower[i]), box.upper[i])
  }
}
