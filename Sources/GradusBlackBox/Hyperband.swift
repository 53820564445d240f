// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Random points, raced from low fidelities to the full function, with several odds in turn.
///
///     bracket s = s_max … 0:   n_s = ⌈(s_max + 1)ηˢ/(s + 1)⌉ random points at fidelity η⁻ˢ;
///     of those the best 1/η at η⁻ˢ⁺¹, of those the best 1/η at η⁻ˢ⁺², … at last at 1
///
/// Brackets that begin low believe in low fidelities, the last one does not ask them at all. Rungs are the fidelities that the
/// problem lists, or powers of 1/η down to `least`. Evaluations that fail do not go on. Where the cost of an answer is
/// proportional to its fidelity every bracket costs about the same.
///
/// **Needs** values at several fidelities. **Keeps** a rung.
/// **Guarantee** within a logarithmic factor of the best bracket's answers, whatever the low fidelities are worth.
/// **Reference** L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar, *Hyperband*, JMLR 18 (2018).
public struct Hyperband: Catalogued, ParallelMethod {
  /// η.
  public var ratio = 3.0
  /// The lowest fidelity of a problem that lists none.
  public var least = 0.03

  public init() {}

  public static let card = Card(
    "hyperband", "random points raced from low fidelities to the full function",
    guarantee: "within a logarithmic factor of the best bracket", reference: "Li et al. 2018",
    trials: [Trial("sphere,n=2", answers: 1000, value: 0.5)])

  public static let settings: [Setting<Self>] = [
    Setting("ratio", \.ratio, in: 1.5...100, "η, of the points of a rung one in so many goes on"),
    Setting("least", \.least, in: 1e-9...1, "lowest fidelity of a problem that lists none"),
  ]

  /// The bracket being answered.
  public struct State: Sendable, Codable {
    let problem: SearchProblem
    let ladder: FidelityLadder
    var random: RandomStream
    var starts: [Vector]
    /// s.
    var bracket: Int
    var race: HalvingBracket
    var best: FidelityIncumbent
    var claim: Claim?
  }

  /// Begins with the bracket that believes most in low fidelities. Throws `Unsuitable` for several objectives or learned
  /// constraints.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    try problem.checkRace(Self.card.name)
    let ladder = FidelityLadder(problem, ratio: ratio, least: least)
    return State(
      problem: problem, ladder: ladder, random: random.child("draws"),
      starts: problem.starts.map { problem.space.canonical($0) }.reversed(), bracket: ladder.count - 1,
      race: HalvingBracket(bracket: ladder.count - 1, rungs: ladder.count, ratio: ratio),
      best: FidelityIncumbent(problem))
  }

  /// The next point of the rung; nil while the last ones are awaited, or when no point is allowed.
  public func ask(_ s: inout State) -> EvaluateAt<Vector>? {
    guard s.claim == nil else { return nil }
    if s.race.isOver {
      s.bracket = s.bracket == 0 ? s.ladder.count - 1 : s.bracket - 1
      s.race = HalvingBracket(bracket: s.bracket, rungs: s.ladder.count, ratio: ratio)
    }
    if s.race.wantsPoint {
      guard let point = draw(&s) else {
        s.claim = .failed
        return nil
      }
      s.race.bear(point)
    }
    let rung = s.race.rung
    return s.race.next().map { s.ladder.question($0, rung: rung) }
  }

  /// Takes one answer in; the last one of a rung sends the best on.
  public func tell(_ s: inout State, _ answer: consuming PricedValue, to question: consuming EvaluateAt<Vector>) {
    s.best.hear(answer.value, at: question.point, fidelity: question.fidelity)
    guard let rung = s.ladder.rung(of: question.fidelity) else { return }
    s.race.hear(answer.value, at: question.point, rung: rung)
  }

  /// The best answer at the highest fidelity so far; its value when that is the full function.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }

  private func draw(_ s: inout State) -> Vector? {
    while let start = s.starts.popLast() { if s.problem.knownViolation(of: start) == 0 { return start } }
    return s.problem.sampleAllowed(&s.random)
  }
}
