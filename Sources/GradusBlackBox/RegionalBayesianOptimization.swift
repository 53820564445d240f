// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Bayesian optimization inside boxes that move, grow and shrink: for many coordinates and hundreds of evaluations (TuRBO).
///
///     sides L·ℓⱼ/(Πℓ)^{1/d} around the best point,  a Gaussian process for each box, ℓ its lengths;   x⁺ = argmax over all boxes of
///     ln E[max(0, y⁺ − f(x))], or argmin of a drawn function;   L ← 2L after `successes`, L/2 after `failures`, anew below `least`
///
/// A success gains a thousandth of what the best is below the median. Constraints are learned; points that wait count as answered.
///
/// **Needs** values. **Keeps** every answer; n³/3 operations a question, n at most `fitted`. **Guarantee** none.
/// **Reference** D. Eriksson et al., *Scalable global optimization via local Bayesian optimization*, NeurIPS 2019; D. Eriksson,
/// M. Poloczek, *Scalable constrained Bayesian optimization*, AISTATS 2021.
public struct RegionalBayesianOptimization: Catalogued, ParallelMethod, LearningFromOthers {
  public var regions = 1
  /// Points of the design of each region; 0 stands for 2d, at least 4 and at most a third of the budget.
  public var design = 0
  public var rule = RegionRule.improvement
  public var kernel = StationaryKernel.matern52
  /// Whether values are warped where that makes them more probable.
  public var warped = true
  public var successes = 3
  /// 0 stands for d, at least 4.
  public var failures = 0
  /// L of a region that starts.
  public var length = 1.6
  public var least = 1.0 / 128
  /// Observations of each process at most: those nearest to the middle.
  public var fitted = 200
  /// 0 stands for 100d, at least 200, at most 400 where they are improved by descent and 2000 where they are not.
  public var candidates = 0

  public init() {}

  public static let card = Card(
    "trust-region-bo", "Bayesian optimization in boxes that grow and shrink, for many coordinates", guarantee: "none",
    reference: "Eriksson, Pearce, Gardner, Turner & Poloczek 2019",
    trials: [
      Trial("sphere,n=4", answers: 60, value: 1e-2), Trial("rosenbrock,n=2", answers: 100, value: 0.1),
    ], dependsOnWidth: true)

  public static let settings: [Setting<Self>] = [
    Setting("regions", \.regions, in: 1...100, "boxes that are searched side by side"),
    Setting("design", \.design, in: 0...1e6, "points of the design of each region, 0 for 2d"),
    Setting("rule", choice: \.rule, "what the next question goes by"),
    Setting("kernel", choice: \.kernel, "how smooth the function is taken to be"),
    Setting("warped", \.warped, "warp values towards their minimum where that makes them more probable"),
    Setting("successes", \.successes, in: 1...1e3, "better answers in a row that double a region"),
    Setting("failures", \.failures, in: 0...1e4, "other answers in a row that halve a region, 0 for d"),
    Setting("length", \.length, in: 1e-3...1.6, "length of a region that starts, in sides of the cube"),
    Setting("least", \.least, in: 1e-6...0.8, "length below which a region starts anew"),
    Setting("fitted", \.fitted, in: 10...1e5, "observations of each process at most"),
    Setting("candidates", \.candidates, in: 0...1e6, "candidates of each question and region, 0 for 100d"),
  ]

  /// All answers and the points that wait, and the regions.
  public struct State: Sendable, Codable {
    var search: DesignedSearch
    var random: RandomStream
    /// Points of the design of a region that starts.
    let design: Int
    var regions: [SearchRegion]
    /// What waits, region by region.
    var asked: [Asked] = []
    /// The exponent of the warp.
    var exponent = 1.0
    /// Under noise: the answer whose posterior mean is best, now and before regions started anew.
    var recommended: Recommended?
    var settled: Recommended?

    struct Recommended: Sendable, Codable, Hashable {
      var place: Int
      var mean: Double
    }

    struct Asked: Sendable, Codable, Hashable {
      var point: Vector
      var region: Int
      var isDesigned: Bool
    }

    var problem: SearchProblem { search.problem }
    var inputs: SpaceInputs { search.inputs }
    var history: SearchHistory { search.history }
  }

  /// Takes a stream for the designs. Throws `Unsuitable` for several objectives.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    guard problem.objectives == 1 else {
      throw Unsuitable(
        method: Self.card.name, needs: "one objective", found: "\(problem.objectives) objectives",
        remedy: "Combine them into one, or choose bayesian-optimization.")
    }
    let inputs = SpaceInputs(problem.space)
    let d = inputs.dimension
    var count = design > 0 ? design : max(4, min(2 * d, (problem.budget ?? .max) / 3 / regions))
    if d == 0 { count = 1 }
    return State(
      search: DesignedSearch(problem, inputs, design: [], shift: random.child("design")),
      random: random.child("search"), design: count,
      regions: (0..<regions).map { _ in SearchRegion(length: length, design: count, constraints: problem.constraints) })
  }

  /// A start, a point of a design, or the most promising point of all regions; nil when the space is exhausted.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? {
    guard s.search.claim == nil else { return nil }
    var (place, region, isDesigned): (DesignedSearch.Place?, Int, Bool) = (nil, 0, true)
    if case .start(let start) = s.search.turn() {
      place = start
      s.regions[0].designLeft = max(0, s.regions[0].designLeft - 1)
    } else if let r = s.regions.firstIndex(where: { $0.designLeft > 0 }) {
      s.regions[r].designLeft -= 1
      (place, region) = (s.search.designed(0) ?? s.search.fresh(&s.random), r)
    } else {
      isDesigned = false
      if let found = promising(&s) {
        (place, region) = (DesignedSearch.Place(point: found.point), found.region)
      } else {
        place = s.search.fresh(&s.random)
      }
    }
    guard let place = s.search.ask(about: place) else { return nil }
    if isDesigned { s.regions[region].designAwaited += 1 }
    s.asked.append(State.Asked(point: place.point, region: region, isDesigned: isDesigned))
    return EvaluateAll(point: place.point)
  }

  /// Keeps the answer and counts it for its region.
  public func tell(_ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>) {
    let point = question.point
    s.search.hear(answer, at: .init(point: point))
    let heard = s.history.count - 1
    guard let i = s.asked.firstIndex(where: { $0.point == point }) else {
      // What somebody else tried belongs to the region that is nearest, as a point of its design.
      let r = s.nearestRegion(to: s.history.inputs[heard])
      s.regions[r].designLeft = max(0, s.regions[r].designLeft - 1)
      s.hear(heard, region: r)
      return
    }
    let waiting = s.asked.remove(at: i)
    if waiting.isDesigned { s.regions[waiting.region].designAwaited -= 1 }
    let isBetter = s.hear(heard, region: waiting.region)
    guard !waiting.isDesigned, s.regions[waiting.region].isDesigned else { return }
    let needed = failures > 0 ? failures : max(4, s.inputs.dimension)
    s.regions[waiting.region].count(success: isBetter, after: successes, needed)
    guard s.regions[waiting.region].length < least else { return }
    if s.pays(for: 2 * s.design) {
      (s.settled, s.recommended) = (s.mostRecommended, nil)
      s.regions[waiting.region] = SearchRegion(
        length: length, design: s.design, constraints: s.problem.constraints)
    } else {
      s.regions[waiting.region].hold(at: least)
    }
  }

  /// The best answer that keeps the constraints; under noise the one whose posterior mean was best.
  public func report(_ s: State) -> Report<Vector> {
    var report = s.search.report
    if s.problem.isNoisy, let place = s.mostRecommended?.place {
      (report.point, report.value) = (s.history.points[place], s.history.values[place])
    }
    return report
  }

  private func promising(_ s: inout State) -> (point: Vector, region: Int)? {
    guard let values = s.warpedValues(warped, kernel) else { return nil }
    var best: (point: Vector, region: Int, score: Double)?
    var recommended: (member: Int, mean: Double)?
    let heard = s.history.points.indices.filter { s.history.isFeasible($0) }.map { values[$0] }.min()
    for r in s.regions.indices {
      guard let model = RegionModel(self, &s, region: r, values: values) else { continue }
      if let own = model.bestByMean, own.mean < recommended?.mean ?? .infinity { recommended = own }
      let most = rule == .improvement ? 400 : 2000
      let search = RegionSearch(
        places: FreePoints(inputs: s.inputs, problem: s.problem, taken: s.search.taken()), model: model,
        count: candidates > 0 ? candidates : min(max(100 * s.inputs.dimension, 200), most))
      let found =
        rule == .thompson
        ? search.drawn(random: &s.random)
        : search.mostImproving(s.problem.isNoisy ? model.bestByMean?.mean : heard, random: &s.random)
      guard let found, found.score > best?.score ?? -.infinity else { continue }
      best = (found.point, r, found.score)
    }
    if let recommended { s.recommended = .init(place: recommended.member, mean: recommended.mean) }
    return best.map { ($0.point, $0.region) }
  }
}
