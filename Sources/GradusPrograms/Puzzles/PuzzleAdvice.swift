// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Solves puzzles by asking a language model, which is shown solved ones and the verifier.
///
///     samples:  `samples` answers to each puzzle; with `stops`, none after one that solves
///     solved puzzles join the examples, the newest `examples` of them: bootstrapping
///
/// **Needs** verifiers to run and a language model. **Keeps** answers, and how many answers solved each puzzle: pass@k.
/// **Guarantee** every answer satisfied its verifier. **Reference** Schuster et al., "Programming Puzzles" (NeurIPS 2021), section 4.3.
public struct PuzzleAdvice: OptimizationMethod {
  public var samples = 10
  public var examples = 3
  public var stops = true

  public init() {}

  /// How the answers to a puzzle did.
  public struct Count: Sendable, Codable, Hashable {
    public var asked = 0
    public var solved = 0
  }

  public struct State: Sendable, Codable {
    var set: PuzzleSet
    public internal(set) var answers: [String: MiniValue] = [:]
    /// By puzzle.
    public internal(set) var counts: [Count]
    /// Puzzles that were solved, and how.
    var shown: [String]
    var puzzle = 0
    /// An answer in words that is still to be tried.
    var waiting: String?
    var stream: RandomStream

    /// The mean of pass@k over puzzles: unbiased where no puzzle was given up early.
    public func passAtK(_ k: Int) -> Double {
      counts.isEmpty
        ? 0
        : counts.reduce(0) { $0 + ($1.asked < k ? 0 : PassAtK.value(samples: $1.asked, passed: $1.solved, k: k)) }
          / Double(counts.count)
    }
  }

  public func start(_ problem: PuzzleSet, random: RandomStream) throws -> State {
    let example = """
      fn sat(x: String) -> Bool {
        return "Hello " + x == "Hello world"
      }

      x = "world"
      """
    return State(
      set: problem, counts: [Count](repeating: Count(), count: problem.puzzles.count), shown: [example], stream: random)
  }

  public func ask(_ s: inout State) -> PuzzleTurn? {
    if let answer = s.waiting { return .attempt(puzzle: s.puzzle, answer: answer) }
    while s.puzzle < s.set.puzzles.count, isDone(s) { s.puzzle += 1 }
    guard s.puzzle < s.set.puzzles.count else { return nil }
    let stream = s.stream.child("puzzle", s.puzzle).child("sample", s.counts[s.puzzle].asked)
    return .consult(prompt: prompt(s), stream: stream)
  }

  private func isDone(_ s: State) -> Bool {
    s.counts[s.puzzle].asked >= samples || stops && s.counts[s.puzzle].solved > 0
  }

  private func prompt(_ s: State) -> String {
    let puzzle = s.set.puzzles[s.puzzle]
    return """
      Each puzzle is a function sat. Answer with one term x for which sat(x) is true.

      \(s.shown.suffix(max(1, examples)).joined(separator: "\n\n"))

      \(puzzle.program.description)
      x =
      """
  }

  public func tell(_ s: inout State, _ answer: consuming PuzzleTurn.Answer, to question: consuming PuzzleTurn) {
    switch consume answer {
    case .advice(let completion): s.waiting = completion.text
    case .attempted(let value, _):
      s.waiting = nil
      s.counts[s.puzzle].asked += 1
      guard let value else { return }
      s.counts[s.puzzle].solved += 1
      let puzzle = s.set.puzzles[s.puzzle]
      guard s.answers.updateValue(value, forKey: puzzle.name) == nil else { return }
      s.shown.append("\(puzzle.program.description)\nx = \(value)")
    case .checked: return
    }
  }

  public func report(_ s: State) -> Report<[String: MiniValue]> {
    let isOver = s.puzzle == s.set.puzzles.count
    return Report(
      point: s.answers, value: -Double(s.answers.count),
      claim: isOver ? (s.answers.count == s.puzzle ? .optimal : .exhausted) : nil)
  }
}
