// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Covariance matrix adaptation: a normal distribution that learns the shape of the function from ranks.
///
///     xᵢ = m + σyᵢ,  yᵢ ~ N(0, C),  i = 1 … λ;     m ← Σwᵢx₍ᵢ₎ over the best,   C, σ from the steps that were good
///
/// Directions of a generation are orthogonal, n at a time. Weighted recombination, cumulative step-size adaptation,
/// rank-one and rank-μ update with negative weights for the worst points; restarts with growing (`ipop`) or alternating
/// (`bipop`) populations once nothing more can be gained. Points outside the box are asked about at their projection and
/// the mean stays near it, so the ranks alone decide everything; when the mean touches bounds, the point that all near
/// bounds suggest is asked about in addition. The first mean is the start, or else the middle of the box; a restart begins
/// at a random point. A generation is handed out at once, so λ answers can be worked on in parallel. Evaluations that fail
/// rank last.
///
/// With `surrogate` a polynomial through the latest points, of degree two as soon as they suffice, ranks those of a
/// generation that need no evaluation, and its minimizer takes the place of one of them; see `Surrogate`.
///
/// **Needs** values; only their order matters, except for the end of a run and a surrogate. **Keeps** n² numbers and a
/// generation; with a surrogate n³ up to 30 coordinates, 4n² up to 100, beyond which there is none.
/// **Guarantee** none for a global optimum; linear convergence observed on convex quadratics, with a rate independent of
/// their condition after about 10n² answers.
/// **Reference** N. Hansen, *The CMA evolution strategy: a tutorial*, arXiv:1604.00772 (2016); *A global surrogate assisted
/// CMA-ES*, GECCO 2019.
public struct CMAES: Catalogued, BoxMethod, ParallelMethod {
  /// λ; 0 stands for 4 + ⌊3 ln n⌋.
  public var population = 0
  /// The first standard deviation as a fraction of the width of the box; a width of 5 is taken where a side is infinite.
  public var sigma = 0.2
  public var restarts = RestartPolicy.bipop
  /// Whether the worst points reduce the variance in their directions.
  public var active = true
  /// Whether the directions of a generation are made orthogonal, n at a time: each is still uniform, together they cover more.
  public var orthogonal = true
  /// Whether only the diagonal of C is kept: n numbers in place of n², for many coordinates that do not interact.
  public var separable = false
  /// Whether a model of the latest values ranks those points of a generation that need no evaluation.
  public var surrogate = Surrogate.none
  /// A run ends when the values of ten and more generations differ by less than this.
  public var tolerance = 1e-11

  public init() {}

  public static let card = Card(
    "cma-es", "evolution strategy that adapts a full covariance matrix",
    guarantee: "none global; linear convergence observed on convex quadratics", reference: "Hansen 2016",
    trials: [
      Trial("sphere,n=10", answers: 3_000, value: 1e-8), Trial("ellipsoid,n=10", answers: 8_000, value: 1e-8),
      Trial("rosenbrock,n=10", answers: 30_000, value: 1e-8), Trial("rastrigin,n=5", answers: 120_000, value: 1e-6),
    ], invariances: [.monotone])

  public static let settings: [Setting<Self>] = [
    Setting("population", \.population, in: 0...1e6, "points in a generation, 0 for 4 + 3 ln n"),
    Setting("sigma", \.sigma, in: 1e-9...10, "first standard deviation relative to the box"),
    Setting("restarts", choice: \.restarts, "what follows when a run has converged"),
    Setting("active", \.active, "let the worst points reduce the variance"),
    Setting("orthogonal", \.orthogonal, "directions of a generation are made orthogonal, n at a time"),
    Setting("separable", \.separable, "keep only the diagonal of the covariance"),
    Setting(
      "surrogate", choice: \.surrogate, "a model that spares evaluations while it ranks points as the function does"),
    Setting("tolerance", \.tolerance, in: 0...1e9, "differences of values that end a run", role: .limit),
  ]

  /// The normal distribution, the generation that is being answered, and where the schedule of restarts stands.
  public struct State: Sendable, Codable, GenerationState {
    let box: UnitBox
    var random: RandomStream
    var schedule: RestartSchedule
    var parameters: EvolutionParameters
    var distribution: SearchDistribution
    var watch: ConvergenceWatch
    /// The y of every individual of the generation, and the squares of its normal numbers.
    var steps: Buffer<Double>
    var squares: Buffer<Double>
    var generation: Generation
    /// The model of the values, and what of the generation is known; nil where every point is evaluated.
    var modeled: SurrogatePopulation?
    /// With a model: all individuals, of which the generation is a part.
    var pool: [Vector] = []
    /// The bounds that held the mean when last asked about.
    var sides: [Int8] = []
    /// Answers told in this run of the schedule.
    var spent = 0
    var failedGenerations = 0
    var best: Incumbent
    var claim: Claim?
  }

  /// Puts the mean at the start, or in the middle of the box, and draws the first generation.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let box = UnitBox(problem)
    let best = Incumbent(problem)
    let mean = box.coordinates(of: best.point)
    return start(
      box, best, SearchDistribution(mean: mean, sigma: sigma, diagonal: separable), random: random.child("points"))
  }

  /// Begins elsewhere, with a shape that is known: for methods that go on from what another one found.
  func start(_ box: UnitBox, _ best: Incumbent, _ distribution: SearchDistribution, random: RandomStream) -> State {
    let n = box.dimension
    let population = population > 0 ? max(2, population) : EvolutionParameters.defaultPopulation(n)
    var state = State(
      box: box, random: random, schedule: RestartSchedule(restarts, population: population),
      parameters: EvolutionParameters(dimension: n, population: population, active: active, diagonal: separable),
      distribution: distribution,
      watch: ConvergenceWatch(dimension: n, population: population, tolerance: tolerance), steps: [], squares: [],
      generation: Generation([]), best: best)
    if n == 0 {
      state.claim = .exhausted
    } else {
      layModel(&state)
      sampleGeneration(&state)
    }
    return state
  }

  /// The next individual of the generation; nil while its last ones are awaited, and after the end.
  public func ask(_ s: inout State) -> Evaluate<Vector>? { s.next() }

  /// Takes in the value of one individual; the last one of a generation moves the distribution and draws the next.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Vector>) {
    s.best.hear(answer, at: question.point)
    guard s.claim == nil, s.generation.hear(answer, at: question.point) else { return }
    s.spent += 1
    guard s.generation.isComplete else { return }
    if s.modeled != nil {
      finishBatch(&s)
    } else {
      finishGeneration(&s, s.generation.values.elements)
    }
  }

  /// The best point that was evaluated.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  /// Learns from the values of the individuals, infinite for failures.
  func finishGeneration(_ s: inout State, _ heard: [Double]) {
    let order = (0..<s.parameters.population).sorted { (heard[$0], $0) < (heard[$1], $1) }
    let values = order.map { heard[$0] }
    var isOver = false
    if values[0].isFinite {
      s.failedGenerations = 0
      s.steps.elements.withUnsafeBufferPointer {
        s.distribution.learn($0, squares: s.squares, order: order, s.parameters, within: s.box)
      }
      isOver = !s.distribution.refresh(s.parameters) || s.watch.isOver(values, s.distribution)
    } else {
      // Nothing was learned: draw again, and somewhere else after a while.
      s.failedGenerations += 1
      isOver = s.failedGenerations >= 20
    }
    if isOver { restart(&s) }
    if s.claim == nil { sampleGeneration(&s) }
  }

  private func restart(_ s: inout State) {
    guard s.schedule.advance(spent: s.spent, &s.random) else {
      s.claim = s.best.value == nil ? .failed : .stalled
      return
    }
    s.spent = 0
    s.failedGenerations = 0
    let n = s.box.dimension
    s.parameters = EvolutionParameters(
      dimension: n, population: s.schedule.population, active: active, diagonal: separable)
    s.distribution = SearchDistribution(
      mean: s.box.sample(&s.random), sigma: sigma * s.schedule.stepFactor, diagonal: separable)
    s.watch = ConvergenceWatch(dimension: n, population: s.schedule.population, tolerance: tolerance)
    layModel(&s)
  }

  private func sampleGeneration(_ s: inout State) {
    let n = s.box.dimension
    let lambda = s.parameters.population
    if s.steps.count != n * lambda {
      s.steps = Buffer(repeating: 0, count: n * lambda)
      s.squares = Buffer(repeating: 0, count: lambda)
    }
    var points: [Vector] = []
    points.reserveCapacity(lambda + 1)
    let (box, distribution) = (s.box, s.distribution)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, n * lambda)) { z in
      s.steps.elements.withUnsafeMutableBufferPointer { steps in
        guard let z = z.baseAddress, let first = steps.baseAddress else { return }
        s.random.normals(into: UnsafeMutableBufferPointer(start: z, count: n * lambda))
        if orthogonal { OrthogonalDirections.align(z, n, count: lambda) }
        for k in 0..<lambda {
          let y = first + k * n
          s.squares[k] = distribution.step(z + k * n, into: y)
          points.append(box.point(distribution.mean, distribution.sigma, y))
        }
      }
    }
    chooseBatch(&s, &points)
    // Where bounds hold the optimum, no sample hits all of them at once: ask about the point that they suggest.
    if let sides = s.box.heldSides(s.distribution), sides != s.sides {
      points.append(s.box.snapped(s.distribution.mean, to: sides))
      s.sides = sides
    }
    s.generation = Generation(points)
  }
}
