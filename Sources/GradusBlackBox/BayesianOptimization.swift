// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Each question where a Gaussian process, fitted to all answers, expects the largest improvement.
///
///     f | answers ∼ GP(μ, σ²);      x⁺ = argmax ln E[max(0, y⁺ − f(x))] + Σ ln P(gᵢ(x) ≤ 0)
///     several objectives            x⁺ = argmax ln E[HV(front ∪ f(x)) − HV(front)] + Σ ln P(gᵢ(x) ≤ 0)
///
/// First a Sobol design, then one fit a question: Matérn 5/2 with a length for each parameter, the most probable ones under a
/// prior that expects smoothness to grow with the dimension. Values are warped towards their minimum where that makes them
/// more probable. y⁺ is the best answer that keeps the constraints; of noisy answers the best posterior mean at a point asked
/// about. Points that wait for an answer are integrated over: what they may answer is drawn from the process, all at once, and
/// promises are means over the draws. Of every `local` questions one looks only at a box around the best point, which grows
/// where that helps and shrinks where not. Numbers are improved by quasi-Newton steps along the gradient of the expectation,
/// whole numbers, categories and orders by their best single change. Evaluations that fail count as the worst value heard.
/// Other acquisitions are chosen by `acquisition`, and by `surrogate` a random forest, networks or a neural bandit in place of the
/// process, which know the expected improvement and the confidence bound; two and three objectives always have processes and the
/// hypervolume up to a reference point that follows the front.
///
/// **Needs** values; constraints are learned with a process each. **Keeps** every answer; n³/3 operations a question, and n³ a
/// step of a fit, whose observations are limited to `fitted`.
/// **Guarantee** none at a finite budget; consistent, since no place keeps its variance.
/// **Reference** D. R. Jones, M. Schonlau, W. J. Welch, J. Global Optim. 13 (1998); P. I. Frazier, *A tutorial on Bayesian
/// optimization*, arXiv:1807.02811 (2018); D. Eriksson et al., NeurIPS 2019, for local questions.
public struct BayesianOptimization: Catalogued, ParallelMethod, LearningFromOthers {
  /// Points of the first design; 0 stands for 2(d + 1), at least 4 – 10 with several objectives – and at most a third of
  /// the budget.
  public var design = 0
  public var surrogate = SurrogateKind.gaussianProcess
  public var kernel = StationaryKernel.matern52
  public var acquisition = AcquisitionRule.automatic
  /// Whether values are warped where that makes them more probable.
  public var warped = true
  /// Observations that lengths are fitted to at most: the best and a spread of the others.
  public var fitted = 300
  /// One question of so many looks only near the best point; 0: none. Several objectives have none.
  public var local = 2
  /// Sobol candidates of each question.
  public var candidates = 256

  public init() {}

  public static let card = Card(
    "bayesian-optimization", "Gaussian process with expected improvement, for expensive functions",
    guarantee: "consistent; no rate", reference: "Jones, Schonlau & Welch 1998",
    trials: [
      Trial("sphere,n=2", answers: 40, value: 1e-3), Trial("rosenbrock,n=2", answers: 80, value: 1e-1),
    ], dependsOnWidth: true)

  public static let settings: [Setting<Self>] = [
    Setting("design", \.design, in: 0...1e6, "points of the first design, 0 for 2(d + 1)"),
    Setting("surrogate", choice: \.surrogate, "who explains the answers; several objectives always processes"),
    Setting("kernel", choice: \.kernel, "how smooth the function is taken to be"),
    Setting("acquisition", choice: \.acquisition, "what is promised by an evaluation"),
    Setting("warped", \.warped, "warp values towards their minimum where that makes them more probable"),
    Setting("fitted", \.fitted, in: 10...1e5, "observations that lengths are fitted to at most"),
    Setting("local", \.local, in: 0...1e6, "one question of so many looks only near the best point, 0 for none"),
    Setting("candidates", \.candidates, in: 1...1e6, "Sobol candidates of each question"),
  ]

  /// All answers and the points that wait, and what was fitted last.
  public struct State: Sendable, Codable {
    var search: DesignedSearch
    var random: RandomStream
    var objectiveFits: [SurrogateFit.Parameters?]
    var constraintFits: [SurrogateFit.Parameters?]
    /// Observations at the last fit.
    var fittedAt = 0
    var localQuestions = LocalQuestions()
    /// Under noise: the answer whose posterior mean was best at the last question.
    var recommended: Int?

    var problem: SearchProblem { search.problem }
    var inputs: SpaceInputs { search.inputs }
    var history: SearchHistory { search.history }
    var pending: [Vector] { search.pending }
  }

  /// Draws the design. Throws `Unsuitable` for more than three objectives.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    guard problem.objectives <= 3 else {
      throw Unsuitable(
        method: Self.card.name, needs: "at most three objectives", found: "\(problem.objectives) objectives",
        remedy: "Combine some of them, or choose a method for many.")
    }
    let inputs = SpaceInputs(problem.space)
    let d = inputs.dimension
    let usual = max(problem.objectives > 1 ? 10 : 4, 2 * (d + 1))
    var count = design > 0 ? design : max(4, min(usual, (problem.budget ?? .max) / 3))
    if d == 0 { count = 1 }
    return State(
      search: DesignedSearch(
        problem, inputs, design: [Int](repeating: 0, count: count), shift: random.child("design")),
      random: random.child("search"), objectiveFits: Array(repeating: nil, count: problem.objectives),
      constraintFits: Array(repeating: nil, count: problem.constraints))
  }

  /// A start, a point of the design, or the most promising point; nil when the space is exhausted.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? {
    guard s.search.claim == nil else { return nil }
    let place: DesignedSearch.Place?
    switch s.search.turn() {
    case .start(let start): place = start
    case .design(let level): place = s.search.designed(level) ?? s.search.fresh(&s.random)
    case .model: place = promising(&s).map { .init(point: $0) } ?? s.search.fresh(&s.random)
    }
    return s.search.ask(about: place).map { EvaluateAll(point: $0.point) }
  }

  /// Keeps the answer.
  public func tell(_ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>) {
    let before = s.history.best?.value ?? .infinity
    if !s.search.hear(answer, at: .init(point: question.point)) { s.search.skipDesign() }
    s.localQuestions.hear(question.point, isBest: (s.history.best?.value ?? .infinity) < before)
  }

  /// The best answer that keeps the constraints; under noise the point asked about whose posterior mean was best at the last
  /// question; of several objectives the front, and the point of it that is nearest to the best of each.
  public func report(_ s: State) -> Report<Vector> {
    s.problem.objectives > 1 ? s.frontReport : s.report(recommending: s.recommended)
  }

  /// The same, with the last answers in the posterior means.
  public func recommend(_ s: State) -> Report<Vector> {
    guard s.problem.objectives == 1, s.problem.isNoisy else { return report(s) }
    if asksModels(s) { return s.report(recommending: recommendedByModel(s)) }
    var copy = s
    // A fit that is some answers old will do; the last answers themselves count.
    return s.report(recommending: SearchSurrogate(self, &copy, refits: false)?.bestByMean)
  }

  // MARK: Points

  private func promising(_ s: inout State) -> Vector? {
    guard s.history.sound >= 2 else { return nil }
    if asksModels(s) { return promisingByModel(&s) }
    // Where several points are open at a time, once for as many answers: those in between tell little of lengths.
    let refits = s.fittedAt == 0 || s.history.count >= s.fittedAt + max(1, s.fittedAt / 50, s.pending.count)
    guard let surrogate = SearchSurrogate(self, &s, refits: refits) else { return nil }
    if refits { s.fittedAt = s.history.count }
    s.recommended = surrogate.bestByMean
    let search = AcquisitionSearch(s.freePoints(), around: surrogate.incumbents, sweep: candidates)
    if isLocal(s), let best = surrogate.bestByMean {
      var near = search
      let center = s.history.inputs[best]
      (near.candidates.region, near.candidates.incumbents) = (
        s.localQuestions.box(around: center, surrogate.objective), [center]
      )
      if let found = near.best(promise(of: surrogate, near, &s), random: &s.random)?.point {
        s.localQuestions.ask(about: found)
        return found
      }
    }
    return search.best(promise(of: surrogate, search, &s), random: &s.random)?.point
  }

  private func isLocal(_ s: State) -> Bool {
    local > 0 && s.problem.objectives == 1 && (s.history.count + s.pending.count) % local == 0
  }
}

extension BayesianOptimization.State {
  func freePoints() -> FreePoints { FreePoints(inputs: inputs, problem: problem, taken: search.taken()) }

  /// The best answer; under noise that of this place, where there is one.
  fileprivate func report(recommending place: Int?) -> Report<Vector> {
    var report = search.report
    if problem.isNoisy, let place { (report.point, report.value) = (history.points[place], history.values[place]) }
    return report
  }
}
