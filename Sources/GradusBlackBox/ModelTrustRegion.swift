// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Minimizes a quadratic through the values heard, inside a ball that is trusted, and asks there.
///
///     d = argmin Q(x + d),  |d| ≤ Δ,  x + d in the box;     Q interpolates m points, ‖∇²Q − ∇²Q_before‖_F is least
///     Δ grows and shrinks with (f(x + d) − f(x))/(Q(x + d) − Q(x)), never below ρ;   ρ falls when Q is right at its scale
///
/// First two points along each axis beside the start. A question either minimizes Q or replaces the point that is farthest
/// away by one that makes Q better determined. Coordinates are relative to the box. With `extra` points beyond these 2n + 1,
/// so many are added before any is replaced; (n + 1)(n + 2)/2 in all determine the whole quadratic.
/// Evaluations that fail count as worse than the worst value the model knows. When `rho` has reached `final`, or the values
/// foretold are right to `tolerance`, the method ends.
///
/// **Needs** values without noise. **Keeps** (m + n)² numbers, and that many operations a question.
/// **Guarantee** converges to a stationary point of a smooth function where the model stays well determined.
/// **Reference** M. J. D. Powell, *The BOBYQA algorithm for bound constrained optimization without derivatives*, DAMTP
/// 2009/NA06.
public struct ModelTrustRegion: Catalogued, BoxMethod {
  /// The first ρ as a fraction of the width of the box; a width of 5 is taken where a side is infinite.
  public var radius = 0.1
  /// The last ρ, as such a fraction.
  public var final = 1e-10
  /// Errors of the model at which values count as known.
  public var tolerance = 1e-12
  /// m − (2n + 1).
  public var extra = 0

  public init() {}

  public static let card = Card(
    "model-trust-region", "quadratic interpolation inside a trust region, for smooth functions without derivatives",
    guarantee: "a stationary point of a smooth function", reference: "Powell 2009",
    trials: [
      Trial("sphere,n=10", answers: 60, value: 1e-10), Trial("rosenbrock,n=2", answers: 200, value: 1e-10),
      Trial("rosenbrock,n=5", answers: 1_500, value: 1e-8), Trial("booth", answers: 60, value: 1e-10),
      Trial("ellipsoid,n=10", answers: 2_000, value: 1e-6),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("radius", \.radius, in: 1e-12...0.5, "first radius relative to the box"),
    Setting("final", \.final, in: 0...0.5, "radius that ends the search", role: .limit),
    Setting("tolerance", \.tolerance, in: 0...1e9, "errors of the model at which values count as known", role: .limit),
    Setting("extra", \.extra, in: 0...1e6, "points the model goes through beyond 2n + 1"),
  ]

  enum Phase: Sendable, Codable {
    /// Point k of the first design is wanted.
    case design(Int)
    /// The minimizer of the model is wanted.
    case step
    /// A better place for point t is wanted.
    case placement(Int)
    case ended
  }

  /// The model, the radii, and the step that waits for its value.
  public struct State: Sendable, Codable {
    let box: UnitBox
    /// Coordinates whose side is not a point.
    let free: [Int]
    let lower: [Double]
    let upper: [Double]
    /// Values of the coordinates that are not free.
    let fixed: [Double]
    var phase = Phase.design(0)
    var origin: [Double]
    var steps: [Double] = []
    var others: [Double] = []
    var heard: [Double] = []
    var model: InterpolationModel?
    var delta: Double
    var rho: Double
    /// The step that is asked about, from the best point of the model, and what the model foretells of it.
    var move: [Double] = []
    var foretold = 0.0
    var length = 0.0
    /// Trust steps since the model was last mended; −1 when the last one was too short to ask.
    var streak = 0
    var asked = 0
    /// Questions when ρ fell or a long step was made.
    var markedAt = 0
    /// Errors of the model, latest last.
    var errors: [Double] = [.infinity, .infinity, .infinity]
    var leastCurvature = 0.0
    /// Steps in a row for which the least Frobenius norm would have done better.
    var relaxations = 0
    var rescues = 0
    var best: Incumbent
    var claim: Claim?
  }

  /// Lays the first points around the start, or around the middle of the box.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let best = Incumbent(problem)
    return start(box, best, at: box.coordinates(of: best.point).elements, radius: radius)
  }

  /// Begins at the unit coordinates with a radius of its own.
  func start(_ box: UnitBox, _ best: Incumbent, at u: [Double], radius: Double) -> State {
    let free = u.indices.filter { box.upper[$0] > box.lower[$0] }
    let narrowest = free.map { box.upper[$0] - box.lower[$0] }.min() ?? 1
    let rho = min(radius, 0.49 * narrowest)
    var s = State(
      box: box, free: free, lower: free.map { box.lower[$0] }, upper: free.map { box.upper[$0] }, fixed: u,
      origin: free.map { u[$0] }, delta: rho, rho: rho, best: best)
    layDesign(&s)
    if free.isEmpty { s.phase = .design(0) }
    return s
  }

  /// The next point of the design, the minimizer of the model, or a point that mends it.
  public func ask(_ s: inout State) -> Evaluate<Vector>? {
    switch s.phase {
    case .design(let k): return Evaluate(point: point(s, designed(s, k)))
    case .step, .placement:
      guard let model = s.model else { return nil }
      let center = model.center
      return Evaluate(point: point(s, center.indices.map { center[$0] + s.move[$0] }))
    case .ended: return nil
    }
  }

  /// Takes one value into the model and finds the next step.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    s.best.hear(answer, at: question.point)
    s.asked += 1
    switch s.phase {
    case .design(let k):
      s.heard.append(tame(s, answer))
      if s.free.isEmpty { return end(&s) }
      if k < 2 * s.free.count {
        s.phase = .design(k + 1)
      } else {
        finishDesign(&s)
        advance(&s)
      }
    case .step: hearStep(&s, tame(s, answer))
    case .placement(let t): hearPlacement(&s, t, tame(s, answer))
    case .ended: break
    }
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  // MARK: Points

  private func point(_ s: State, _ x: [Double]) -> Vector {
    var u = s.fixed
    for (k, i) in s.free.enumerated() { u[i] = min(max(x[k], s.lower[k]), s.upper[k]) }
    return s.box.point(at: u)
  }

  private func designed(_ s: State, _ k: Int) -> [Double] {
    var x = s.origin
    let n = s.free.count
    if k > 0, n > 0 { x[(k - 1) % n] += k <= n ? s.steps[k - 1] : s.others[k - 1 - n] }
    return x
  }

  /// A number the model can live with: failures are worse than all it knows.
  private func tame(_ s: State, _ answer: Double) -> Double {
    if answer.isFinite, abs(answer) < 1e30 { return answer }
    let known = (s.model?.values.elements.prefix(s.model?.count ?? 0)).map(Array.init) ?? s.heard
    guard let most = known.max(), let least = known.min() else { return 0 }
    return most + max(1e-3 * abs(most), most - least, 1e-9)
  }

  func layDesign(_ s: inout State) {
    let n = s.free.count
    s.phase = .design(0)
    s.heard = []
    s.steps = [Double](repeating: s.rho, count: n)
    s.others = s.steps.map { -$0 }
    for i in 0..<n {
      // At a bound both points lie inside; close to one the center moves onto it or away from it.
      let (below, above) = (s.origin[i] - s.lower[i], s.upper[i] - s.origin[i])
      if below < s.rho {
        if below < 0.5 * s.rho {
          s.origin[i] = s.lower[i]
          s.others[i] = min(2 * s.rho, s.upper[i] - s.lower[i])
        } else {
          s.origin[i] = s.lower[i] + s.rho
        }
      } else if above < s.rho {
        if above < 0.5 * s.rho {
          s.origin[i] = s.upper[i]
          s.steps[i] = -s.rho
          s.others[i] = -min(2 * s.rho, s.upper[i] - s.lower[i])
        } else {
          s.origin[i] = s.upper[i] - s.rho
        }
      }
    }
  }

  private func finishDesign(_ s: inout State) {
    let n = s.free.count
    let most = min(2 * n + 1 + extra, (n + 1) * (n + 2) / 2)
    s.model = InterpolationModel(
      base: s.origin, steps: s.steps, others: s.others, values: s.heard, mostPoints: most)
    s.delta = s.rho
    s.streak = 0
    s.markedAt = s.asked
    s.errors = [.infinity, .infinity, .infinity]
    s.relaxations = 0
  }

  func end(_ s: inout State) {
    s.phase = .ended
    s.claim = s.best.value == nil ? .failed : .stalled
  }
}
