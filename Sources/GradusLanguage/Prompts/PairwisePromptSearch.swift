// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Improves a prompt without any label: a language model judges whose answers fit the requirements better.
///
///     run p on `questions` fixed places                       → A(p), what was answered
///     repeat:  p′ = advice(requirements, p, A(p)),  run p′    → A(p′)
///              `judgements` times, which of the two in front by chance:  which of A(p), A(p′) fits better?
///              p ← p′ when it wins more often than it loses; with equal counts p stays
///
/// Of a run only the question and the answer are looked at, never the score. A judge that prefers what stands in front is right with
/// q + b where the better stands in front and with q − b where it does not: chance makes that q on the average; in a fixed order
/// (`swaps` off: p in front) a new prompt has to win against b. A judgement that names neither or both counts for none, a
/// new prompt without marks or equal to p costs its round and changes nothing.
///
/// **Needs** a workflow with one text parameter and a language model as writer and judge. **Keeps** the prompt, its answers, and of
/// every round votes, tokens and cost. **Guarantee** none: there is nothing that is measured. **Cost** of a round: `questions`
/// places, 1 + `judgements` questions. **Reference** Xiang et al., "Self-Supervised Prompt Optimization" (2025).
public struct PairwisePromptSearch: OptimizationMethod {
  /// Places of data that prompts are compared on.
  public var questions = 3
  public var rounds = 10
  /// Comparisons of a new prompt with the best.
  public var judgements = 4
  /// Whether chance decides who stands in front.
  public var swaps = true
  /// What answers shall be like; empty: the purpose of the workflow.
  public var requirements = ""

  public init() {}

  /// What became of one round.
  public struct Round: Sendable, Codable, Hashable {
    /// What the writer said of its change.
    public var note = ""
    public var wins = 0
    public var losses = 0
    /// Judgements that named neither or both.
    public var unclear = 0
    /// Whether the new prompt is the best from here on.
    public var isTaken = false
    /// Whether there was no new prompt.
    public var isWasted = false
    /// Of writer and judge.
    public var tokens = 0
    public var cost = 0.0
  }

  enum Stage: String, Sendable, Codable { case run, write, judge }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    let places: [SelectionItem]
    var best: String
    var answers: [PromptExchange] = []
    var candidate: String?
    var candidateAnswers: [PromptExchange] = []
    var stage = Stage.run
    var judged = 0
    var round = Round()
    /// All rounds that have ended.
    public internal(set) var rounds: [Round] = []
    /// Places that were run.
    public internal(set) var executions = 0
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    let start = try problem.soleText(for: "pairwise-prompt-search").start
    let places = problem.places(questions, random.child("places"))
    guard !places.isEmpty else {
      throw Unsuitable(
        method: "pairwise-prompt-search", needs: "places to run on", found: "none", remedy: "name data")
    }
    return State(given: Given(problem), places: places, best: start, stream: random)
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    let turn = s.rounds.count
    switch s.stage {
    case .run:
      let known = s.candidate == nil ? s.answers.count : s.candidateAnswers.count
      let number = (s.candidate == nil ? 0 : turn + 1) * 10_000 + known
      return .run(
        [s.program.parameters[0].name: .text(s.candidate ?? s.best)], on: [s.places[known]],
        stream: s.stream.child("run", number))
    case .write:
      return turn >= rounds ? nil : .consult(writing(s), stream: s.stream.child("writing", turn))
    case .judge:
      let number = turn * 10_000 + s.judged
      let isFirst = candidateIsFirst(s)
      return .consult(
        judging(s, isFirst ? s.candidateAnswers : s.answers, isFirst ? s.answers : s.candidateAnswers),
        stream: s.stream.child("judging", number))
    }
  }

  private func candidateIsFirst(_ s: State) -> Bool {
    var order = s.stream.child("order", s.rounds.count * 10_000 + s.judged)
    return swaps && order.uniform() < 0.5
  }

  private func wanted(_ s: State) -> String { requirements.isEmpty ? s.program.purpose : requirements }

  private func writing(_ s: State) -> String {
    let parameter = s.program.parameters[0]
    return """
      Improve a prompt, so that the answers fit the requirements better.
      Requirements: \(wanted(s))
      The prompt\(parameter.purpose.isEmpty ? "" : " (\(parameter.purpose))") is now:
      <value>
      \(s.best)
      </value>
      With it, this was answered:
      \(PromptExchange.text(s.answers))

      Say in one sentence what you change. Then write the new prompt between <improved> and </improved>, and nothing behind \
      it.\(parameter.constraint.map { " It must be \($0)." } ?? "")
      """
  }

  private func judging(_ s: State, _ first: [PromptExchange], _ second: [PromptExchange]) -> String {
    """
    Which of two sets of answers to the same questions fits the requirements better?
    Requirements: \(wanted(s))
    <first>
    \(PromptExchange.text(first))
    </first>
    <second>
    \(PromptExchange.text(second))
    </second>
    Write "first" or "second" between <better> and </better>.
    """
  }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .outcome(let outcome):
      s.executions += 1
      let exchange = PromptExchange(outcome)
      if s.candidate == nil {
        s.answers.append(exchange)
        if s.answers.count == s.places.count { s.stage = .write }
      } else {
        s.candidateAnswers.append(exchange)
        if s.candidateAnswers.count == s.places.count { s.stage = .judge }
      }
    case .advice(let completion):
      s.round.tokens += completion.promptTokens + completion.completionTokens
      s.round.cost += completion.cost
      if s.stage == .judge { vote(completion.text, &s) } else { take(completion.text, &s) }
    }
  }

  private func take(_ text: String, _ s: inout State) {
    s.round.note =
      String((text.ranges(of: "<improved>").last.map { text[..<$0.lowerBound] } ?? "").suffix(1000)).trimmed
    guard let said = LanguageProgram.improved(s.program.parameters[0], in: text), said != s.best else {
      s.round.isWasted = true
      return finish(&s)
    }
    s.candidate = said
    s.stage = .run
  }

  private func vote(_ text: String, _ s: inout State) {
    let said = (JSONFinder.tagged("better", in: text) ?? text).lowercased()
    let (first, second) = (said.contains("first"), said.contains("second"))
    if first == second {
      s.round.unclear += 1
    } else if first == candidateIsFirst(s) {
      s.round.wins += 1
    } else {
      s.round.losses += 1
    }
    s.judged += 1
    guard s.judged >= judgements else { return }
    if s.round.wins > s.round.losses, let candidate = s.candidate {
      s.round.isTaken = true
      s.best = candidate
      s.answers = s.candidateAnswers
    }
    finish(&s)
  }

  private func finish(_ s: inout State) {
    s.rounds.append(s.round)
    s.round = Round()
    s.candidate = nil
    s.candidateAnswers = []
    s.judged = 0
    s.stage = .write
  }

  public func report(_ s: State) -> Report<Assignment> {
    Report(point: [s.program.parameters[0].name: .text(s.best)])
  }

  /// The report with the rounds in words.
  public func recommend(_ s: State) -> Report<Assignment> {
    var report = report(s)
    report.reasons = s.rounds.enumerated().map { k, round in
      let result =
        round.isWasted ? "no new prompt" : "\(round.wins) to \(round.losses), \(round.isTaken ? "taken" : "not taken")"
      let unclear = round.unclear > 0 ? ", \(round.unclear) unclear" : ""
      return "round \(k + 1): \(result)\(unclear), \(round.tokens) tokens\(round.note.isEmpty ? "" : ": \(round.note)")"
    }
    return report
  }
}
