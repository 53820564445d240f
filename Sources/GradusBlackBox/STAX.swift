// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Looks for what behaves differently, in a space of behaviors that it learns, and exploits every reward it meets.
///
///     explore   each member of a population has mutants; by novelty or by surprise, drawn each generation, the best stay:
///               ρ(b) = mean distance to the nearest known behaviors,   b = E(o) the code of an observation o,
///               surprise = |D(E(o)) − o|²;   the most novel mutants enter an archive, and E, D learn from what was seen
///     exploit   around every point with a reward an emitter, whose mutants compete by reward; one whose mean reward grows
///               in its first six generations goes on, and of those that go on one is drawn from the front of growth and
///               novelty until it grows no more
///
/// Both take turns of `chunk` answers. Answers of 0 or more are no reward; what is negative is, the lower the better. With
/// `learned` off the features themselves are the behavior. Coordinates are those of `UnitCoordinates`. A generation is handed
/// out at once; evaluations that fail are dropped.
///
/// **Needs** values and behaviors. **Keeps** the population, the archive with its observations, and the emitters.
/// **Guarantee** none.
/// **Reference** G. Paolo, M. Coninx, A. Laflaquière, S. Doncieux, *Discovering and exploiting sparse rewards in a learned
/// behavior space*, Evolutionary Computation 32 (2024), with the emitters of *Sparse reward exploration via novelty search and
/// emitters*, GECCO 2021.
public struct STAX: Catalogued, ParallelMethod {
  /// Members that explore.
  public var population = 100
  /// Mutants of a member.
  public var offspring = 2
  /// k.
  public var neighbors = 15
  /// Mutants that enter the archive each generation.
  public var added = 5
  /// Standard deviation of a mutation.
  public var mutation = 0.05
  /// Answers of a turn.
  public var chunk = 1000
  /// Members of an emitter.
  public var emitter = 6
  /// Whether behaviors are codes that are learned.
  public var learned = true
  /// Numbers of a code.
  public var code = 8
  /// Generations between two lessons.
  public var lessons = 5

  public init() {}

  public static let card = Card(
    "stax", "novelty in a learned space of behaviors, and emitters around rewards", guarantee: "none",
    reference: "Paolo, Coninx, Laflaquière & Doncieux 2024", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 2...1e6, "members that explore"),
    Setting("offspring", \.offspring, in: 1...1e3, "mutants of a member"),
    Setting("neighbors", \.neighbors, in: 1...1e4, "neighbors that novelty is measured by"),
    Setting("added", \.added, in: 0...1e4, "mutants that enter the archive each generation"),
    Setting("mutation", \.mutation, in: 1e-9...10, "standard deviation of a mutation"),
    Setting("chunk", \.chunk, in: 1...1e9, "answers of a turn"),
    Setting("emitter", \.emitter, in: 1...1e4, "members of an emitter"),
    Setting("learned", \.learned, "behaviors are codes that are learned"),
    Setting("code", \.code, in: 1...1e3, "numbers of a code"),
    Setting("lessons", \.lessons, in: 1...1e6, "generations between two lessons"),
  ]

  /// Something that was tried.
  struct Individual: Sendable, Codable {
    var u: [Double]
    var observation: Vector
    /// 0 where there was none.
    var reward: Double
    /// Its place in the space of behaviors.
    var code: [Double]
  }

  /// Members that compete by reward around a place where there was some.
  struct Emitter: Sendable, Codable {
    var origin: Individual
    var sigma: Double
    var members: [Individual] = []
    /// Mean reward of each generation.
    var rewards: [Double] = []
    /// How much that grew at first.
    var growth = 0.0
    var stale = 0
  }

  /// Whose generation is being answered.
  enum Phase: Sendable, Codable { case exploring, trying, emitting(Int) }

  /// Population, archives, emitters, and the generation being answered.
  public struct State: Sendable, Codable {
    let coordinates: UnitCoordinates
    let observations: Int
    var random: RandomStream
    var coder: BehaviorCode?
    var members: [Individual] = []
    var archive: [Individual] = []
    var rewarded: [Individual] = []
    var recent: [Vector] = []
    var candidates: [Emitter] = []
    var emitters: [Emitter] = []
    var phase = Phase.exploring
    /// Answers left of this turn.
    var left: Int
    var isExploiting = false
    var generations = 0
    var batch: [[Double]] = []
    var points: [Vector] = []
    var waiting: [Bool] = []
    var heard: [Individual] = []
    var asked = 0
    var told = 0
    var best: Vector
    var bestValue: Double?
    var claim: Claim?
  }

  /// Spreads the first population over the space.
  public func start(_ problem: BehaviorProblem, random: RandomStream) -> State {
    var random = random.child("behaviors")
    let coordinates = UnitCoordinates(problem.space)
    let count = problem.features.dimension
    let coder = learned ? BehaviorCode(observations: count, hidden: 32, code: code, rate: 1e-3, &random) : nil
    let first = problem.starts.first.map { problem.space.canonical($0) } ?? problem.space.middle
    var s = State(
      coordinates: coordinates, observations: count, random: random, coder: coder, left: chunk, best: first)
    let starts = problem.starts.map { coordinates.coordinates(of: problem.space.canonical($0)).elements }
    let spread = (starts.count..<max(population, starts.count)).map { _ in
      (0..<coordinates.dimension).map { _ in s.random.uniform() }
    }
    if coordinates.dimension == 0 { s.claim = .exhausted }
    handOut(starts + spread, &s)
    return s
  }

  /// The next point of the generation; nil while its last answers are awaited.
  public func ask(_ s: inout State) -> Behave<Vector>? {
    guard s.claim == nil, s.asked < s.points.count else { return nil }
    s.waiting[s.asked] = true
    s.asked += 1
    return Behave(point: s.points[s.asked - 1])
  }

  /// Takes one answer in; the last one of a generation selects.
  public func tell(_ s: inout State, _ answer: consuming Behavior, to question: consuming Behave<Vector>) {
    let (point, value, features) = (question.point, answer.value, answer.features)
    if value.isFinite, value < s.bestValue ?? .infinity { (s.best, s.bestValue) = (point, value) }
    guard s.claim == nil, let i = s.points.indices.first(where: { s.waiting[$0] && s.points[$0] == point }) else {
      return
    }
    s.waiting[i] = false
    s.told += 1
    if features.count == s.observations, features.isFinite {
      s.heard.append(
        Individual(
          u: s.batch[i], observation: features, reward: value.isFinite ? max(0, -value) : 0,
          code: s.coder?.code(of: features) ?? features.elements))
    }
    guard s.told == s.points.count else { return }
    s.left -= s.told
    switch s.phase {
    case .exploring: selectExplorers(&s)
    case .trying: selectCandidate(&s)
    case .emitting(let k): selectEmitter(k, &s)
    }
    next(&s)
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { Report(point: s.best, value: s.bestValue, claim: s.claim) }

  /// What is asked about next.
  func handOut(_ batch: [[Double]], _ s: inout State) {
    s.batch = batch
    s.points = batch.map { s.coordinates.point(at: Vector($0)) }
    s.waiting = [Bool](repeating: false, count: batch.count)
    s.heard = []
    (s.asked, s.told) = (0, 0)
  }

  func mutants(of members: [Individual], _ sigma: Double, _ random: inout RandomStream) -> [[Double]] {
    members.flatMap { member in
      (0..<offspring).map { _ in member.u.map { min(max($0 + sigma * random.normal(), 0), 1) } }
    }
  }
}
