// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Reflective evolution: texts are changed after looking at a few runs, and kept for what they alone can do.
///
///     places = P_f ∪ P_s                       (to learn from, to score on: the share `share`, and the rest)
///     pool = {start, start with `labeled` examples of P_f where calls show examples}, their scores on P_s
///     k ← drawn from the candidates that are the best on some place of P_s, by the number of such places
///     run k on `batch` places of P_f           → calls, remarks;  nothing to learn where all are right
///     text j of k, one after the other:  t′ = advice(t, calls of j, remarks)
///     run (k with t′) on the same places       → given up unless its score is higher
///     run it on P_s                            → it joins the pool
///     `merges`: two candidates of the front with a common ancestor; each text from the one that has changed it, of both from the
///               better one; the merged one joins when it scores at least as high as both
///
/// **Needs** a workflow with texts, and a language model. **Keeps** all candidates with their scores place by place. **Guarantee** none
/// but that of the candidates the one with the highest mean on P_s is recommended, and the start is one of them. It has no end of its
/// own unless `iterations` says so. **Cost** of an iteration: 2·`batch` places and one question, |P_s| places more where the text is kept.
/// **Reference** Agrawal et al., "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning" (2025).
public struct ReflectiveEvolution: OptimizationMethod {
  /// Places that a text is changed after.
  public var batch = 3
  /// The part of the data that is learned from.
  public var share = 0.5
  /// Examples of the data that a second start shows; 0: there is none.
  public var labeled = 8
  /// Merges at most.
  public var merges = 5
  /// The score from which on there is nothing to learn from a place.
  public var perfect = 1.0
  /// Changes of texts; 0: as many as the budget holds.
  public var iterations = 0

  public init() {}

  /// Values that were scored on all places.
  public struct Candidate: Sendable, Codable, Hashable {
    public var values: Assignment
    /// What it was made from, by their places in the pool: none, one, or two that were merged.
    public var parents: [Int]
    /// On the places to score on.
    public var scores: [Double]
    package init(values: Assignment, parents: [Int], scores: [Double]) {
      self.values = values
      self.parents = parents
      self.scores = scores
    }

    public var mean: Double { scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count) }
  }

  enum Stage: String, Sendable, Codable { case score, look, reflect, check, merge, done }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    /// Places to learn from and to score on.
    package let learning: [Int]
    package let scoring: [Int]
    /// Starts that are still to be scored.
    package var starts: [Assignment]
    public internal(set) var pool: [Candidate] = []
    var stage = Stage.score
    /// What is changed, which of its texts, and what came of looking at it.
    var parent = 0
    var turn = 0
    var seen: WorkflowOutcome?
    /// What is tried, and what it was made from.
    var trial: Assignment
    var parents: [Int] = []
    /// Iterations that began, questions, texts that could not be used, and those that were no better.
    var begun = 0
    var questions = 0
    public internal(set) var wasted = 0
    public internal(set) var refused = 0
    /// Pairs that were merged, or would have given what is known already.
    var merged: [[Int]] = []
    public internal(set) var mergeCount = 0
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard !problem.instructionParameters.isEmpty else {
      throw Unsuitable(
        method: Self.name, needs: "a text to improve", found: "none",
        remedy: problem.parameters.isEmpty ? "name one in the workflow" : "choose joint-prompt-search")
    }
    var stream = random.child("division")
    let order = stream.permutation(problem.selectionCount)
    // A single place is both.
    let count = min(max(1, Int((Double(order.count) * share).rounded())), max(1, order.count - 1))
    let rest = order.count > 1 ? order[count...].sorted() : order
    var learning = Array(order[..<count])
    let shown = ExemplarPool(most: labeled).assignment(problem, labels: learning)
    let starts = shown == problem.start ? [] : [shown]
    // What is shown is not asked about: the answer would be there to read.
    if !starts.isEmpty, labeled < learning.count { learning.removeFirst(labeled) }
    return State(
      given: Given(problem), learning: learning.sorted(), scoring: rest, starts: starts, trial: problem.start,
      stream: random)
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    switch s.stage {
    case .score, .merge:
      return .run(s.trial, on: s.scoring.map { SelectionItem($0) }, stream: s.stream.child("score", s.pool.count))
    case .look, .check:
      return .run(
        s.stage == .look ? s.pool[s.parent].values : s.trial, on: places(s), stream: s.stream.child("run", s.begun))
    case .reflect: return .consult(prompt(s), stream: s.stream.child("advice", s.questions))
    case .done: return nil
    }
  }

  private func places(_ s: State) -> [SelectionItem] {
    var stream = s.stream.child("batch", s.begun)
    let order = stream.permutation(s.learning.count).prefix(max(1, batch))
    return order.map { s.learning[$0] }.sorted().map { SelectionItem($0) }
  }

  private func text(_ s: State) -> WorkflowParameter {
    let texts = s.program.instructionParameters
    return texts[s.turn % texts.count]
  }

  private func prompt(_ s: State) -> String {
    let parameter = text(s)
    let purpose = s.program.purpose.isEmpty ? "" : ", which is for this: \(s.program.purpose)"
    return """
      Improve a text of a program with language models\(purpose)
      The text is "\(parameter.name)"\(parameter.purpose.isEmpty ? "" : ": \(parameter.purpose)"). It is now:
      <value>
      \(s.pool[s.parent].values[parameter.name]?.text ?? "")
      </value>
      Some runs with it:
      \(runs(s, parameter))
      Find out what the task is, what went wrong, and what the runs tell that is not in the text. Write a new text that says all that is
      needed, general enough for other runs, between <improved> and </improved>, and nothing behind it.\
      \(parameter.constraint.map { " It must be \($0)." } ?? "")
      """
  }

  /// What a call with this text was given and answered on each place, and what was said of it.
  private func runs(_ s: State, _ parameter: WorkflowParameter) -> String {
    guard let seen = s.seen else { return "" }
    let call = parameter.name.split(separator: ".").first.map(String.init) ?? parameter.name
    let asked = places(s)
    return seen.scores.indices.map { k in
      let calls = k < seen.calls.count ? seen.calls[k].filter { $0.predictor == call } : []
      var lines = calls.flatMap { one in
        one.values.values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      }
      if lines.isEmpty, k < asked.count, asked[k].index < s.program.examples.count {
        lines.append("input: \(s.program.examples[asked[k].index].input)")
      }
      if k < seen.remarks.count { lines.append("feedback: \(seen.remarks[k])") }
      return "Run \(k + 1)\n" + lines.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .advice(let completion):
      s.questions += 1
      let name = text(s).name
      s.trial = s.pool[s.parent].values
      if let said = LanguageProgram.improved(text(s), in: completion.text), s.trial[name] != .text(said) {
        s.trial[name] = .text(said)
        s.stage = .check
      } else {
        s.wasted += 1
        s.turn += 1
        begin(&s)
      }
    case .outcome(let outcome): take(outcome, &s)
    }
  }

  private func take(_ outcome: WorkflowOutcome, _ s: inout State) {
    switch s.stage {
    case .score:
      join(outcome, &s)
      if let next = s.starts.popLast() {
        (s.trial, s.parents) = (next, [0])
      } else if !merge(&s) {
        begin(&s)
      }
    case .merge:
      let least = s.parents.map { s.pool[$0].mean }.max() ?? 0
      if outcome.score >= least { join(outcome, &s) } else { s.refused += 1 }
      begin(&s)
    case .look:
      s.seen = outcome
      if outcome.scores.allSatisfy({ $0 >= perfect }) { begin(&s) } else { s.stage = .reflect }
    case .check:
      s.turn += 1
      if outcome.score > s.seen?.score ?? -.infinity {
        s.parents = [s.parent]
        s.stage = .score
      } else {
        s.refused += 1
        begin(&s)
      }
    case .reflect, .done: return
    }
  }

  /// A candidate that overruns a limit is worse than any other on every place.
  private func join(_ outcome: WorkflowOutcome, _ s: inout State) {
    let scores = outcome.scores.map { outcome.violation > 0 ? outcome.score : $0.isNaN ? 0 : $0 }
    s.pool.append(Candidate(values: s.trial, parents: s.parents, scores: scores))
  }

  private func begin(_ s: inout State) {
    guard iterations == 0 || s.begun < iterations else { return s.stage = .done }
    s.begun += 1
    s.seen = nil
    var stream = s.stream.child("parent", s.begun)
    s.parent = CandidateFront(s.pool.map(\.scores)).drawn(&stream)
    s.stage = .look
  }

  public func report(_ s: State) -> Report<Assignment> {
    let best = s.pool.max { $0.mean < $1.mean }
    var report = Report(point: best?.values ?? s.program.start, value: best.map { -$0.mean })
    report.reasons = [
      "candidates: \(s.pool.count), merges tried: \(s.mergeCount), texts that were no better: \(s.refused), "
        + "answers that could not be used: \(s.wasted)"
    ]
    return report
  }
}

// MARK: Merging

extension ReflectiveEvolution {
  /// Two of the front that have changed different texts of a common ancestor. Whether there are such.
  private func merge(_ s: inout State) -> Bool {
    guard s.mergeCount < merges, s.program.instructionParameters.count > 1 else { return false }
    let front = CandidateFront(s.pool.map(\.scores)).members.map(\.candidate)
    for first in front {
      for second in front where second > first && !s.merged.contains([first, second]) {
        guard let values = Self.combined(s.pool, first, second, s.program.instructionParameters.map(\.name)) else {
          continue
        }
        s.merged.append([first, second])
        guard !s.pool.contains(where: { $0.values == values }) else { continue }
        (s.trial, s.parents, s.stage) = (values, [first, second], .merge)
        s.mergeCount += 1
        return true
      }
    }
    return false
  }

  /// Each text from the candidate that has changed it since their last common ancestor, where both have from the better one; nil when
  /// one comes from the other, or when only one has changed anything.
  package static func combined(_ pool: [Candidate], _ first: Int, _ second: Int, _ texts: [String]) -> Assignment? {
    func line(_ candidate: Int) -> Set<Int> {
      var known: Set<Int> = [], open = [candidate]
      while let next = open.popLast() {
        if known.insert(next).inserted { open += pool[next].parents }
      }
      return known
    }
    let (a, b) = (line(first), line(second))
    guard !a.contains(second), !b.contains(first), let root = a.intersection(b).max() else { return nil }
    let better = pool[second].mean > pool[first].mean ? second : first
    var values = pool[better].values
    var origins: Set<Int> = []
    for name in texts {
      let old = pool[root].values[name]
      switch (pool[first].values[name] != old, pool[second].values[name] != old) {
      case (true, false): take(first)
      case (false, true): take(second)
      case (true, true): take(better)
      case (false, false): values[name] = old
      }
      func take(_ candidate: Int) {
        values[name] = pool[candidate].values[name]
        origins.insert(candidate)
      }
    }
    return origins.count > 1 ? values : nil
  }
}

extension ReflectiveEvolution: LanguageMethod {
  public static let name = "reflective-evolution"
  public static let summary = "texts are changed after looking at a few runs, and kept for what they alone can do"
  public static let settings: [Setting<Self>] = [
    Setting("batch", \.batch, in: 1...1e4, "places that a text is changed after"),
    Setting("share", \.share, in: 0...1, "the part of the data that is learned from"),
    Setting("labeled", \.labeled, in: 0...1e4, "examples that a second start shows"),
    Setting("merges", \.merges, in: 0...1e4, "merges at most"),
    Setting("perfect", \.perfect, "the score from which on there is nothing to learn"),
    Setting("iterations", \.iterations, in: 0...1e6, "changes of texts; 0: as many as the budget holds"),
  ]
  public var hasEnd: Bool { iterations > 0 }
}
