// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Hyperband whose points are drawn where good answers are dense.
///
///     new point:   with probability `random` uniform;   else argmax l(x)/g(x) over draws from l, the density of the best 15 %
///                  at the highest fidelity with enough answers, g that of the others there
///
/// A density is used from d + 3 answers on. Everything else is as in `hyperband`.
///
/// **Needs** values at several fidelities. **Keeps** every answer.
/// **Guarantee** that of `hyperband` for the share of points that is uniform.
/// **Reference** S. Falkner, A. Klein, F. Hutter, *BOHB: robust and efficient hyperparameter optimization at scale*, ICML 2018.
public struct BOHB: Catalogued, ParallelMethod {
  /// η.
  public var ratio = 3.0
  /// The lowest fidelity of a problem that lists none.
  public var least = 0.03
  /// Probability that a new point is uniform.
  public var random = 0.33
  /// Draws that are compared.
  public var draws = 64

  public init() {}

  public static let card = Card(
    "bohb", "Hyperband whose points are drawn where good answers are dense", guarantee: "that of hyperband for a share",
    reference: "Falkner, Klein & Hutter 2018", trials: [Trial("sphere,n=2", answers: 400, value: 0.3)],
    dependsOnWidth: true)

  public static let settings: [Setting<Self>] = [
    Setting("ratio", \.ratio, in: 1.5...100, "η, of the points of a rung one in so many goes on"),
    Setting("least", \.least, in: 1e-9...1, "lowest fidelity of a problem that lists none"),
    Setting("random", \.random, in: 0...1, "probability of a uniform point"),
    Setting("draws", \.draws, in: 1...1e6, "draws from the density of good points"),
  ]

  /// An answer on a rung.
  struct Heard: Sendable, Codable {
    var inputs: Vector
    var value: Double
  }

  /// The race, and all answers by rung.
  public struct State: Sendable, Codable {
    var race: Hyperband.State
    let inputs: SpaceInputs
    let choices: [Int]
    var heard: [[Heard]]
  }

  private var base: Hyperband {
    var base = Hyperband()
    (base.ratio, base.least) = (ratio, least)
    return base
  }

  /// Begins as `hyperband` does. Throws `Unsuitable` for several objectives or learned constraints.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    try problem.checkRace(Self.card.name)
    let race = try base.start(problem, random: random)
    let inputs = SpaceInputs(problem.space)
    return State(
      race: race, inputs: inputs, choices: inputs.choiceCounts, heard: Array(repeating: [], count: race.ladder.count))
  }

  /// The next point of the rung; nil while the last ones are awaited, or when no point is allowed.
  public func ask(_ s: inout State) -> EvaluateAt<Vector>? {
    if s.race.claim == nil, s.race.starts.isEmpty, base.wantsPoint(s.race) {
      let isUniform = s.race.random.uniform() < random
      if !isUniform, let point = promising(&s) { s.race.starts = [point] }
    }
    return base.ask(&s.race)
  }

  /// Takes one answer in; the last one of a rung sends the best on.
  public func tell(_ s: inout State, _ answer: consuming PricedValue, to question: consuming EvaluateAt<Vector>) {
    if let rung = s.race.ladder.rung(of: question.fidelity), answer.value.isFinite {
      s.heard[rung].append(Heard(inputs: s.inputs.inputs(of: question.point), value: answer.value))
    }
    base.tell(&s.race, answer, to: question)
  }

  /// The best answer at the highest fidelity so far; its value when that is the full function.
  public func report(_ s: State) -> Report<Vector> { base.report(s.race) }

  private func promising(_ s: inout State) -> Vector? {
    let least = s.inputs.dimension + 3
    guard let known = s.heard.last(where: { $0.count >= least }) else { return nil }
    let order = known.indices.sorted { (known[$0].value, $0) < (known[$1].value, $1) }
    let good = min(max(2, Int((0.15 * Double(known.count)).rounded(.up))), known.count - 1)
    func density(_ part: some Sequence<Int>) -> ParzenEstimator {
      let points = part.map { known[$0].inputs }
      return ParzenEstimator(
        points, weights: [Double](repeating: 1, count: points.count + 1), metric: s.inputs.metric, choices: s.choices)
    }
    let (low, high) = (density(order.prefix(good)), density(order.dropFirst(good)))
    var best: (point: Vector, score: Double)?
    for _ in 0..<draws {
      let point = s.inputs.point(at: low.sample(&s.race.random))
      guard s.race.problem.knownViolation(of: point) == 0 else { continue }
      let inputs = s.inputs.inputs(of: point)
      let score = low.logDensity(inputs) - high.logDensity(inputs)
      if score > best?.score ?? -.infinity { best = (point, score) }
    }
    return best?.point
  }
}

extension Hyperband {
  /// True when the next question is about a point that has to be thought of.
  func wantsPoint(_ s: State) -> Bool { s.race.isOver || s.race.wantsPoint }
}
