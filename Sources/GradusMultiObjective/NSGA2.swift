// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Fronts first, then room: the elitist genetic algorithm that everything else is measured against.
///
///     parents ∪ children  →  fronts F₁, F₂, …;   next population = F₁ ∪ F₂ ∪ … as long as they fit,
///     the last one by falling crowding distance
///
/// Parents win binary tournaments by front and crowding distance. Feasible points are better than infeasible ones, and of those the
/// ones that violate less. A generation is handed out at once. Every point heard of competes for the archive, whose front
/// is reported; the recommended point is the one of it nearest to the ideal.
///
/// By default children come from a mixture of simulated binary crossover and differential variation, which gets to the front
/// with fewer answers than the classical operators (`variation=simulatedBinary`).
///
/// **Needs** several objectives; the selection uses only the order of each but for the crowding distance. How many there
/// are is learned from the first answer. **Keeps** two generations and the archive.
/// **Guarantee** none; the archive never loses a front point but to truncation.
/// **Reference** K. Deb et al., *A fast and elitist multiobjective genetic algorithm: NSGA-II*, IEEE Trans. Evol.
/// Comput. 6 (2002).
public struct NSGA2: Catalogued, BoxMethod, ParallelMethod {
  /// Individuals of a population, and of a generation.
  public var population = 100
  public var variation = VariationPolicy.mixed
  /// Most points of the reported front.
  public var archive = 100

  public init() {}

  public static let card = Card(
    "nsga2", "genetic algorithm by fronts and crowding distance", guarantee: "none",
    reference: "Deb et al. 2002",
    trials: [
      Trial("zdt1,n=10", answers: 6_000, value: 0.02), Trial("binh-korn", answers: 4_000, value: 1),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 4...1e5, "individuals of a population"),
    Setting("variation", choice: \.variation, "how parents make a child"),
    Setting("archive", \.archive, in: 1...1e5, "most points of the reported front", role: .limit),
  ]

  /// The population, the generation that is being answered, and the archive.
  public struct State: Sendable, Codable {
    var evolution: Evolution
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
    let (ranks, room) = (all.ranks(), all.crowding(all.ranks()))
    let kept = Self.survivors(ranks, room, population)
    s.evolution.population = all.select(kept)
    let tournament = Tournament(ranks: kept.map { ranks[$0] }, room: kept.map { room[$0] })
    s.evolution.breed(population, variation, tournament)
  }

  /// The front of everything heard of.
  public func report(_ s: State) -> Report<Vector> { s.evolution.report }

  /// The best `count` individuals by front, those of the last one by room; ties in the order of age.
  static func survivors(_ ranks: [Int], _ room: [Double], _ count: Int) -> [Int] {
    var kept: [Int] = []
    for front in Population.fronts(ranks) {
      if kept.count + front.count <= count {
        kept += front
      } else {
        kept += front.sorted { (-room[$0], $0) < (-room[$1], $1) }.prefix(count - kept.count)
        break
      }
    }
    return kept
  }
}
