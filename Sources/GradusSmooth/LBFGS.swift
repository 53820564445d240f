// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Limited-memory quasi-Newton descent.
///
///     d = −H∇f(x),   x⁺ = x + t·d with a strong Wolfe step t
///     H⁺ = (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ,   s = x⁺ − x,  y = ∇f(x⁺) − ∇f(x),  ρ = 1/sᵀy
///
/// H is never formed: it is the last m pairs (s, y) applied to γI with γ = sᵀy/yᵀy. Pairs without positive curvature are left
/// out. When a search fails the pairs are forgotten once; when it fails along −∇f too, the method ends.
///
/// **Needs** values and gradients. **Keeps** 2m + 5 vectors. Cost of a step: 4mn multiplications.
/// **Guarantee** ∇f(xₖ) → 0 R-linearly for uniformly convex f with Lipschitz gradient.
/// **Reference** D. C. Liu & J. Nocedal, *On the limited memory BFGS method for large scale optimization*, Math. Prog. 45
/// (1989).
public struct LBFGS: Catalogued {
  /// m, the number of pairs.
  public var memory = 10
  /// c₁ of the Wolfe conditions.
  public var decrease = 1e-4
  /// c₂ of the Wolfe conditions.
  public var curvature = 0.9

  public init() {}

  public static let card = Card(
    "lbfgs", "limited-memory quasi-Newton descent with a strong Wolfe search",
    guarantee: "R-linear for uniformly convex f", reference: "Liu & Nocedal 1989",
    trials: [
      Trial("quadratic,n=10", answers: 100, value: 1e-12), Trial("ellipsoid,n=10", answers: 2_000, value: 1e-8),
      Trial("rosenbrock,n=20", answers: 400, value: 1e-10), Trial("wood", answers: 400, value: 1e-10),
      Trial("beale", answers: 200, value: 1e-12),
    ], invariances: [.translation, .permutation], rate: .linear)

  public static let settings: [Setting<Self>] = [
    Setting("memory", \.memory, in: 1...1000, "number of remembered steps"),
    Setting("decrease", \.decrease, in: 1e-12...0.49, "sufficient decrease constant of the search"),
    Setting("curvature", \.curvature, in: 0.01...0.999, "curvature constant of the search"),
  ]

  /// One remembered step.
  package struct Pair: Sendable, Codable {
    let step: Vector
    let change: Vector
    /// 1/sᵀy.
    let rho: Double

    package init(step: Vector, change: Vector) {
      self.step = step
      self.change = change
      rho = 1 / step.inner(change)
    }
  }

  /// The point with its gradient, the last pairs of steps and gradient changes, and the line search under way.
  public struct State: Sendable, Codable {
    var x: Vector
    /// f(x) and ∇f(x); nil before the first answer.
    var here: Linearization<Vector>?
    var direction: Vector = []
    var search: StrongWolfeSearch?
    /// The lowest trial of the present search.
    var lowest: Trial?
    var pairs: [Pair] = []
    var measure: Double?
    var idle = 0
    var claim: Claim?

    struct Trial: Sendable, Codable {
      var point: Vector
      var answer: Linearization<Vector>
    }
  }

  /// At the start, without pairs.
  public func start(_ problem: Unconstrained, random: RandomStream) -> State { State(x: problem.start) }

  /// Value and gradient at the start, then at the trial point of the line search.
  public func ask(_ s: inout State) -> Linearize<Vector>? {
    guard s.claim == nil else { return nil }
    guard let search = s.search else { return Linearize(point: s.x) }
    return Linearize(point: s.x.moved(search.step, along: s.direction))
  }

  /// Advances the line search; where it ends the point moves, a pair is kept and a new direction taken.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Vector>, to question: consuming Linearize<Vector>
  ) {
    let point = question.point
    _ = consume question
    guard let here = s.here, var search = s.search else {
      guard answer.isFinite else {
        s.claim = .failed
        return
      }
      s.x = point
      arrive(&s, answer)
      return
    }
    let isFinite = answer.isFinite
    let slope = isFinite ? dot(answer.gradient.elements.span, s.direction.elements.span) : .nan
    let next = search.advance(value: isFinite ? answer.value : .nan, slope: slope)
    s.search = search
    let isLowest = isFinite && answer.value < s.lowest?.answer.value ?? here.value
    if next != nil {
      if isLowest { s.lowest = State.Trial(point: point, answer: answer) }
      return
    }
    if search.outcome == .satisfied {
      accept(&s, State.Trial(point: point, answer: answer))
    } else if let trial = isLowest ? State.Trial(point: point, answer: answer) : s.lowest {
      accept(&s, trial)
    } else if !s.pairs.isEmpty {
      s.pairs = []
      begin(&s, here)
    } else {
      s.claim = here.claimAtRest
    }
  }

  /// The last accepted point with ‖∇f(x)‖ as measure.
  public func report(_ s: State) -> Report<Vector> {
    Report(point: s.x, value: s.here?.value, measure: s.measure, claim: s.claim)
  }

  private func accept(_ s: inout State, _ trial: State.Trial) {
    guard let here = s.here else { return }
    s.idle = trial.answer.value < here.value ? 0 : s.idle + 1
    let step = trial.point - s.x
    let change = trial.answer.gradient - here.gradient
    let curvature = step.inner(change)
    if curvature > 1e-16 * step.norm * change.norm {
      if s.pairs.count >= memory { s.pairs.removeFirst() }
      s.pairs.append(Pair(step: step, change: change))
    }
    s.x = trial.point
    // Values that no longer fall are rounding errors.
    if s.idle >= 5 {
      s.here = trial.answer
      s.measure = trial.answer.gradient.norm
      s.claim = trial.answer.claimAtRest
    } else {
      arrive(&s, trial.answer)
    }
  }

  private func arrive(_ s: inout State, _ answer: Linearization<Vector>) {
    s.here = answer
    s.measure = answer.gradient.norm
    begin(&s, answer)
  }

  /// A new direction and a new search along it.
  private func begin(_ s: inout State, _ here: Linearization<Vector>) {
    s.lowest = nil
    guard let measure = s.measure, measure > 0 else {
      s.claim = .stationary
      return
    }
    s.direction = Self.direction(s.pairs, here.gradient)
    var slope = s.direction.inner(here.gradient)
    if !(slope < 0) {
      s.pairs = []
      s.direction = -here.gradient
      slope = -measure * measure
    }
    let first = s.pairs.isEmpty ? min(1, 1 / measure) : 1
    s.search = StrongWolfeSearch(
      value: here.value, slope: slope, step: first, decrease: decrease, curvature: max(curvature, 2 * decrease))
    if s.search?.outcome == .stalled { s.claim = here.claimAtRest }
  }

  /// −H·g by the two-loop recursion.
  package static func direction(_ pairs: [Pair], _ gradient: Vector) -> Vector {
    var d = -gradient
    guard let last = pairs.last else { return d }
    var weights = [Double](repeating: 0, count: pairs.count)
    for i in pairs.indices.reversed() {
      weights[i] = pairs[i].rho * pairs[i].step.inner(d)
      add(-weights[i], pairs[i].change, to: &d)
    }
    var all = d.elements.mutableSpan
    scale(1 / (last.rho * last.change.inner(last.change)), &all)
    for i in pairs.indices {
      let beta = pairs[i].rho * pairs[i].change.inner(d)
      add(weights[i] - beta, pairs[i].step, to: &d)
    }
    return d
  }

  private static func add(_ a: Double, _ x: Vector, to y: inout Vector) {
    var target = y.elements.mutableSpan
    axpy(a, x.elements.span, &target)
  }
}
