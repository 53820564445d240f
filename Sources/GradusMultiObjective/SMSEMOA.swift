// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// The population with the largest hypervolume: whoever contributes least to it has to go.
///
///     P ← P ∪ {child};   drop from the last front of P the individual with the least HV(front) − HV(front without it)
///
/// Volumes are measured up to a tenth of the range beyond the worst values of the front; of two objectives the ends stay. Feasible
/// points are better than infeasible ones, and of those the ones that violate less. Some children are laid at once and
/// answered in parallel, then join one after the other. Every point heard of competes for the archive, whose front is reported;
/// the recommended point is the one of it nearest to the ideal.
///
/// By default the population is small at first, which gets to the front with few answers, and gains a member every
/// `growth` answers, which then fills the front; and children come from a mixture of simulated binary crossover and
/// differential variation. The classical method is `growth=0`, `offspring=1`, `variation=simulatedBinary`.
///
/// **Needs** several objectives, better few: the volume costs O(n) to O(n²) for two and three of them and grows exponentially
/// beyond. How many there are is learned from the first answer. **Keeps** the population and the archive.
/// **Guarantee** none for the front; with a fixed reference point the hypervolume of the population would never fall.
/// **Reference** N. Beume, B. Naujoks & M. Emmerich, *SMS-EMOA: multiobjective selection based on dominated
/// hypervolume*, European J. Oper. Res. 181 (2007).
public struct SMSEMOA: Catalogued, BoxMethod, ParallelMethod {
  /// Individuals of the population once it has grown.
  public var population = 100
  /// Individuals of the first population, where it grows.
  public var initial = 20
  /// Answers for each further member; 0 begins with the whole population.
  public var growth = 100
  /// Children laid at once.
  public var offspring = 10
  public var variation = VariationPolicy.mixed
  /// Most points of the reported front.
  public var archive = 100

  public init() {}

  public static let card = Card(
    "sms-emoa", "evolution of the population with the largest hypervolume", guarantee: "none",
    reference: "Beume, Naujoks, Emmerich 2007",
    trials: [
      Trial("zdt1,n=10", answers: 3_000, value: 0.01), Trial("binh-korn", answers: 4_000, value: 1),
    ])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 4...1e5, "individuals of the grown population"),
    Setting(
      "initial", \.initial, in: 4...1e5, "individuals of the first population, where it grows"),
    Setting("growth", \.growth, in: 0...1e9, "answers for each further member, 0 begins with all"),
    Setting("offspring", \.offspring, in: 1...1e5, "children laid at once"),
    Setting("variation", choice: \.variation, "how parents make a child"),
    Setting("archive", \.archive, in: 1...1e5, "most points of the reported front", role: .limit),
  ]

  /// The population, the children that are being answered, and the archive.
  public struct State: Sendable, Codable {
    var evolution: Evolution
    var selection = HypervolumeSelection()
  }

  private var first: Int { growth == 0 ? population : min(initial, population) }

  /// A first generation of random points, the start among them where there is one.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    State(evolution: Evolution(problem, random: random, initial: first, archive: archive))
  }

  /// The next child; nil while the last ones of those laid together are awaited.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? { s.evolution.ask() }

  /// Takes in the outcomes of one child; the last one of those laid together lets them join the population.
  public func tell(
    _ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>
  ) {
    guard s.evolution.hear(answer, at: question.point) else { return }
    let size = growth == 0 ? population : max(first, min(population, s.evolution.answers / growth))
    for i in 0..<s.evolution.brood.count {
      s.evolution.population.append(s.evolution.row(i), s.evolution.brood.outcomes(of: i))
      if s.evolution.population.count > size {
        s.selection.drop(&s.evolution.population)
      } else {
        s.selection.grow()
      }
    }
    let all = s.evolution.population
    let ranks = s.selection.isOneFront ? [Int](repeating: 0, count: all.count) : all.ranks()
    s.evolution.breed(offspring, variation, Tournament(ranks: ranks, room: all.crowding(ranks)))
  }

  /// The front of everything heard of.
  public func report(_ s: State) -> Report<Vector> { s.evolution.report }
}
