// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Limited-memory quasi-Newton descent in a box.
///
///     m(z) = ∇f(x)ᵀ(z − x) + ½(z − x)ᵀB(z − x)
///     the first local minimizer of m along P(x − t∇f(x)) fixes a face;  z minimizes m on that face, projected
///     x⁺ = x + t·(z − x) with a strong Wolfe step t
///
/// B is the BFGS matrix of the last m pairs of steps and gradient changes, never formed. Every point lies in the box.
///
/// **Needs** values and gradients. **Keeps** 2m + 6 vectors. Cost of a step: about 8mn multiplications, and 4m² for each
/// bound that the gradient path meets.
/// **Guarantee** the projected gradient tends to zero; R-linear for uniformly convex f once the active bounds are found.
/// **Reference** R. H. Byrd, P. Lu, J. Nocedal, C. Zhu, *A limited memory algorithm for bound constrained optimization*,
/// SIAM J. Sci. Comput. 16 (1995) 1190–1208.
public struct LBFGSB: Catalogued {
  /// m, the number of pairs.
  public var memory = 10
  /// c₁ of the Wolfe conditions.
  public var decrease = 1e-4
  /// c₂ of the Wolfe conditions.
  public var curvature = 0.9

  public init() {}

  public static let card = Card(
    "lbfgs-b", "limited-memory quasi-Newton descent in a box",
    guarantee: "projected gradient to zero; R-linear for uniformly convex f", reference: "Byrd, Lu, Nocedal & Zhu 1995",
    trials: [
      Trial("hs2", answers: 100, value: 4.9412294), Trial("hs4", answers: 20, value: 2.6666668),
      Trial("hs5", answers: 60, value: -1.9132229), Trial("box-quadratic", answers: 60, value: 33.0000001),
      Trial("ellipsoid,n=10", answers: 2_000, value: 1e-8), Trial("rosenbrock,n=20", answers: 400, value: 1e-10),
      Trial("wood", answers: 400, value: 1e-10),
    ], invariances: [.translation, .permutation], rate: .linear)

  public static let settings: [Setting<Self>] = [
    Setting("memory", \.memory, in: 1...1000, "number of remembered steps"),
    Setting("decrease", \.decrease, in: 1e-12...0.49, "sufficient decrease constant of the search"),
    Setting("curvature", \.curvature, in: 0.01...0.999, "curvature constant of the search"),
  ]

  /// The point with its gradient, the last pairs, and the line search under way.
  public struct State: Sendable, Codable {
    var descent: BoxDescent
  }

  /// At the start, or where there is none at the point of the box nearest to the origin.
  public func start(_ problem: BoxConstrained, random: RandomStream) throws -> State {
    try problem.domain.requireRoom(Self.card.name)
    var rules = BoxDescent.Rules()
    rules.memory = memory
    rules.decrease = decrease
    rules.curvature = curvature
    let start = problem.start ?? .zeros(problem.domain.dimension)
    return State(descent: BoxDescent(rules, from: start, in: problem.domain))
  }

  /// Value and gradient at the start, then at the trial point of the line search.
  public func ask(_ s: inout State) -> Linearize<Vector>? {
    s.descent.claim == nil ? Linearize(point: s.descent.wanted) : nil
  }

  /// Advances the line search; where it ends the point moves, a pair is kept and a new direction taken.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    _ = consume question
    s.descent.advance(answer)
  }

  /// The last accepted point with |x − P(x − ∇f(x))| as measure.
  public func report(_ s: State) -> Report<Vector> { s.descent.report }
}

extension Box {
  /// Throws `Unsuitable` where a lower bound is above its upper bound.
  func requireRoom(_ method: String) throws {
    for j in lower.indices where !(lower[j] <= upper[j]) {
      throw Unsuitable(
        method: method, needs: "bounds that leave room", found: "variable \(j + 1) with none",
        remedy: "Its lower bound is above its upper bound.")
    }
  }
}
