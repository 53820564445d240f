// SPDX-License-Identifier: Apache-2.0
package import GradusCore
package import GradusNumerics

/// A trust-region Newton method in a box, as a machine that wants values with gradients and Hessian products:
///
///     q(s) = gᵀs + ½sᵀHs,   ‖s‖² = sᵀDs
///     1.  s = P(x − tD⁻¹g) − x  with  q(s) ≤ c·gᵀs,  ‖s‖ ≤ Δ                         Cauchy step, by projected search
///     2.  w ≈ argmin q(s + w) over the entries of x + s inside their bounds, ‖s + w‖ ≤ Δ   conjugate gradients
///     3.  s ← P(x + s + βw) − x  with  q falling enough                               projected search; 2. and 3. repeat
///     4.  x⁺ = x + s  when  f(x) − f(x⁺) > η·(−q(s));  Δ follows the ratio of the two
///
/// D is a diagonal of positive weights, I unless told; it serves as preconditioner. Products are wanted at `x` alone.
/// Where the model promises less than the rounding error of f, a step counts when it makes the gradient smaller.
///
/// **Reference** C.-J. Lin, J. J. Moré, *Newton's method for large bound-constrained optimization problems*, SIAM J. Optim.
/// 9 (1999) 1100–1127, algorithms 2.1 and 5.1.
package struct BoxTrustRegion: BoxIterate, Sendable, Codable {
  package struct Rules: Sendable, Codable, Hashable {
    /// The first Δ; 0: the length of the projected gradient.
    package var radius = 0.0
    /// η.
    package var acceptance = 1e-4
    /// Conjugate gradient steps on one face at most.
    package var products = 1000

    package init() {}
  }

  /// What it wants to be told.
  package enum Wish: Sendable {
    case linearization(at: Vector)
    /// H·d at `x`.
    case product(along: Vector)
  }

  enum Phase: Sendable, Codable {
    case beginning
    case cauchy
    case face(FaceDescent)
    case searching
    case trying
  }

  /// c of the sufficient decrease of the model.
  static let decrease = 0.01

  package let rules: Rules
  package let box: Box
  package internal(set) var x: Vector
  /// f(x) and ∇f(x); nil before the first answer.
  package internal(set) var here: Linearization<Vector>?
  /// |x − P(x − ∇f(x))|.
  package internal(set) var measure: Double?
  package internal(set) var claim: Claim?
  /// The diagonal of D; empty: I. May be changed whenever a point was accepted.
  package var weights: Vector = []
  var phase = Phase.beginning
  var radius: Double
  /// t of the last Cauchy step; 0 before the first.
  var length = 0.0
  var cauchy = CauchyWalk()
  /// s with Hs and q(s).
  var step = ModelStep()
  var search = FaceSearch()
  /// Faces searched since x was accepted.
  var faces = 0
  var isOnBoundary = false
  /// The norm of the free part of ∇f(x) in D⁻¹.
  var slope = 0.0

  package init(_ rules: Rules, from start: Vector, in box: Box) {
    self.rules = rules
    self.box = box
    x = box.projection(of: start)
    radius = rules.radius
  }

  package var wish: Wish? {
    guard claim == nil else { return nil }
    switch phase {
    case .beginning: return .linearization(at: x)
    case .cauchy: return .product(along: cauchy.step)
    case .face(let descent): return .product(along: descent.direction)
    case .searching: return .product(along: search.step)
    case .trying: return .linearization(at: target)
    }
  }

  /// The trial point.
  var target: Vector { box.projection(of: x + step.s) }

  /// Takes f and ∇f at the point wanted in; numbers that are not finite count as a rejected step.
  package mutating func advance(_ answer: Linearization<Vector>) {
    guard claim == nil else { return }
    switch phase {
    case .beginning:
      guard answer.isFinite else {
        claim = .failed
        return
      }
      arrive(at: x, answer)
    case .trying: compare(answer)
    default: preconditionFailure("a Hessian product is wanted")
    }
  }

  /// Takes H·d for the direction wanted in.
  package mutating func advance(product: Vector) {
    guard claim == nil else { return }
    switch phase {
    case .cauchy: advanceCauchy(product)
    case .face(var descent):
      phase = .searching
      let goesOn = descent.advance(product)
      if goesOn { phase = .face(descent) } else { beginSearch(descent) }
    case .searching: advanceSearch(product)
    default: preconditionFailure("value and gradient are wanted")
    }
  }

  // MARK: Norms

  /// ‖s‖ in D.
  func size(_ s: Vector) -> Double {
    guard !weights.elements.isEmpty else { return s.norm }
    var sum = 0.0
    for i in s.indices { sum += weights[i] * s[i] * s[i] }
    return sum.squareRoot()
  }

  /// D⁻¹r.
  func preconditioned(_ r: Vector) -> Vector {
    guard !weights.elements.isEmpty else { return r }
    var z = r
    for i in z.indices { z[i] /= weights[i] }
    return z
  }

  /// The part of a gradient along which x may move both ways or inward.
  func free(_ g: Vector, at x: Vector) -> Vector {
    var r = g
    for i in r.indices where (r[i] > 0 && x[i] <= box.lower[i]) || (r[i] < 0 && x[i] >= box.upper[i]) { r[i] = 0 }
    return r
  }

  // MARK: Points

  mutating func arrive(at point: Vector, _ answer: Linearization<Vector>) {
    x = point
    here = answer
    measure = box.pull(of: answer.gradient, at: x)
    if answer.value < -1e20 {
      claim = .unbounded
      return
    }
    begin(answer)
  }

  /// A new model at x.
  mutating func begin(_ here: Linearization<Vector>) {
    let r = free(here.gradient, at: x)
    slope = r.inner(preconditioned(r)).squareRoot()
    guard slope > 0 else {
      claim = .stationary
      return
    }
    if radius <= 0 { radius = slope }
    faces = 0
    isOnBoundary = false
    beginCauchy(here)
  }

  /// No step is left that changes x or promises anything.
  mutating func rest() { claim = claimAtRest }

  /// The step is chosen: f is asked at its end.
  mutating func propose() {
    if !(step.value < 0) || target == x { return rest() }
    phase = .trying
  }

  private mutating func compare(_ there: Linearization<Vector>) {
    guard let here, let measure else { return }
    let length = size(step.s)
    let decrease = -step.value
    guard there.isFinite else {
      radius = length / 4
      return begin(here)
    }
    let noise = 8 * abs(here.value).ulp
    if decrease <= noise {
      let point = target
      if abs(there.value - here.value) <= 2 * noise, box.projectedGradient(point, there.gradient) < 0.5 * measure {
        arrive(at: point, there)
      } else {
        rest()
      }
      return
    }
    let ratio = (here.value - there.value + noise) / decrease
    if ratio < 0.25 {
      // The minimizer of the parabola through what is known, kept between a tenth and a half.
      let slope = here.gradient.inner(step.s)
      let bend = there.value - here.value - slope
      let fraction = bend > 0 ? -slope / (2 * bend) : 0.5
      radius = length * min(0.5, max(0.1, fraction))
    } else if ratio > 0.75, isOnBoundary || length > 0.8 * radius {
      radius = min(4 * radius, 1e100)
    }
    if ratio > rules.acceptance { arrive(at: target, there) } else { begin(here) }
  }
}
