// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Solves puzzles by random values of the type of the answer: what any other solver has to beat.
///
/// **Needs** verifiers to run. **Keeps** answers. **Guarantee** every answer satisfied its verifier.
public struct PuzzleGuessing: OptimizationMethod {
  /// Values that may be tried for a puzzle.
  public var tries = 100_000
  /// Values in a question.
  public var batch = 256
  public var inputs = MiniInputs(length: 10, range: 0...100, alphabet: "abcdefghijklmnopqrstuvwxyz")

  public init() {}

  public struct State: Sendable, Codable {
    var set: PuzzleSet
    public internal(set) var answers: [String: MiniValue] = [:]
    var puzzle = 0
    /// Values of this puzzle that were refused.
    var refused = 0
    var stream: RandomStream
  }

  public func start(_ problem: PuzzleSet, random: RandomStream) throws -> State {
    State(set: problem, stream: random)
  }

  public func ask(_ s: inout State) -> PuzzleTurn? {
    while s.puzzle < s.set.puzzles.count, s.refused >= tries { (s.puzzle, s.refused) = (s.puzzle + 1, 0) }
    guard s.puzzle < s.set.puzzles.count else { return nil }
    return .check(puzzle: s.puzzle, values: values(s))
  }

  private func values(_ s: State) -> [MiniValue] {
    var stream = s.stream.child("puzzle", s.puzzle).child("batch", s.refused)
    let type = s.set.puzzles[s.puzzle].type
    return (0..<min(batch, tries - s.refused)).map { _ in inputs.value(type, &stream) }
  }

  public func tell(_ s: inout State, _ answer: consuming PuzzleTurn.Answer, to question: consuming PuzzleTurn) {
    guard case .check(let puzzle, let values) = consume question, case .checked(let place) = consume answer else {
      return
    }
    guard let place else { return s.refused += values.count }
    s.answers[s.set.puzzles[puzzle].name] = values[place]
    (s.puzzle, s.refused) = (puzzle + 1, 0)
  }

  public func report(_ s: State) -> Report<[String: MiniValue]> {
    Report(
      point: s.answers, value: -Double(s.answers.count),
      claim: s.puzzle == s.set.puzzles.count ? (s.answers.count == s.puzzle ? .optimal : .exhausted) : nil)
  }
}
