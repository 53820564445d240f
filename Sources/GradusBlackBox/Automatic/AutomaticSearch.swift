// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Chooses methods by what it is told and by what the function shows, switches between them, and says why.
///
///     a quadratic through two points an axis  →  a sum of functions of one number?  yes: each axis for itself
///                                                no: trust region of the model  →  quasi-Newton descent by differences
///     from the best point: CMA-ES with a polynomial model of the latest values, sharing evaluations with the descent while
///     that is ahead
///
/// A function is taken for a sum when the point that combines the best of every axis has the value foretold to rounding. An
/// axis is searched by the flattest parabolas that could undercut its best sample. The descent gives way when CMA-ES has
/// found a better value. Under noise, in parallel, and where the budget does not pay for a slope, all is left to CMA-ES; in
/// very high dimension only the diagonal of its covariance is kept. The report tells which way was taken, and why.
///
/// **Needs** values. **Keeps** the model while it is used, (3n)² numbers, then what CMA-ES keeps with a
/// `surrogate`.
/// **Guarantee** that of the parts: a stationary point where the function is smooth; none global.
/// **Reference** I. Loshchilov, M. Schoenauer & M. Sebag, *Bi-population CMA-ES algorithms with surrogate models and line
/// searches*, GECCO 2013 workshop, for the idea of such a sequence.
public struct AutomaticSearch: Catalogued, BoxMethod, ParallelMethod {
  /// Evaluations in all; 0 when nobody knows.
  public var budget = 0
  /// Whether values differ from one evaluation to the next.
  public var noisy = false
  /// How many evaluations are made at the same time.
  public var parallel = 1
  /// The first radius of the model, relative to the box.
  public var radius = 0.2
  /// The first standard deviation of CMA-ES, relative to the box.
  public var sigma = 0.2
  /// Questions of the model, in multiples of n, before the descent takes over.
  public var trust = 5.0
  /// Evaluations of the descent, in multiples of n, before CMA-ES shares them.
  public var descent = 100.0
  /// The share of descents from random points once the first one is over, times n; at most a fifth.
  public var locals = 0.0
  /// The model that spares CMA-ES evaluations; none under noise and in parallel.
  public var surrogate = Surrogate.quadratic
  /// Evaluations of an axis at most, on average.
  public var axis = 200

  public init() {}

  public static let card = Card(
    "automatic", "chooses and switches methods by what it is told and what the function shows",
    guarantee: "a stationary point of a smooth function; none global", reference: "Loshchilov et al. 2013",
    trials: [
      Trial("sphere,n=10", answers: 60, value: 1e-10), Trial("ellipsoid,n=10", answers: 2_000, value: 1e-8),
      Trial("rosenbrock,n=10", answers: 5_000, value: 1e-8), Trial("rastrigin,n=5", answers: 3_000, value: 1e-6),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("budget", \.budget, in: 0...1e15, "evaluations in all, 0 when nobody knows", role: .limit),
    Setting("noisy", \.noisy, "values differ from one evaluation to the next"),
    Setting("parallel", \.parallel, in: 1...1e6, "evaluations made at the same time"),
    Setting("radius", \.radius, in: 1e-9...0.5, "first radius of the model relative to the box"),
    Setting("sigma", \.sigma, in: 1e-9...10, "first standard deviation of CMA-ES relative to the box"),
    Setting("trust", \.trust, in: 0...1e9, "questions of the model a coordinate before the descent"),
    Setting("descent", \.descent, in: 0...1e9, "evaluations of the descent a coordinate before CMA-ES joins"),
    Setting("locals", \.locals, in: 0...1e6, "share of descents from random points times n, at most a fifth"),
    Setting("surrogate", choice: \.surrogate, "a model that spares CMA-ES evaluations, of exact values one at a time"),
    Setting("axis", \.axis, in: 0...1e6, "evaluations of an axis where the function is a sum"),
  ]

  /// Who asks.
  enum Stage: Sendable, Codable {
    case model
    /// The point that tells a sum from other functions, with the value a sum would have.
    case combination(Vector, foretold: Double)
    /// A place on an axis.
    case axis(Int, place: Double)
    /// The value where a descent begins.
    case landing(Vector)
    case descent
    case evolution
    case ended
  }

  /// The parts at work, who asks, and why.
  public struct State: Sendable, Codable {
    let box: UnitBox
    /// Coordinates whose side is not a point, and unit coordinates for the others.
    let free: [Int]
    var fixed: [Double]
    var random: RandomStream
    var stage = Stage.model
    var model: ModelTrustRegion.State?
    var axes: [AxisSearch] = []
    /// The point whose coordinates the axes improve, its value, and the level of care.
    var base: [Double] = []
    var baseValue = 0.0
    var level = 0
    var isSum: Bool?
    var descent: DifferenceDescent?
    /// Whether `descent` is the one that the model began.
    var isFirstDescent = true
    var evolution: CMAES.State?
    var evolutionBest: Double?
    /// Evaluations of descents and of CMA-ES.
    var descentSpent = 0
    var evolutionSpent = 0
    /// True while a question of a part that asks one at a time is not answered.
    var isWaiting = false
    var best: Incumbent
    var claim: Claim?
    /// What was chosen, and why, in the order of time.
    public internal(set) var reasons: [String] = []
  }

  /// Chooses the first part.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let best = Incumbent(problem)
    let u = box.coordinates(of: best.point).elements
    let free = u.indices.filter { box.upper[$0] > box.lower[$0] }
    var s = State(box: box, free: free, fixed: u, random: random.child("automatic"), best: best)
    begin(&s, at: u)
    return s
  }

  /// The question of the part at work; nil while it awaits an answer.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    guard s.claim == nil else { return nil }
    if case .evolution = s.stage {
      guard var inner = s.evolution else { return nil }
      s.evolution = nil
      defer { s.evolution = inner }
      return evolution(s).ask(&inner)
    }
    if s.isWaiting { return nil }
    s.isWaiting = true
    switch s.stage {
    case .model:
      guard var inner = s.model else { return nil }
      s.model = nil
      defer { s.model = inner }
      return modelMethod.ask(&inner)
    case .combination(let point, _), .landing(let point): return Evaluate(point: point)
    case .axis(let i, let place):
      var x = s.base
      x[i] = place
      return Evaluate(point: point(s, x))
    case .descent: return s.descent?.question.map { Evaluate(point: point(s, $0)) }
    case .evolution, .ended: return nil
    }
  }

  /// Gives the answer to the part at work and decides who goes on.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    let value = copy answer
    s.isWaiting = false
    s.best.hear(value, at: question.point)
    switch s.stage {
    case .model: hearModel(&s, value, question)
    case .combination(_, let foretold): hearCombination(&s, value, foretold)
    case .axis(let i, let place): hearAxis(&s, value, i, place)
    case .landing(let point): hearLanding(&s, value, point)
    case .descent: hearDescent(&s, value)
    case .evolution: hearEvolution(&s, value, question)
    case .ended: break
    }
  }

  /// The best point that was evaluated; under noise the mean of CMA-ES, whose value nobody has seen.
  public func report(_ s: State) -> Report<Vector> {
    var report = s.best.report(claim: s.claim)
    if noisy, let evolution = s.evolution, evolution.distribution.generation > 0 {
      report = Report(point: s.box.point(at: evolution.distribution.mean.elements), claim: s.claim)
    }
    report.reasons = s.reasons
    return report
  }

  // MARK: Parts

  var modelMethod: ModelTrustRegion {
    var method = ModelTrustRegion()
    method.radius = radius
    return method
  }

  func evolution(_ s: State) -> CMAES {
    var method = CMAES()
    method.sigma = sigma
    method.surrogate = noisy || parallel > 1 ? .none : surrogate
    let usual = EvolutionParameters.defaultPopulation(s.free.count)
    method.population = max(noisy ? 2 * usual : 0, parallel > usual ? parallel : 0)
    method.separable = s.free.count > Self.mostForShape
    return method
  }

  /// Coordinates up to which the model, the descent and a full covariance are used.
  static let mostForModel = 200
  static let mostForDescent = 2_000
  static let mostForShape = 300

  func point(_ s: State, _ x: [Double]) -> Vector {
    var u = s.fixed
    for (k, i) in s.free.enumerated() { u[i] = x[k] }
    return s.box.point(at: u)
  }
}
