// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A population over any search space, whose members are crossed and changed parameter by parameter.
///
///     parents   the better of two, twice            better: keeps the constraints, then less violation, then the value
///     child     crossed with probability `crossover`, changed with probability `mutation`, and if it would be a copy
///     μ + λ     the best of parents and children are the next parents
///
/// Numbers, whole numbers, categories, orders and shares vary in their own ways (`SpaceVariation`), in natural scale, and
/// parameters that a choice wakes up are drawn. Points that a known constraint forbids or that were members before are never
/// asked about, except where nothing else is found. After `patience` generations without a better member all but the best
/// are drawn anew. A generation is handed out at once; evaluations that fail rank last.
///
/// **Needs** values; only their order matters. **Keeps** two populations.
/// **Guarantee** none.
/// **Reference** J. H. Holland, *Adaptation in natural and artificial systems* (1975); D. E. Goldberg, *Genetic algorithms in
/// search, optimization and machine learning* (1989).
public struct GeneticAlgorithm: Catalogued, ParallelMethod, LearningFromOthers {
  /// μ and λ; 0 stands for 10 + 2d, at most 100.
  public var population = 0
  /// Probability that a child has two parents.
  public var crossover = 0.9
  /// Probability that a child is changed.
  public var mutation = 0.7
  /// Distribution index of numbers in crossing: the larger, the nearer to a parent.
  public var spread = 5.0
  /// Distribution index of numbers in changing.
  public var index = 20.0
  /// Generations without a better member before a new beginning.
  public var patience = 60

  public init() {}

  public static let card = Card(
    "genetic-algorithm", "a population over any search space, crossed and changed parameter by parameter",
    guarantee: "none", reference: "Holland 1975; Goldberg 1989",
    trials: [
      Trial("sphere,n=2", answers: 2000, value: 1e-3), Trial("rastrigin,n=2", answers: 4000, value: 1e-2),
      Trial("hs5", answers: 2000, value: -1.91),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 0...1e6, "members, 0 for 10 + 2d"),
    Setting("crossover", \.crossover, in: 0...1, "probability of two parents"),
    Setting("mutation", \.mutation, in: 0...1, "probability of a change"),
    Setting("spread", \.spread, in: 0...1e3, "how near to a parent crossing stays"),
    Setting("index", \.index, in: 0...1e3, "how small changes of numbers are"),
    Setting("patience", \.patience, in: 1...1e9, "generations without a better member before a new beginning"),
  ]

  /// What was heard of a point.
  struct Member: Sendable, Codable {
    var point: Vector
    var value: Double
    var violation: Double

    /// Before: better.
    func precedes(_ other: Member) -> Bool {
      violation == other.violation ? value < other.value : violation < other.violation
    }
  }

  /// Parents, and the generation being answered.
  public struct State: Sendable, Codable {
    let problem: SearchProblem
    let variation: SpaceVariation
    let size: Int
    var random: RandomStream
    var parents: [Member] = []
    var brood: [Vector]
    var waiting: [Bool]
    var heard: [Member] = []
    var asked = 0
    var told = 0
    var stale = 0
    var best: Member?
    var claim: Claim?
  }

  /// Spreads the first population over the space, with the starts as its first members. Throws `Unsuitable` for several
  /// objectives.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    guard problem.objectives == 1 else {
      throw Unsuitable(
        method: Self.card.name, needs: "one objective", found: "\(problem.objectives) objectives",
        remedy: "Combine them into one, or choose a method for several.")
    }
    let size = max(2, population > 0 ? population : min(100, 10 + 2 * problem.space.dimension))
    var s = State(
      problem: problem, variation: SpaceVariation(problem.space), size: size, random: random.child("variation"),
      brood: [], waiting: [])
    let starts = problem.starts.map { problem.space.canonical($0) }.filter { problem.knownViolation(of: $0) == 0 }
    begin(starts, &s)
    return s
  }

  /// The next child; nil while the last ones of a generation are awaited, or when no point is allowed.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? {
    guard s.claim == nil, s.asked < s.brood.count else { return nil }
    s.waiting[s.asked] = true
    s.asked += 1
    return EvaluateAll(point: s.brood[s.asked - 1])
  }

  /// Takes one answer in; the last one of a generation selects and makes the next. Points from elsewhere are selected from
  /// as well.
  public func tell(_ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>) {
    let point = question.point
    guard s.claim == nil else { return }
    let own = s.brood.indices.first { s.waiting[$0] && s.brood[$0] == point }
    let value = answer.objectives.first ?? .nan
    let isWhole =
      value.isFinite && answer.constraints.count == s.problem.constraints
      && !answer.constraints.contains(where: \.isNaN)
    let member = Member(
      point: point, value: isWhole ? value : .infinity, violation: isWhole ? answer.violation : .infinity)
    if let own {
      s.waiting[own] = false
      s.told += 1
    } else if !isWhole || (s.parents + s.heard).contains(where: { $0.point == point }) {
      return
    }
    s.heard.append(member)
    if isWhole, member.violation == 0, s.best.map(member.precedes) ?? true { s.best = member }
    if s.told == s.brood.count { select(&s) }
  }

  /// The best member that keeps the constraints.
  public func report(_ s: State) -> Report<Vector> {
    let point = s.best?.point ?? s.problem.starts.first.map { s.problem.space.canonical($0) } ?? s.problem.space.middle
    return Report(point: point, value: s.best?.value, claim: s.claim)
  }

  private func handOut(_ brood: [Vector], _ s: inout State) {
    s.brood = brood
    s.waiting = [Bool](repeating: false, count: brood.count)
    s.heard = []
    (s.asked, s.told) = (0, 0)
    if brood.isEmpty { s.claim = s.best == nil ? .failed : .exhausted }
  }

  private func begin(_ first: [Vector], _ s: inout State) {
    var brood = first
    while brood.count < s.size, let point = s.problem.sampleAllowed(&s.random) { brood.append(point) }
    s.parents = []
    s.stale = 0
    handOut(brood, &s)
  }

  private func select(_ s: inout State) {
    let before = s.parents.first
    let pool = s.parents + s.heard
    let order = pool.indices.sorted {
      pool[$0].precedes(pool[$1]) || (!pool[$1].precedes(pool[$0]) && $0 < $1)
    }
    s.parents = order.prefix(s.size).map { pool[$0] }
    s.stale = before.map { s.parents[0].precedes($0) } ?? true ? 0 : s.stale + 1
    if s.stale >= patience { return begin([s.parents[0].point], &s) }
    handOut((0..<s.size).compactMap { _ in child(&s) }, &s)
  }

  /// A child that is allowed and not known; one that is only allowed where none other is found.
  private func child(_ s: inout State) -> Vector? {
    var spare: Vector?
    for attempt in 0..<40 {
      var point = winner(&s)
      let origin = point
      if s.random.uniform() < crossover {
        point = s.variation.child(of: point, winner(&s), spread: spread, &s.random)
      }
      if s.random.uniform() < mutation || point == origin || attempt > 10 {
        point = s.variation.mutant(of: point, index: index, &s.random)
      }
      guard s.problem.knownViolation(of: point) == 0 else { continue }
      if !s.parents.contains(where: { $0.point == point }) { return point }
      spare = point
    }
    return spare ?? s.problem.sampleAllowed(&s.random)
  }

  private func winner(_ s: inout State) -> Vector {
    let (i, j) = (s.random.integer(below: s.parents.count), s.random.integer(below: s.parents.count))
    return s.parents[min(i, j)].point
  }
}
