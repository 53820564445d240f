// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A tree of prompts for tasks of many steps: what failed is told in sentences that a person has written once for each kind of error.
///
///     run p on episodes                  → score, remarks;  feedback = advice of the rules whose sign a remark holds, else the remark
///     child: summary = advice(some of the feedback),  p′ = advice(p and what came before it with scores, summary)
///     tree:  `children` of each of the `selected` best prompts of a level, level by level;
///            from `minimumLevels` on it ends when the best scores of three levels in a row fall
///     score model (`candidates` > 1): once its `PromptScoreModel.trust` is at least `trust`, so many new prompts are written for
///            each place in the tree, and only the one with the best forecast is run
///
/// **Needs** a workflow with one text parameter that says in its remarks what went wrong. **Keeps** every prompt with its score, the
/// remarks of the level that is being expanded. **Guarantee** none but that the best score seen is recommended; it was
/// measured on the episodes it was chosen by. **Cost** of a child: one run, 1 + `candidates` questions. An answer without
/// marks, or one that is known already, loses its place in the tree.
/// **Reference** Chen et al., "PRompt Optimization in Multi-Step Tasks (PROMST)" (EMNLP 2024).
public struct GuidedPromptTree: OptimizationMethod {
  public var rules: [FeedbackRule] = []
  /// New prompts for each that is expanded.
  public var children = 8
  /// Prompts of a level that are expanded.
  public var selected = 2
  public var minimumLevels = 2
  /// Failed places that a child hears of, drawn anew for each.
  public var feedback = 10
  /// Characters of feedback.
  public var limit = 45_000
  /// Whether feedback is condensed before it is used.
  public var summarizes = true
  /// Places of data that a prompt is run on; 0: all.
  public var batch = 0
  /// New prompts among which the score model chooses; 1: no model.
  public var candidates = 1
  /// The share of variance that the model must forecast.
  public var trust = 0.5
  /// Prompts that are run at most; 0: as many as the budget holds.
  public var executions = 0

  public init() {}

  /// A prompt of the tree.
  public struct Node: Sendable, Codable, Hashable {
    public var text: String
    /// Its place among all; nil at the root.
    public var parent: Int?
    public var level: Int
    public var score: Double
    /// What was said of the places that were not right.
    var faults: [String]
  }

  enum Stage: String, Sendable, Codable { case run, summarize, write, done }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    /// All prompts that were run, in order.
    public internal(set) var nodes: [Node] = []
    var stage = Stage.run
    /// Nodes of the level before that are expanded, the last first, and how many children of the last were tried.
    var expanding: [Int] = []
    var tried = 0
    var level = 0
    var best: [Double] = []
    var summary = ""
    /// New prompts for one place in the tree, and how many were asked for.
    var written: [String] = []
    var asked = 0
    /// What is run.
    var text: String
    /// Whether the score model chooses at this place.
    public internal(set) var isFiltered = false
    var questions = 0
    /// Answers that could not be used.
    public internal(set) var wasted = 0
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    State(given: Given(problem), text: try problem.soleText(for: "guided-prompt-tree").start, stream: random)
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    switch s.stage {
    case .run:
      let number = s.nodes.count
      return .run(
        [s.program.parameters[0].name: .text(s.text)],
        on: s.program.places(batch, s.stream.child("batch", number)), stream: s.stream.child("run", number))
    case .summarize: return consult(s, condensing(s))
    case .write: return consult(s, writing(s))
    case .done: return nil
    }
  }

  private func consult(_ s: State, _ prompt: String) -> WorkflowTurn {
    .consult(prompt, stream: s.stream.child("advice", s.questions))
  }

  /// Some of what was said of a prompt, as rules have it.
  private func told(_ s: State) -> String {
    guard let node = s.expanding.last else { return "" }
    var stream = s.stream.child("feedback", s.nodes.count * 1000 + s.tried)
    let faults = s.nodes[node].faults
    var said: [String] = [], length = 0
    for place in stream.permutation(faults.count).prefix(max(1, feedback)) {
      let line = FeedbackRule.advice(rules, on: faults[place])
      guard length + line.count <= limit else { break }
      said.append("- \(line)")
      length += line.count
    }
    return said.joined(separator: "\n")
  }

  private func condensing(_ s: State) -> String {
    """
    Several runs with a prompt went wrong\(s.program.purpose.isEmpty ? "" : "; the task: \(s.program.purpose)"). This was said of them:
    \(told(s))
    Say in a few sentences, without repetitions, what the prompt should tell. Do not write the prompt.
    """
  }

  private func writing(_ s: State) -> String {
    let node = s.expanding.last ?? 0
    var line: [Int] = [], next = s.nodes[node].parent
    while let place = next {
      line.insert(place, at: 0)
      next = s.nodes[place].parent
    }
    let parameter = s.program.parameters[0]
    let earlier = line.map { "<earlier>\n\(s.nodes[$0].text)\n</earlier>\nScore: \(Self.short(s.nodes[$0].score))\n" }
      .joined()
    return """
      Improve a prompt for a task of several steps\(s.program.purpose.isEmpty ? "" : ": \(s.program.purpose)")
      \(earlier.isEmpty ? "" : "It was made from these, the oldest first:\n\(earlier)")The prompt is now:
      <value>
      \(s.nodes[node].text)
      </value>
      Score: \(Self.short(s.nodes[node].score))
      Feedback on what went wrong:
      \(s.summary.isEmpty ? "nothing was said" : s.summary)
      Write the new prompt between <improved> and </improved>, and nothing behind it.\
      \(parameter.constraint.map { " It must be \($0)." } ?? "")
      """
  }

  private static func short(_ score: Double) -> String { "\((score * 1000).rounded() / 1000)" }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .outcome(let outcome):
      let faults = zip(outcome.scores, outcome.remarks).filter { !($0.0 >= 1) && !$0.1.isEmpty }.map(\.1)
      let node = Node(
        text: s.text, parent: s.expanding.last, level: s.level, score: outcome.score, faults: Array(faults.prefix(1000))
      )
      s.nodes.append(node)
      if s.level == 0 { endLevel(&s) } else { nextPlace(&s) }
    case .advice(let completion):
      s.questions += 1
      if s.stage == .summarize {
        s.summary = completion.text.trimmed
        s.stage = .write
      } else {
        write(completion.text, &s)
      }
    }
  }

  private func write(_ text: String, _ s: inout State) {
    s.asked += 1
    let said = LanguageProgram.improved(s.program.parameters[0], in: text)
    if let said, !s.written.contains(said), !s.nodes.contains(where: { $0.text == said }) {
      s.written.append(said)
    } else {
      s.wasted += 1
    }
    guard s.asked >= (s.isFiltered ? max(1, candidates) : 1) else { return }
    guard let chosen = chosen(s) else { return nextPlace(&s) }
    s.text = chosen
    s.stage = .run
  }

  /// The new prompt with the best forecast; the first where none is made.
  private func chosen(_ s: State) -> String? {
    guard s.isFiltered, s.written.count > 1 else { return s.written.first }
    let model = PromptScoreModel(s.nodes.map(\.text), scores: s.nodes.map(\.score))
    let forecasts = s.written.map(model.forecast)
    return forecasts.indices.max { (forecasts[$0], -$0) < (forecasts[$1], -$1) }.map { s.written[$0] }
  }

  private func nextPlace(_ s: inout State) {
    s.tried += 1
    if executions > 0, s.nodes.count >= executions { return s.stage = .done }
    if s.tried >= children {
      s.expanding.removeLast()
      s.tried = 0
    }
    if s.expanding.isEmpty { endLevel(&s) } else { beginPlace(&s) }
  }

  private func beginPlace(_ s: inout State) {
    s.written = []
    s.asked = 0
    s.isFiltered =
      candidates > 1 && PromptScoreModel(s.nodes.map(\.text), scores: s.nodes.map(\.score)).trust >= trust
    s.summary = summarizes ? "" : told(s)
    s.stage = summarizes ? .summarize : .write
  }

  private func endLevel(_ s: inout State) {
    let own = s.nodes.indices.filter { s.nodes[$0].level == s.level }
    // A level without a prompt has the one before to go on from.
    let ranked = (own.isEmpty ? Array(s.nodes.indices) : own).sorted {
      s.nodes[$0].score != s.nodes[$1].score ? s.nodes[$0].score > s.nodes[$1].score : $0 < $1
    }
    guard let first = ranked.first, children > 0, !own.isEmpty, executions == 0 || s.nodes.count < executions else {
      s.stage = .done
      return
    }
    s.best.append(s.nodes[first].score)
    let last = s.best.suffix(3)
    if s.level >= minimumLevels, last.count == 3, zip(last, last.dropFirst()).allSatisfy({ $0 > $1 }) {
      s.stage = .done
      return
    }
    s.level += 1
    s.expanding = ranked.prefix(max(1, selected)).reversed()
    s.tried = 0
    // What was said of others is not needed any more.
    for k in s.nodes.indices where !s.expanding.contains(k) { s.nodes[k].faults = [] }
    beginPlace(&s)
  }

  public func report(_ s: State) -> Report<Assignment> {
    let best = s.nodes.indices.max { (s.nodes[$0].score, -$0) < (s.nodes[$1].score, -$1) }
    let text = best.map { s.nodes[$0].text } ?? s.text
    return Report(point: [s.program.parameters[0].name: .text(text)], value: best.map { -s.nodes[$0].score })
  }

  /// The report with what became of the tree in words.
  public func recommend(_ s: State) -> Report<Assignment> {
    var report = report(s)
    report.reasons = [
      "\(s.nodes.count) prompts were run on \(s.best.count) whole levels, \(s.wasted) new prompts could not be used"
    ]
    return report
  }
}
