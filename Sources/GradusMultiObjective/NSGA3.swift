// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Fronts first, then an even spread over reference directions: for four and more objectives.
///
///     parents ∪ children  →  fronts F₁, F₂, …;   next population = F₁ ∪ F₂ ∪ … as long as they fit;
///     from the last one: whoever is nearest to the direction with the fewest individuals, again and again
///
/// Objectives are measured from the ideal point, in units of the intercepts of the hyperplane through the extreme points of the
/// population. Directions are as many as fit into the population (Das and Dennis; two layers for many objectives). Feasible
/// points are better than infeasible ones, and of those the ones that violate less. A generation is handed out at once.
/// Every point heard of competes for the archive, whose front is reported; the recommended point is the one of it nearest to
/// the ideal.
///
/// By default children come from a mixture of simulated binary crossover and differential variation; the classical operators
/// are `variation=simulatedBinary`.
///
/// **Needs** several objectives. How many there are is learned from the first answer. **Keeps** two generations, the
/// directions and the archive.
/// **Guarantee** none; the archive never loses a front point but to truncation.
/// **Reference** K. Deb & H. Jain, *An evolutionary many-objective optimization algorithm using reference-point-based
/// nondominated sorting*, IEEE Trans. Evol. Comput. 18 (2014).
public struct NSGA3: Catalogued, BoxMethod, ParallelMethod {
  /// Individuals of a population, and of a generation; at most as many directions.
  public var population = 100
  public var variation = VariationPolicy.mixed
  /// Most points of the reported front.
  public var archive = 100

  public init() {}

  public static let card = Card(
    "nsga3", "genetic algorithm by fronts and reference directions", guarantee: "none",
    reference: "Deb, Jain 2014",
    trials: [
      Trial("zdt1,n=10", answers: 6_000, value: 0.02),
      Trial("dtlz2,n=7", answers: 6_000, value: 0.05),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 4...1e5, "individuals of a population"),
    Setting("variation", choice: \.variation, "how parents make a child"),
    Setting("archive", \.archive, in: 1...1e5, "most points of the reported front", role: .limit),
  ]

  /// The population, the generation that is being answered, the niches and the archive.
  public struct State: Sendable, Codable {
    var evolution: Evolution
    /// nil until the number of objectives is known.
    var niches: Niches?
  }

  /// A first generation of random points, the start among them where there is one.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    State(evolution: Evolution(problem, random: random, initial: population, archive: archive))
  }

  /// The next individual of the generation; nil while its last ones are awaited.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? { s.evolution.ask() }

  /// Takes in the outcomes of one individual; the last one of a generation selects and breeds the next.
  public func tell(
    _ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>
  ) {
    guard s.evolution.hear(answer, at: question.point) else { return }
    s.evolution.join()
    let all = s.evolution.population
    let ranks = all.ranks()
    if s.niches == nil, let m = all.objectives?.objectives {
      s.niches = Niches(ReferenceDirections.fitting(population, objectives: m))
    }
    let kept =
      s.niches?.survivors(all, ranks, population, &s.evolution.random)
      ?? Array(0..<min(population, all.count))
    s.evolution.population = all.select(kept)
    // Within a front nobody is preferred: the directions have spread them already.
    let room = [Double](repeating: 0, count: kept.count)
    s.evolution.breed(population, variation, Tournament(ranks: kept.map { ranks[$0] }, room: room))
  }

  /// The front of everything heard of.
  public func report(_ s: State) -> Report<Vector> { s.evolution.report }
}
