// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The subproblem of the multiplier method under way: truncated Newton or quasi-Newton steps in the box.
enum BoxSubproblem: Sendable, Codable {
  case newton(BoxTrustRegion)
  case quasiNewton(BoxDescent)

  /// `before`: the one before this; its radius is where this one begins.
  init(_ method: AugmentedLagrangian, after before: BoxSubproblem?, from point: Vector, in box: Box) {
    switch method.curvature {
    case .gradients:
      var rules = BoxDescent.Rules()
      rules.memory = method.memory
      self = .quasiNewton(BoxDescent(rules, from: point, in: box))
    case .products:
      var rules = BoxTrustRegion.Rules()
      if case .newton(let region) = before { rules.radius = region.radius }
      self = .newton(BoxTrustRegion(rules, from: point, in: box))
    }
  }

  var x: Vector {
    switch self {
    case .newton(let region): region.x
    case .quasiNewton(let descent): descent.x
    }
  }

  var claim: Claim? {
    switch self {
    case .newton(let region): region.claim
    case .quasiNewton(let descent): descent.claim
    }
  }

  /// |x − P(x − ∇L)|.
  var measure: Double? {
    switch self {
    case .newton(let region): region.here.map { region.box.projectedGradient(region.x, $0.gradient) }
    case .quasiNewton(let descent): descent.measure
    }
  }

  /// True when value and gradient at its start are known.
  var hasBegun: Bool {
    switch self {
    case .newton(let region): region.here != nil
    case .quasiNewton(let descent): descent.here != nil
    }
  }

  /// The point at which it wants value and gradient; where it wants a product, the present one.
  var wanted: Vector {
    switch self {
    case .newton(let region):
      if case .linearization(let point) = region.wish { point } else { region.x }
    case .quasiNewton(let descent): descent.wanted
    }
  }

  /// The direction whose Hessian product it wants; nil where it wants something else.
  var direction: Vector? {
    guard case .newton(let region) = self, case .product(let direction) = region.wish else { return nil }
    return direction
  }

  mutating func weigh(_ weights: Vector) {
    guard case .newton(var region) = self else { return }
    region.weights = weights
    self = .newton(region)
  }

  mutating func advance(_ answer: Linearization<Vector>) {
    switch self {
    case .newton(var region):
      region.advance(answer)
      self = .newton(region)
    case .quasiNewton(var descent):
      descent.advance(answer)
      self = .quasiNewton(descent)
    }
  }

  mutating func advance(product: Vector) {
    guard case .newton(var region) = self else { return }
    region.advance(product: product)
    self = .newton(region)
  }
}
