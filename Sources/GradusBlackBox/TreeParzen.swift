// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Where good answers are dense and others are not (TPE).
///
///     l(x): density of the γ best points,   g(x): of the others and of those that wait
///     x⁺ = argmax l(x)/g(x) over draws from l
///
/// The ratio grows with the improvement expected by Bayes' rule, whatever the values. γ = min(⌈0.1n⌉, 25) points are good: those
/// that keep the constraints, by value, before those that do not, by violation. Of the others the last 25 have full weight and
/// earlier ones less. Evaluations that fail are never good.
///
/// **Needs** values; only their order matters. **Keeps** every answer; a question costs `draws`·n·d operations.
/// **Guarantee** none.
/// **Reference** J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, *Algorithms for hyper-parameter optimization*, NIPS 2011;
/// S. Watanabe, *Tree-structured Parzen estimator*, arXiv:2304.11127 (2023), for the constants.
public struct TreeParzen: Catalogued, ParallelMethod, LearningFromOthers {
  /// Points of the first, random design.
  public var design = 10
  /// Draws from l that are compared.
  public var draws = 24

  public init() {}

  public static let card = Card(
    "tpe", "densities of good and of other points, compared", guarantee: "none",
    reference: "Bergstra, Bardenet, Bengio & Kégl 2011",
    trials: [Trial("sphere,n=2", answers: 200, value: 0.1), Trial("hs5", answers: 200, value: -1.85)],
    dependsOnWidth: true)

  public static let settings: [Setting<Self>] = [
    Setting("design", \.design, in: 1...1e6, "points of the first, random design"),
    Setting("draws", \.draws, in: 1...1e6, "draws from the density of good points"),
  ]

  /// All answers, and the points that wait.
  public struct State: Sendable, Codable {
    var search: DesignedSearch
    let choices: [Int]
    var random: RandomStream
  }

  /// Takes a stream for the draws. Throws `Unsuitable` for several objectives.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    guard problem.objectives == 1 else {
      throw Unsuitable(
        method: Self.card.name, needs: "one objective", found: "\(problem.objectives) objectives",
        remedy: "Combine them into one, or choose a method for several.")
    }
    let inputs = SpaceInputs(problem.space)
    return State(
      search: DesignedSearch(problem, inputs, design: [Int](repeating: 0, count: design)),
      choices: inputs.choiceCounts, random: random.child("draws"))
  }

  /// A start, a random point, or the draw with the largest ratio; nil when no point is allowed.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? {
    guard s.search.claim == nil else { return nil }
    var place: DesignedSearch.Place?
    switch s.search.turn() {
    case .start(let start): place = start
    case .design: break
    case .model: if s.search.history.sound > 0 { place = promising(&s).map { .init(point: $0) } }
    }
    place = place ?? s.search.problem.sampleAllowed(&s.random).map { .init(point: $0) }
    return s.search.ask(about: place).map { EvaluateAll(point: $0.point) }
  }

  /// Keeps the answer.
  public func tell(_ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>) {
    if !s.search.hear(answer, at: .init(point: question.point)) { s.search.skipDesign() }
  }

  /// The best answer that keeps the constraints.
  public func report(_ s: State) -> Report<Vector> { s.search.report }

  private func promising(_ s: inout State) -> Vector? {
    let (history, inputs) = (s.search.history, s.search.inputs)
    let order = history.order
    let n = order.count
    let good = min(max(1, Int((0.1 * Double(n)).rounded(.up))), 25)
    let others = order.dropFirst(good).sorted()
    let metric = inputs.metric
    let low = ParzenEstimator(
      order.prefix(good).map { history.inputs[$0] }, weights: [Double](repeating: 1, count: good + 1), metric: metric,
      choices: s.choices)
    let waiting = s.search.pending.map { inputs.inputs(of: $0) }
    let early = max(0, others.count - 25)
    let weights = others.indices.map { k in k >= early ? 1 : (Double(k) + 1) / Double(early + 1) }
    let high = ParzenEstimator(
      others.map { history.inputs[$0] } + waiting,
      weights: weights + [Double](repeating: 1, count: waiting.count + 1), metric: metric, choices: s.choices)
    var best: (point: Vector, score: Double)?
    for _ in 0..<draws {
      let point = inputs.point(at: low.sample(&s.random))
      guard s.search.problem.knownViolation(of: point) == 0 else { continue }
      let own = inputs.inputs(of: point)
      let score = low.logDensity(own) - high.logDensity(own)
      if score > best?.score ?? -.infinity { best = (point, score) }
    }
    return best?.point
  }
}
