// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Solves puzzles by trying terms, the cheapest first; what was solved teaches which rules to try first, and again.
///
///     round 1:   every rule costs one, `tries` / `rounds` programs a puzzle
///     round r:   puzzles not yet solved, with costs −log₂ p(rule | rule above) from the answers found so far, as many programs
///
/// One round is the uniform enumerator: the same number of programs, none of them taught. A program that is tried is a run of a rule,
/// also of one whose value was seen before.
///
/// **Needs** verifiers to run. **Keeps** answers and lessons; the enumeration is made again where a run goes on. **Guarantee** every
/// answer satisfied its verifier. **Reference** Schuster et al., "Programming Puzzles" (NeurIPS 2021), sections 4.1 and 4.2.
public struct PuzzleEnumeration: OptimizationMethod {
  /// Programs that may be tried for a puzzle, in all rounds together.
  public var tries = 100_000
  public var rounds = 1
  /// Answers in a question.
  public var batch = 256
  /// Of the model: what a rule without examples counts.
  public var smoothing = 0.2
  /// What a lesson counts for puzzles with answers of another type.
  public var otherType = 0.2
  /// Of other puzzles, solved before: known from the first round on.
  public var lessons: [PuzzleLesson] = []

  public init() {}

  public struct State: Sendable, Codable {
    var set: PuzzleSet
    public internal(set) var answers: [String: MiniValue] = [:]
    /// The term of each answer.
    public internal(set) var terms: [String: String] = [:]
    public internal(set) var lessons: [PuzzleLesson]
    /// Lessons of the rounds before, which this one uses.
    var taught: Int
    var round = 0
    var puzzle = 0
    /// Answers of this puzzle and round that were refused.
    var refused = 0
    /// Programs that were tried, in all.
    public internal(set) var tried = 0
    var live = PuzzleSearch()
  }

  public func start(_ problem: PuzzleSet, random: RandomStream) throws -> State {
    guard !problem.puzzles.isEmpty else {
      throw Unsuitable(
        method: "puzzle-enumeration", needs: "puzzles", found: "none", remedy: "take those of PuzzleFamily")
    }
    return State(set: problem, lessons: lessons, taught: lessons.count)
  }

  public func ask(_ s: inout State) -> PuzzleTurn? {
    while s.round < max(1, rounds) {
      let puzzle = s.set.puzzles[s.puzzle]
      if s.answers[puzzle.name] == nil {
        prepare(&s, puzzle)
        let waiting = s.live.next(batch)
        if !waiting.isEmpty { return .check(puzzle: s.puzzle, values: waiting.map { $0.values[0] }) }
      }
      goOn(&s)
    }
    return nil
  }

  public func tell(_ s: inout State, _ answer: consuming PuzzleTurn.Answer, to question: consuming PuzzleTurn) {
    guard case .checked(let place) = consume answer else { return }
    guard let place else {
      s.refused += s.live.waiting.count
      return s.live.waiting.removeAll()
    }
    let puzzle = s.set.puzzles[s.puzzle]
    let found = s.live.waiting[place]
    s.answers[puzzle.name] = found.values[0]
    s.terms[puzzle.name] = "\(found.term)"
    let numbers = s.live.numbers
    s.lessons.append(
      PuzzleLesson(
        type: puzzle.type,
        pairs: found.pairs.map { .init(parent: $0.parent.map { numbers[$0] }, child: numbers[$0.child]) }))
    goOn(&s)
  }

  /// The enumeration of the puzzle at hand; where it is not there, as after a resumption, made again up to where it was.
  private func prepare(_ s: inout State, _ puzzle: Puzzle) {
    guard s.live.enumerator == nil, let grammar = try? PuzzleGrammar() else { return }
    let rules = grammar.rules(of: puzzle)
    let costs = PuzzleLesson.costs(
      Array(s.lessons.prefix(s.taught)), puzzle, numbers: rules.map(\.number), kinds: grammar.kinds,
      smoothing: smoothing, otherType: otherType)
    s.live.numbers = rules.map(\.number)
    s.live.enumerator = try? MiniEnumerator(
      rules.map(\.rule), wanted: puzzle.type, costs: costs, limit: tries / max(1, rounds))
    for _ in 0..<s.refused { _ = s.live.enumerator?.next() }
  }

  /// The next puzzle, or the next round.
  private func goOn(_ s: inout State) {
    s.tried += s.live.enumerator?.tried ?? 0
    s.live = PuzzleSearch()
    (s.puzzle, s.refused) = (s.puzzle + 1, 0)
    if s.puzzle == s.set.puzzles.count {
      (s.puzzle, s.round, s.taught) = (0, s.round + 1, s.lessons.count)
    }
  }

  public func report(_ s: State) -> Report<[String: MiniValue]> {
    Report(
      point: s.answers, value: -Double(s.answers.count),
      claim: s.answers.count == s.set.puzzles.count ? .optimal : s.round >= max(1, rounds) ? .exhausted : nil)
  }
}
