// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Random points, raced from low fidelities to the full function without anybody waiting.
///
///     ask:   from the top down, a point among the best ⌊n/η⌋ of the n heard on a rung that was not sent on yet goes one rung
///            up;   where there is none, a new random point begins at the lowest
///
/// Rungs are the fidelities that the problem lists, or powers of 1/η down to `least`. Evaluations that fail do not go on.
///
/// **Needs** values at several fidelities. **Keeps** every answer's value, and the points that may go on.
/// **Guarantee** none; some points go on that would not have, about the square root of a rung.
/// **Reference** L. Li et al., *A system for massively parallel hyperparameter tuning*, MLSys 2020.
public struct ASHA: Catalogued, ParallelMethod {
  /// η.
  public var ratio = 4.0
  /// The lowest fidelity of a problem that lists none.
  public var least = 0.015

  public init() {}

  public static let card = Card(
    "asha", "random points raced from low fidelities to the full function, asynchronously", guarantee: "none",
    reference: "Li et al. 2020", trials: [Trial("sphere,n=2", answers: 1000, value: 0.5)], dependsOnWidth: true)

  public static let settings: [Setting<Self>] = [
    Setting("ratio", \.ratio, in: 1.5...100, "η, of the points of a rung one in so many goes on"),
    Setting("least", \.least, in: 1e-9...1, "lowest fidelity of a problem that lists none"),
  ]

  /// A point on a rung.
  struct Runner: Sendable, Codable {
    var point: Vector
    var value: Double
    var isSentOn = false
  }

  /// A question that is out.
  struct Pending: Sendable, Codable {
    var point: Vector
    var rung: Int
  }

  /// Who reached which rung, best first.
  public struct State: Sendable, Codable {
    let problem: SearchProblem
    let ladder: FidelityLadder
    var random: RandomStream
    var starts: [Vector]
    var rungs: [[Runner]]
    var pending: [Pending] = []
    var best: FidelityIncumbent
    var claim: Claim?
  }

  /// Begins with empty rungs. Throws `Unsuitable` for several objectives or learned constraints.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    try problem.checkRace(Self.card.name)
    let ladder = FidelityLadder(problem, ratio: ratio, least: least)
    return State(
      problem: problem, ladder: ladder, random: random.child("draws"),
      starts: problem.starts.map { problem.space.canonical($0) }.reversed(),
      rungs: Array(repeating: [], count: ladder.count), best: FidelityIncumbent(problem))
  }

  /// A point that goes on, or a new one; nil only when no point is allowed.
  public func ask(_ s: inout State) -> EvaluateAt<Vector>? {
    guard s.claim == nil else { return nil }
    for rung in stride(from: s.ladder.count - 2, through: 0, by: -1) {
      let count = Int(Double(s.rungs[rung].count) / ratio + 1e-9)
      guard let k = s.rungs[rung].prefix(count).firstIndex(where: { !$0.isSentOn && $0.value.isFinite }) else {
        continue
      }
      s.rungs[rung][k].isSentOn = true
      s.pending.append(Pending(point: s.rungs[rung][k].point, rung: rung + 1))
      return s.ladder.question(s.rungs[rung][k].point, rung: rung + 1)
    }
    var point: Vector?
    while point == nil, let start = s.starts.popLast() {
      if s.problem.knownViolation(of: start) == 0 { point = start }
    }
    guard let point = point ?? s.problem.sampleAllowed(&s.random) else {
      if s.pending.isEmpty { s.claim = .failed }
      return nil
    }
    s.pending.append(Pending(point: point, rung: 0))
    return s.ladder.question(point, rung: 0)
  }

  /// Takes one answer in.
  public func tell(_ s: inout State, _ answer: consuming PricedValue, to question: consuming EvaluateAt<Vector>) {
    let (point, fidelity, value) = (question.point, question.fidelity, answer.value)
    guard let rung = s.ladder.rung(of: fidelity),
      let i = s.pending.firstIndex(where: { $0.rung == rung && $0.point == point })
    else { return }
    s.pending.remove(at: i)
    s.best.hear(value, at: point, fidelity: fidelity)
    let runner = Runner(point: point, value: value.isFinite ? value : .infinity)
    let place = s.rungs[rung].firstIndex { $0.value > runner.value } ?? s.rungs[rung].count
    s.rungs[rung].insert(runner, at: place)
  }

  /// The best answer at the highest fidelity so far; its value when that is the full function.
  public func report(_ s: State) -> Report<Vector> { s.best.report(claim: s.claim) }
}
