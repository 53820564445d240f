// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Approximately minimizes a quadratic model within a ball by conjugate gradients:
///
///     min gᵀp + ½pᵀHp   subject to |p| ≤ radius
///
/// Ends inside when |g + Hp| ≤ tolerance·|g|, and on the sphere when it would leave the ball or meets a direction of
/// curvature ≤ 0. The model falls from iterate to iterate, at least as far as along −g.
///
/// **Reference** T. Steihaug, *The conjugate gradient method and trust regions in large scale optimization*, SIAM J. Numer.
/// Anal. 20 (1983).
package struct TruncatedCG: Sendable, Codable {
  /// p.
  package private(set) var step: Vector
  /// −(gᵀp + ½pᵀHp).
  package private(set) var decrease = 0.0
  package private(set) var isOnBoundary = false
  /// The direction d whose product H·d is wanted.
  package private(set) var direction: Vector
  private var residual: Vector
  private var square: Double
  private let target: Double
  private let radius: Double
  private var products = 0

  package init(gradient: Vector, radius: Double, tolerance: Double) {
    step = .zeros(gradient.count)
    direction = -gradient
    residual = gradient
    square = gradient.inner(gradient)
    target = tolerance * square.squareRoot()
    self.radius = radius
  }

  /// Takes H·d in; returns the next d, or nil when the step is final.
  package mutating func advance(_ product: Vector) -> Vector? {
    products += 1
    let curvature = direction.inner(product)
    guard curvature.isFinite else { return nil }
    let toward = residual.inner(direction)
    if curvature <= 0 { return stopOnSphere(curvature, toward) }
    let alpha = square / curvature
    let candidate = step.moved(alpha, along: direction)
    if candidate.norm >= radius { return stopOnSphere(curvature, toward) }
    step = candidate
    decrease -= alpha * toward + 0.5 * alpha * alpha * curvature
    var r = residual.elements.mutableSpan
    axpy(alpha, product.elements.span, &r)
    let next = residual.inner(residual)
    guard next.squareRoot() > target, products < 2 * step.count + 10 else { return nil }
    direction = (-residual).moved(next / square, along: direction)
    square = next
    return direction
  }

  /// Goes along d up to the sphere.
  private mutating func stopOnSphere(_ curvature: Double, _ toward: Double) -> Vector? {
    let (dd, pd, pp) = (direction.inner(direction), step.inner(direction), step.inner(step))
    let room = max(0, radius * radius - pp)
    let root = (pd * pd + dd * room).squareRoot()
    // The larger root, without cancellation.
    let tau = pd > 0 ? room / (pd + root) : (root - pd) / dd
    guard tau.isFinite else { return nil }
    step = step.moved(tau, along: direction)
    decrease -= tau * toward + 0.5 * tau * tau * curvature
    isOnBoundary = true
    return nil
  }
}
