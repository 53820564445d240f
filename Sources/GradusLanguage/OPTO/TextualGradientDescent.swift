// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Textual gradient descent: criticism of an output travels back through the calls of language models that led to it.
///
///     run at θ                                 → stories of the worst places, criticism of each output
///     for calls of a model, last to first:     criticism of input u = advice(call, u, criticism of the call)
///     other operations pass criticism on as it is
///     for each parameter:  θᵢ ← advice(θᵢ, all criticism of θᵢ, past values, constraints)
///
/// There is one question for each pair of a call that was criticized and an input that a parameter leads to; of one input several
/// criticisms are merged by a question of their own where `merges` says so. With `keeps`, values whose score is lower are given up.
///
/// **Needs** a workflow with language models in it, and a language model. **Keeps** the best assignment, the last `momentum` values
/// of each parameter with what was said of them. **Guarantee** none but that the best seen is recommended.
/// **Reference** Yuksekgonul et al., "TextGrad" (2024; Nature 639, 2025).
public struct TextualGradientDescent: OptimizationMethod {
  /// Places of data a step; 0: all of them.
  public var batch = 0
  /// Earlier values of a parameter that it is reminded of.
  public var momentum = 0
  /// Whether several criticisms of a parameter are made one before it is changed.
  public var merges = false
  /// Whether it goes on from the best instead of the last.
  public var keeps = true
  /// Sentences that every new value shall keep to.
  public var constraints: [String] = []
  /// Whether only texts are criticized and changed; numbers and choices are left to others. Demonstrations never are.
  public var textsOnly = false

  public init() {}

  /// An earlier value of a parameter.
  public struct Past: Sendable, Codable, Hashable {
    var value: ParameterValue
    var remarks: [String]
  }

  /// A call whose input is to be criticized.
  struct Edge: Sendable, Codable {
    var story: Int
    var line: Int
    var input: Int
  }

  enum Stage: String, Sendable, Codable { case run, back, merge, change }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    var current: Assignment
    var best: Assignment
    var bestScore: Double?
    var bestOutcome: WorkflowOutcome?
    var stage = Stage.run
    var stories: [TraceStory] = []
    /// Criticism of each line of each story.
    var remarks: [[[String]]] = []
    /// Edges of the call that is being passed, last first.
    var edges: [Edge] = []
    /// The line of the story that comes next on the way back.
    var place = -1
    var story = 0
    /// What was said of each parameter.
    var found: [String: [String]] = [:]
    /// Parameters still to be merged or changed, last first.
    var waiting: [String] = []
    var past: [String: [Past]] = [:]
    var stream: RandomStream
    var turns = 0
    var questions = 0
    var backward = 0
    var wasted = 0
    /// Whether nothing was said of anything that could be changed, on all data: the same would be said again.
    var isStuck = false

    /// The values that are gone on with.
    public var values: Assignment { current }
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard !problem.parameters.isEmpty else {
      throw Unsuitable(
        method: "textual-gradient-descent", needs: "a parameter to improve", found: "none",
        remedy: "name one in the workflow")
    }
    return State(given: Given(problem), current: problem.start, best: problem.start, stream: random)
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    if s.isStuck { return nil }
    let prompt = CritiquePrompt(program: s.program)
    switch s.stage {
    case .run:
      return .run(
        s.current, on: s.program.places(batch, s.stream.child("batch", s.turns)), stream: s.stream.child("run", s.turns)
      )
    case .back:
      guard let edge = s.edges.last else { return nil }
      let story = s.stories[edge.story]
      return consult(
        s,
        prompt.backward(
          story.lines[edge.line], input: story.lines[edge.input], remarks: s.remarks[edge.story][edge.line], in: story))
    case .merge, .change:
      guard let name = s.waiting.last, let parameter = s.program.parameters.first(where: { $0.name == name }),
        let value = s.current[name]
      else { return nil }
      let remarks = s.found[name] ?? []
      if s.stage == .merge { return consult(s, prompt.merged(parameter, remarks)) }
      return consult(
        s, prompt.update(parameter, value, remarks: remarks, past: s.past[name] ?? [], constraints: constraints))
    }
  }

  private func consult(_ s: State, _ prompt: String) -> WorkflowTurn {
    .consult(prompt, stream: s.stream.child("advice", s.questions))
  }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .outcome(let outcome): take(outcome, &s)
    case .advice(let completion):
      s.questions += 1
      let text = completion.text.trimmed
      switch s.stage {
      case .run: return
      case .back:
        s.backward += 1
        if let edge = s.edges.popLast(), !text.isEmpty { s.remarks[edge.story][edge.input].append(text) }
        walk(&s)
      case .merge:
        if let name = s.waiting.popLast(), !text.isEmpty { s.found[name] = [text] }
        if s.waiting.isEmpty { beginChange(&s) }
      case .change: change(completion.text, &s)
      }
    }
  }

  private func take(_ outcome: WorkflowOutcome, _ s: inout State) {
    var shown = outcome
    if s.bestScore.map({ outcome.score > $0 }) ?? true {
      s.best = s.current
      s.bestScore = outcome.score
      s.bestOutcome = keeps ? outcome : nil
    } else if keeps, let known = s.bestOutcome {
      s.current = s.best
      shown = known
    }
    s.stories = shown.stories
    // The output is the last line, and may be a parameter itself.
    s.remarks = shown.stories.map { story in
      story.lines.indices.map { $0 == story.lines.count - 1 ? [story.feedback] : [] }
    }
    s.story = 0
    s.place = (s.stories.first?.lines.count ?? 0) - 1
    s.found = [:]
    s.edges = []
    s.stage = .back
    walk(&s)
  }

  /// Goes back until somebody must be asked, or all stories have been told.
  private func walk(_ s: inout State) {
    while s.edges.isEmpty, s.story < s.stories.count {
      if s.place < 0 {
        gather(&s)
        s.story += 1
        s.place = s.story < s.stories.count ? s.stories[s.story].lines.count - 1 : -1
        continue
      }
      pass(&s)
      s.place -= 1
    }
    guard s.edges.isEmpty else { return }
    s.waiting = s.program.parameters.map(\.name).filter { merges && (s.found[$0]?.count ?? 0) > 1 }.reversed()
    s.stage = .merge
    if s.waiting.isEmpty { beginChange(&s) }
  }

  /// One line of the way back.
  private func pass(_ s: inout State) {
    let story = s.stories[s.story]
    let line = story.lines[s.place]
    let remarks = s.remarks[s.story][s.place]
    guard !remarks.isEmpty, !line.inputs.isEmpty else { return }
    let open = changeable(story, s.program)
    let inputs = line.inputs.compactMap { name in story.lines.firstIndex { $0.name == name } }.filter { open[$0] }
    if s.program.models.contains(line.operation), !line.isError {
      s.edges = inputs.reversed().map { Edge(story: s.story, line: s.place, input: $0) }
    } else {
      for input in inputs { s.remarks[s.story][input] += remarks }
    }
  }

  /// Whether a parameter that may be changed leads to each line, or is it.
  private func changeable(_ story: TraceStory, _ program: LanguageProgram) -> [Bool] {
    let names = Set(program.parameters.filter { changes($0) }.map(\.name))
    var open: [String: Bool] = [:]
    return story.lines.map { line in
      let isOwn = line.role == .parameter && names.contains(line.operation)
      let isOpen = isOwn || line.inputs.contains { open[$0] ?? false }
      open[line.name] = isOpen
      return isOpen
    }
  }

  private func changes(_ parameter: WorkflowParameter) -> Bool {
    switch parameter.domain {
    case .demonstrations: false
    case .text: true
    case .number, .whole, .truth, .choice: !textsOnly
    }
  }

  /// What the parameters of a story have heard.
  private func gather(_ s: inout State) {
    let names = Set(s.program.parameters.filter { changes($0) }.map(\.name))
    for (line, remarks) in zip(s.stories[s.story].lines, s.remarks[s.story]) where line.role == .parameter {
      if !remarks.isEmpty, names.contains(line.operation) { s.found[line.operation, default: []] += remarks }
    }
  }

  private func beginChange(_ s: inout State) {
    s.waiting = s.program.parameters.map(\.name).filter { !(s.found[$0] ?? []).isEmpty }.reversed()
    s.stage = .change
    guard s.waiting.isEmpty else { return }
    s.isStuck = batch == 0 || batch >= s.program.selectionCount
    finish(&s)
  }

  private func change(_ text: String, _ s: inout State) {
    guard let name = s.waiting.popLast(), let parameter = s.program.parameters.first(where: { $0.name == name }) else {
      return
    }
    let said = JSONFinder.tagged("improved", in: text)?.trimmed
    if let value = said.flatMap({ parameter.value(from: .string($0)) }) {
      if momentum > 0, let old = s.current[name] {
        s.past[name, default: []].append(Past(value: old, remarks: s.found[name] ?? []))
        s.past[name] = s.past[name].map { Array($0.suffix(momentum)) }
      }
      s.current[name] = value
    } else {
      // Without both marks, or a value that it may not have: nothing changes.
      s.wasted += 1
    }
    if s.waiting.isEmpty { finish(&s) }
  }

  private func finish(_ s: inout State) {
    s.turns += 1
    s.stage = .run
    s.stories = []
    s.remarks = []
  }

  public func report(_ s: State) -> Report<Assignment> {
    var report = Report(point: s.best, value: s.bestScore.map { -$0 })
    report.reasons = ["\(s.turns) steps, \(s.backward) criticisms, \(s.wasted) new values that could not be used"]
    return report
  }
}

extension LanguageProgram {
  /// So many places to choose by in ascending order, drawn without repetition; all of them for 0.
  func places(_ batch: Int, _ random: RandomStream) -> [SelectionItem] {
    guard batch > 0, batch < selectionCount else { return selection }
    var stream = random
    return stream.permutation(selectionCount)[..<batch].sorted().map { SelectionItem($0) }
  }
}
