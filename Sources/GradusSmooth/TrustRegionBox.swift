// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Newton's method in a ball and a box, with steps from truncated conjugate gradients on faces.
///
///     q(s) = ∇f(x)ᵀs + ½sᵀ∇²f(x)s
///     s: a Cauchy step along P(x − t∇f(x)), lowered by conjugate gradients on the face of x + s and projected searches,
///     all within |s| ≤ Δ;     x⁺ = x + s when f falls by more than η times what q promised, and Δ follows that ratio
///
/// A face is left only through the Cauchy step, so many bounds may change at once. The inner iteration stops at a residual
/// of min(0.1, |π|) times the free gradient, π = x − P(x − ∇f(x)). Directions of negative curvature are followed to the
/// boundary. Every point lies in the box.
///
/// **Needs** values, gradients and Hessian products. **Keeps** about fifteen vectors; nothing is factorized.
/// **Guarantee** π → 0 for f bounded below with Lipschitz gradient; superlinear near a strictly complementary minimum with
/// positive definite Hessian on its face, whose bounds are found after finitely many steps.
/// **Reference** C.-J. Lin, J. J. Moré, *Newton's method for large bound-constrained optimization problems*, SIAM J. Optim.
/// 9 (1999) 1100–1127.
public struct TrustRegionBox: Catalogued {
  /// The first Δ; 0 takes the length of the projected gradient.
  public var radius = 0.0
  /// η, the least ratio of actual to predicted decrease.
  public var acceptance = 1e-4
  /// Conjugate gradient steps on one face at most.
  public var products = 1000

  public init() {}

  public static let card = Card(
    "trust-region-box", "Newton's method in a ball and a box, by conjugate gradients on faces",
    guarantee: "projected gradient to zero; superlinear near strictly complementary strong minima",
    reference: "Lin & Moré 1999",
    trials: [
      Trial("hs2", answers: 400, value: 4.9412294), Trial("hs4", answers: 40, value: 2.6666668),
      Trial("hs5", answers: 80, value: -1.9132229), Trial("box-quadratic", answers: 60, value: 33.0000001),
      Trial("ellipsoid,n=10", answers: 1_000, value: 1e-10), Trial("rosenbrock,n=20", answers: 2_000, value: 1e-12),
      Trial("wood", answers: 1_000, value: 1e-12),
    ], invariances: [.translation, .permutation])

  public static let settings: [Setting<Self>] = [
    Setting("radius", \.radius, in: 0...1e12, "first radius of the ball; 0: the length of the projected gradient"),
    Setting("acceptance", \.acceptance, in: 0...0.24, "least ratio of actual to predicted decrease"),
    Setting("products", \.products, in: 1...1_000_000, "conjugate gradient steps on one face at most"),
  ]

  /// The point with its gradient, the radius, and the step under way.
  public struct State: Sendable, Codable {
    var region: BoxTrustRegion
  }

  /// At the start, or where there is none at the point of the box nearest to the origin.
  public func start(_ problem: BoxConstrained, random: RandomStream) throws -> State {
    try problem.domain.requireRoom(Self.card.name)
    var rules = BoxTrustRegion.Rules()
    rules.radius = radius
    rules.acceptance = acceptance
    rules.products = products
    let start = problem.start ?? .zeros(problem.domain.dimension)
    return State(region: BoxTrustRegion(rules, from: start, in: problem.domain))
  }

  /// Value and gradient at the start and at trial points, and Hessian products at the point between.
  public func ask(_ s: inout State) -> Curve? {
    switch s.region.wish {
    case .linearization(let point): .linearize(point)
    case .product(let direction): .product(at: s.region.x, along: direction)
    case nil: nil
    }
  }

  /// Advances the step under way, or compares its end with the model.
  public func tell(_ s: inout State, _ answer: consuming Curve.Answer, to question: consuming Curve) {
    _ = consume question
    switch answer {
    case .linearization(let here): s.region.advance(here)
    case .product(let product): s.region.advance(product: product)
    }
  }

  /// The last accepted point with |x − P(x − ∇f(x))| as measure.
  public func report(_ s: State) -> Report<Vector> { s.region.report }
}
