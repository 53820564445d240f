// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// How MOEA/D makes one number of several objectives.
public enum Decomposition: String, Sendable, Codable, CaseIterable {
  /// maxₖ wₖ|fₖ − z*ₖ|
  case chebyshev
  /// d₁ + 5 d₂: along the direction w from z*, and away from it.
  case boundary
}

/// One individual for each of many directions; neighbors help each other.
///
///     individual i minimizes g(f | wᵢ, z*);    a child of parents from the neighborhood of wᵢ replaces at most `replaced`
///     neighbors whose g it improves
///
/// Objectives are measured from the ideal point in units of the range of the population. Directions are as many as fit into
/// the population (Das and Dennis; two layers for many objectives); each begins with the best of the first random points.
/// A feasible point replaces an infeasible one, and of infeasible ones the one that violates less. Children of `batch`
/// directions are laid at once and answered in parallel. Every point heard of competes for the archive, whose front is
/// reported; the recommended point is the one of it nearest to the ideal.
///
/// By default children come from a mixture of simulated binary crossover and differential variation; the classical operators
/// are `variation=simulatedBinary`.
///
/// **Needs** several objectives. How many there are is learned from the first answer. **Keeps** the population, its
/// directions and neighborhoods, and the archive.
/// **Guarantee** none; the archive never loses a front point but to truncation.
/// **Reference** Q. Zhang & H. Li, *MOEA/D*, IEEE Trans. Evol. Comput. 11 (2007); H. Li & Q. Zhang, IEEE Trans. Evol.
/// Comput. 13 (2009), for parents from outside the neighborhood and the bound on replacements.
public struct MOEAD: Catalogued, BoxMethod, ParallelMethod {
  /// First random points, and at most as many directions.
  public var population = 100
  public var decomposition = Decomposition.chebyshev
  /// Directions of a neighborhood.
  public var neighbors = 20
  /// The chance that parents come from the neighborhood.
  public var locality = 0.9
  /// How many individuals one child may replace.
  public var replaced = 2
  /// Children laid at once.
  public var batch = 10
  public var variation = VariationPolicy.mixed
  /// Most points of the reported front.
  public var archive = 100

  public init() {}

  public static let card = Card(
    "moead", "evolution of one individual a direction", guarantee: "none",
    reference: "Zhang, Li 2007",
    trials: [
      Trial("zdt1,n=10", answers: 6_000, value: 0.02), Trial("binh-korn", answers: 4_000, value: 2),
    ])

  public static let settings: [Setting<Self>] = [
    Setting(
      "population", \.population, in: 4...1e5, "first random points, and at most as many directions"
    ),
    Setting("decomposition", choice: \.decomposition, "how objectives become one number"),
    Setting("neighbors", \.neighbors, in: 2...1e5, "directions of a neighborhood"),
    Setting("locality", \.locality, in: 0...1, "chance that parents come from the neighborhood"),
    Setting("replaced", \.replaced, in: 1...1e5, "individuals that one child may replace"),
    Setting("batch", \.batch, in: 1...1e5, "children laid at once"),
    Setting("variation", choice: \.variation, "how parents make a child"),
    Setting("archive", \.archive, in: 1...1e5, "most points of the reported front", role: .limit),
  ]

  /// The population, its directions, the children that are being answered, and the archive.
  public struct State: Sendable, Codable {
    var evolution: Evolution
    /// nil until the number of objectives is known.
    var neighborhoods: Neighborhoods?
    /// The direction of each child of the brood.
    var places: [Int] = []
    /// Directions that have had no child in this round.
    var round: [Int] = []
  }

  private var scalarization: Scalarization {
    decomposition == .chebyshev ? .chebyshev : .boundary(theta: 5)
  }

  /// A first generation of random points, the start among them where there is one.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    State(evolution: Evolution(problem, random: random, initial: population, archive: archive))
  }

  /// The next child; nil while the last ones of those laid together are awaited.
  public func ask(_ s: inout State) -> EvaluateAll<Vector>? { s.evolution.ask() }

  /// Takes in the outcomes of one child; the last one of those laid together lets them replace whom they improve.
  public func tell(
    _ s: inout State, _ answer: consuming Outcomes, to question: consuming EvaluateAll<Vector>
  ) {
    guard s.evolution.hear(answer, at: question.point) else { return }
    if s.neighborhoods == nil {
      s.evolution.join()
      if let m = s.evolution.population.objectives?.objectives {
        let directions = ReferenceDirections.fitting(population, objectives: m)
        let new = Neighborhoods(directions, size: neighbors)
        s.evolution.population = new.assigned(s.evolution.population, scalarization)
        s.neighborhoods = new
      }
    } else {
      replace(&s)
    }
    lay(&s)
  }

  /// The front of everything heard of.
  public func report(_ s: State) -> Report<Vector> { s.evolution.report }

  private func replace(_ s: inout State) {
    guard let neighborhoods = s.neighborhoods else { return }
    let children = s.evolution.offspring()
    for (child, place) in s.places.enumerated() where child < children.count {
      guard children.violations[child] < .infinity else { continue }
      let frame = neighborhoods.frame(s.evolution.population, and: children, child)
      let isLocal = s.evolution.random.uniform() < locality
      var candidates =
        isLocal ? neighborhoods.nearest[place] : Array(0..<neighborhoods.directions.count)
      var left = replaced
      while left > 0, !candidates.isEmpty {
        let k = s.evolution.random.integer(below: candidates.count)
        candidates.swapAt(k, candidates.count - 1)
        let i = candidates.removeLast()
        if frame.isBetter(children, child, than: s.evolution.population, i, scalarization) {
          s.evolution.population.replace(i, by: child, of: children)
          left -= 1
        }
      }
    }
  }

  private func lay(_ s: inout State) {
    s.places = []
    guard let neighborhoods = s.neighborhoods else {
      s.evolution.lay(0) { _, _ in }
      return
    }
    let count = neighborhoods.directions.count
    while s.places.count < min(batch, count) {
      if s.round.isEmpty { s.round = s.evolution.random.permutation(count) }
      s.places.append(s.round.removeLast())
    }
    let variation = Variation(policy: variation, box: s.evolution.box)
    let (genes, n, places) = (s.evolution.population.genes, s.evolution.box.dimension, s.places)
    var next = 0
    genes.elements.withUnsafeBufferPointer { rows in
      s.evolution.lay(places.count) { random, child in
        guard let base = rows.baseAddress else { return }
        let place = places[next]
        next += 1
        let isLocal = random.uniform() < locality
        func pick(_ random: inout RandomStream) -> UnsafePointer<Double> {
          let near = neighborhoods.nearest[place]
          return base
            + (isLocal ? near[random.integer(below: near.count)] : random.integer(below: count)) * n
        }
        let mate = pick(&random)
        variation.make(child, base + place * n, mate, &random, other: pick)
      }
    }
  }
}
