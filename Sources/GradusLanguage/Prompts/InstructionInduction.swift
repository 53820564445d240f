// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Automatic prompt engineering: a language model guesses the instruction behind examples, a bandit finds the best guess.
///
///     proposals: advice("…inputs and outputs… The instruction was") for different examples, without repetitions
///     rounds:    the K·share most promising by mean + c·√(ln N/n), each on `items` fresh places of data
///     variants:  paraphrases of the best share of them, and again as many rounds, `generations` − 1 times
///
/// **Needs** a workflow with one text parameter, examples of what it shall do, and a language model. **Keeps** all prompts with their
/// counts. **Guarantee** none but that the one with the largest mean is recommended. **Reference** Zhou et al., "Large Language
/// Models Are Human-Level Prompt Engineers" (ICLR 2023).
public struct InstructionInduction: OptimizationMethod {
  /// Questions for an instruction.
  public var proposals = 50
  /// Examples in each of them.
  public var examples = 5
  /// Rounds of trying in each generation.
  public var rounds = 20
  /// The share of the prompts that is tried in a round.
  public var share = 1.0 / 3
  /// Places of data on which a prompt is tried.
  public var items = 5
  /// c of the bandit.
  public var exploration = 1.0
  /// How often the best are paraphrased, the proposals counted.
  public var generations = 1

  public init() {}

  enum Stage: String, Sendable, Codable { case propose, score }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    var prompts: [String]
    var bandit: PromptBandit
    var stage = Stage.propose
    var asked = 0
    /// Prompts to paraphrase in this generation; empty: examples are shown.
    var parents: [Int] = []
    var generation = 0
    var round = 0
    /// Prompts still to be tried in this round, the last first.
    var waiting: [Int] = []
    var stream: RandomStream

    /// All instructions so far, the one at the start first.
    public var pool: [String] { prompts }
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    let start = try problem.soleText(for: "instruction-induction").start
    guard !problem.examples.isEmpty else {
      throw Unsuitable(
        method: "instruction-induction", needs: "examples of inputs and outputs", found: "none",
        remedy: "name data, or choose opto-prime")
    }
    return State(
      given: Given(problem), prompts: [start], bandit: PromptBandit(count: 1, exploration: exploration), stream: random)
  }

  public func ask(_ s: inout State) -> WorkflowTurn? {
    if s.generation >= max(1, generations) { return nil }
    let stream = s.stream.child("proposal", s.generation * 1_000_000 + s.asked)
    switch s.stage {
    case .propose:
      if s.parents.isEmpty { return .consult(induction(s, stream), stream: stream) }
      let parent = s.prompts[s.parents[s.asked % s.parents.count]]
      return .consult(
        "Write a variation of the following instruction that means the same.\nInstruction: \(parent)\nVariation:",
        stream: stream)
    case .score:
      guard let arm = s.waiting.last else { return nil }
      let number = (s.generation * rounds + s.round) * 100_000 + arm
      let places = s.program.places(items, s.stream.child("items", number))
      return .run(
        [s.program.parameters[0].name: .text(s.prompts[arm])], on: places, stream: s.stream.child("run", number))
    }
  }

  private func induction(_ s: State, _ random: RandomStream) -> String {
    var stream = random.child("examples")
    let shown = stream.permutation(s.program.examples.count).prefix(examples).map { place in
      "Input: \(s.program.examples[place].input)\nOutput: \(s.program.examples[place].output)"
    }
    return """
      I gave a friend an instruction and some inputs. The friend read the instruction and wrote an output for every input.

      \(shown.joined(separator: "\n\n"))

      The instruction was:
      """
  }

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .advice(let completion):
      let text = completion.text.trimmed
      s.asked += 1
      let isFit = s.program.parameters[0].admits(.text(text))
      if !text.isEmpty, isFit, !s.prompts.contains(text) { s.prompts.append(text) }
      if s.asked >= (s.parents.isEmpty ? proposals : max(1, proposals / 2)) { beginScoring(&s) }
    case .outcome(let outcome):
      guard let arm = s.waiting.popLast() else { return }
      s.bandit.tell(arm, scores: outcome.scores)
      if s.waiting.isEmpty { nextRound(&s) }
    }
  }

  private func beginScoring(_ s: inout State) {
    var bandit = PromptBandit(count: s.prompts.count, exploration: exploration)
    // What is known of prompts is kept through generations.
    for arm in 0..<s.bandit.count where s.bandit.counts[arm] > 0 {
      bandit.tell(arm, scores: [Double](repeating: s.bandit.mean(arm), count: s.bandit.counts[arm]))
    }
    s.bandit = bandit
    s.stage = .score
    s.round = 0
    choose(&s)
  }

  private func choose(_ s: inout State) {
    var stream = s.stream.child("choice", s.generation * rounds + s.round)
    let wanted = max(1, Int((Double(s.prompts.count) * share).rounded()))
    s.waiting = s.bandit.next(wanted, &stream).reversed()
  }

  private func nextRound(_ s: inout State) {
    s.round += 1
    guard s.round >= rounds else { return choose(&s) }
    s.generation += 1
    s.stage = .propose
    s.asked = 0
    let ranked = s.prompts.indices.sorted { s.bandit.mean($0) > s.bandit.mean($1) }
    s.parents = Array(ranked.prefix(max(1, Int((Double(ranked.count) * share).rounded()))))
  }

  public func report(_ s: State) -> Report<Assignment> {
    let best = s.bandit.best
    let text = best.map { s.prompts[$0] } ?? s.prompts[0]
    return Report(point: [s.program.parameters[0].name: .text(text)], value: best.map { -s.bandit.mean($0) })
  }
}
