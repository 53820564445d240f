// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Preconditioned conjugate gradients for a quadratic on a face, from a point s within a ball:
///
///     min over w:  −rᵀw + ½wᵀHw   subject to  w = 0 off the face,  ‖s + w‖ ≤ Δ in the norm of D
///
/// Ends inside when ‖r − Hw‖ in D⁻¹ is at most `target`, and on the sphere where it would leave the ball or meets curvature
/// ≤ 0.
///
/// **Reference** T. Steihaug, SIAM J. Numer. Anal. 20 (1983).
struct FaceDescent: Sendable, Codable {
  /// w and Hw.
  private(set) var step: Vector
  private(set) var image: Vector
  private(set) var isOnBoundary = false
  /// d, whose product is wanted.
  private(set) var direction: Vector
  private var residual: Vector
  private var square: Double
  private let start: Vector
  /// Which entries may move.
  private let face: [Bool]
  private let weights: Vector
  private let radius: Double
  private let target: Double
  private let limit: Int
  private var products = 0

  init(
    from start: Vector, on face: [Bool], residual: Vector, preconditioned: Vector, weights: Vector, radius: Double,
    target: Double, limit: Int
  ) {
    step = .zeros(start.count)
    image = .zeros(start.count)
    direction = preconditioned
    self.residual = residual
    square = residual.inner(preconditioned)
    self.start = start
    self.face = face
    self.weights = weights
    self.radius = radius
    self.target = target
    self.limit = limit
  }

  private func inner(_ a: Vector, _ b: Vector) -> Double {
    guard !weights.elements.isEmpty else { return a.inner(b) }
    var sum = 0.0
    for i in a.indices { sum += weights[i] * a[i] * b[i] }
    return sum
  }

  /// Takes Hd in; true when another product is wanted.
  mutating func advance(_ product: Vector) -> Bool {
    products += 1
    let curvature = direction.inner(product)
    guard curvature.isFinite else { return false }
    if curvature <= 0 { return stopOnSphere(product) }
    let alpha = square / curvature
    let ahead = step.moved(alpha, along: direction)
    let there = start + ahead
    if inner(there, there) >= radius * radius { return stopOnSphere(product) }
    step = ahead
    image = image.moved(alpha, along: product)
    var next = 0.0
    var z = residual
    for i in residual.indices where face[i] {
      residual[i] -= alpha * product[i]
      z[i] = weights.elements.isEmpty ? residual[i] : residual[i] / weights[i]
      next += residual[i] * z[i]
    }
    guard next.squareRoot() > target, products < limit else { return false }
    direction = z.moved(next / square, along: direction)
    square = next
    return true
  }

  private mutating func stopOnSphere(_ product: Vector) -> Bool {
    let here = start + step
    let (dd, pd, pp) = (inner(direction, direction), inner(here, direction), inner(here, here))
    let room = max(0, radius * radius - pp)
    let root = (pd * pd + dd * room).squareRoot()
    // The larger root, without cancellation.
    let tau = pd > 0 ? room / (pd + root) : (root - pd) / dd
    guard tau.isFinite else { return false }
    step = step.moved(tau, along: direction)
    image = image.moved(tau, along: product)
    isOnBoundary = true
    return false
  }
}
