// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
public import GradusCore
public import GradusNumerics

/// Instructions, examples, numbers and choices of a workflow, found together.
///
///     sets of examples for each predictor:  none, and N − 1 bootstraps in random orders
///     instructions for each text:           the first, and N − 1 proposals of the advisor, each with another tip
///     x = (which set, which instructions, numbers, choices) by TPE;   score on `batch` random places a trial
///     every `every` trials the x with the best mean is measured on all places that choose; the best of those is θ
///
/// **Needs** texts, demonstrations, numbers or choices, and a language model that proposes. **Keeps** all sets, proposals and trials.
/// **Guarantee** none but that the best of those that were measured on all places is recommended. **Cost** (N − 1)·(places that teach)
/// runs and N − 1 proposals a text, then `batch` runs a trial and one of all places every `every` trials.
/// **Reference** Opsahl-Ong et al., "Optimizing Instructions and Demonstrations for Multi-Stage Language Model Programs" (EMNLP 2024).
public struct JointPromptSearch: OptimizationMethod {
  /// N.
  public var candidates = 6
  /// Trials; 0: max(2·(choices)·log₂ N, 3N/2).
  public var trials = 0
  /// Places a trial.
  public var batch = 35
  /// Trials between measurements on all places.
  public var every = 5
  /// Runs that a set of examples shows at most, and labels included.
  public var bootstrapped = 4
  public var labeled = 16
  /// The score from which on a run went well.
  public var threshold = 1.0
  /// The part of the places that examples come from.
  public var share = 0.3

  public init() {}

  enum Stage: String, Sendable, Codable { case gather, propose, search, measure }

  struct Trial: Sendable, Codable {
    var assignment: Assignment
    var sum = 0.0
    var count = 0
    var whole: Double?
    var mean: Double { count == 0 ? 0 : sum / Double(count) }
  }

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    let teaching: [Int]
    let choosing: [Int]
    var stage = Stage.gather
    var bootstrap: ExemplarBootstrap?
    /// Values of all demonstrations together, set by set.
    var sets: [Assignment] = []
    /// For each instruction its texts, the first one first.
    var texts: [[String]]
    /// Questions for proposals so far.
    var asked = 0
    var rejected = 0
    var space: ParameterSpace?
    var search: TreeParzen.State?
    var pending: EvaluateAll<Vector>?
    var trials: [Trial] = []
    /// Trials to come.
    var left = 0
    var current: Assignment?
    var best: Assignment
    var bestScore: Double?
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard !problem.parameters.isEmpty else {
      throw Unsuitable(
        method: "joint-prompt-search", needs: "a parameter to improve", found: "none",
        remedy: "name one in the workflow")
    }
    var stream = random.child("division")
    let order = stream.permutation(problem.selectionCount)
    let shows = !problem.demonstrationParameters.isEmpty && order.count > 1
    let teaching = shows ? min(max(1, Int((Double(order.count) * share).rounded())), order.count - 1) : 0
    return State(
      given: Given(problem), teaching: order[..<teaching].sorted(), choosing: order[teaching...].sorted(),
      texts: problem.instructionParameters.map { [$0.start.text ?? ""] }, best: problem.start, stream: random)
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> WorkflowTurn? {
    while true {
      switch s.stage {
      case .gather:
        if let turn = gathering(&s) { return turn }
        s.stage = .propose
      case .propose:
        guard s.asked < s.texts.count * (candidates - 1) else {
          beginSearch(&s)
          continue
        }
        return .consult(proposal(s), stream: s.stream.child("proposal", s.asked))
      case .search:
        guard s.left > 0 else { return nil }
        guard let assignment = s.current ?? next(&s) else { return nil }
        s.current = assignment
        return .run(
          assignment, on: places(s, s.trials.reduce(0) { $0 + $1.count }), stream: s.stream.child("trial", s.left))
      case .measure:
        guard let current = s.current else { return nil }
        return .run(current, on: s.choosing.map { SelectionItem($0) }, stream: s.stream.child("whole"))
      }
    }
  }

  private func gathering(_ s: inout State) -> WorkflowTurn? {
    guard !s.teaching.isEmpty else { return nil }
    if s.sets.isEmpty { s.sets = [s.program.start] }
    let program = s.program
    while s.sets.count < candidates {
      let bootstrap = s.bootstrap ?? self.bootstrap(s)
      let turn = bootstrap.next(program)
      s.bootstrap = bootstrap
      if let turn { return turn }
      s.sets.append(bootstrap.assignment(program))
      s.bootstrap = nil
    }
    return nil
  }

  private func bootstrap(_ s: State) -> ExemplarBootstrap {
    var stream = s.stream.child("set", s.sets.count)
    let places = stream.permutation(s.teaching.count).map { s.teaching[$0] }
    let wanted = bootstrapped > 0 ? 1 + stream.integer(below: bootstrapped) : 0
    return ExemplarBootstrap(
      places, wanted: wanted, most: labeled, rounds: 1, threshold: threshold, stream: stream.child("bootstrap"))
  }

  private static let tips = [
    "Be precise.", "Say in what form the answer shall be.", "Name the mistakes that are easily made.",
    "Give the steps that lead to the answer.", "Be brief.", "Say who answers: an expert in this field.",
  ]

  private func proposal(_ s: State) -> String {
    let parameter = s.program.instructionParameters[s.asked % s.texts.count]
    var stream = s.stream.child("shown", s.asked)
    let order = stream.permutation(s.program.examples.count).prefix(5)
    let data = order.map { "Input: \(s.program.examples[$0].input)\nOutput: \(s.program.examples[$0].output)" }
    let others = s.program.instructionParameters.filter { $0.name != parameter.name }
    return """
      Write an instruction for a step of a program with language models.\(s.program.purpose.isEmpty ? "" : " The program is for this: \(s.program.purpose)")
      The step is "\(parameter.name)"\(parameter.purpose.isEmpty ? "" : ": \(parameter.purpose)"). It is now told:
      <value>
      \(parameter.start)
      </value>
      \(others.isEmpty ? "" : "Other steps: \(others.map(\.name).joined(separator: ", ")).\n")\(data.isEmpty ? "" : "Some of the data:\n\(data.joined(separator: "\n"))\n")Tip: \(Self.tips[(s.asked / max(1, s.texts.count)) % Self.tips.count])
      Write the new instruction between <improved> and </improved>, and nothing behind it.
      """
  }

  /// The next values by the search.
  private func next(_ s: inout State) -> Assignment? {
    guard var search = s.search, let space = s.space, let question = TreeParzen().ask(&search) else { return nil }
    s.search = search
    s.pending = question
    return assignment(question.point, space, s)
  }

  private func assignment(_ point: Vector, _ space: ParameterSpace, _ s: State) -> Assignment {
    let elements = space.elements(point)
    let hasSets = s.sets.count > 1
    var assignment = hasSets ? s.sets[elements[0]] : s.program.start
    assignment.merge(space.assignment(point)) { _, new in new }
    for (k, parameter) in s.program.instructionParameters.enumerated() {
      assignment[parameter.name] = .text(s.texts[k][elements[k + (hasSets ? 1 : 0)]])
    }
    return assignment
  }

  private func places(_ s: State, _ number: Int) -> [SelectionItem] {
    var stream = s.stream.child("batch", number)
    let order = stream.permutation(s.choosing.count).prefix(max(1, batch))
    return order.map { s.choosing[$0] }.sorted().map { SelectionItem($0) }
  }

  // MARK: Hearing

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .advice(let completion):
      let k = s.asked % max(1, s.texts.count)
      s.asked += 1
      let parameter = s.program.instructionParameters[k]
      if let said = LanguageProgram.improved(parameter, in: completion.text), !s.texts[k].contains(said) {
        s.texts[k].append(said)
      } else {
        s.rejected += 1
      }
    case .outcome(let outcome):
      switch s.stage {
      case .gather:
        let program = s.program
        s.bootstrap?.tell(outcome, program)
      case .propose: return
      case .search: take(outcome, &s)
      case .measure:
        if let current = s.current, let k = s.trials.firstIndex(where: { $0.assignment == current }) {
          s.trials[k].whole = outcome.score
          if s.bestScore.map({ outcome.score > $0 }) ?? true { (s.best, s.bestScore) = (current, outcome.score) }
        }
        s.current = nil
        s.stage = .search
      }
    }
  }

  private func take(_ outcome: WorkflowOutcome, _ s: inout State) {
    guard let current = s.current, var search = s.search, let question = s.pending else { return }
    TreeParzen().tell(&search, Outcomes(objectives: [-outcome.score]), to: question)
    (s.search, s.pending, s.current) = (search, nil, nil)
    let k = s.trials.firstIndex { $0.assignment == current } ?? s.trials.count
    if k == s.trials.count { s.trials.append(Trial(assignment: current)) }
    s.trials[k].sum += outcome.score * Double(outcome.scores.count)
    s.trials[k].count += outcome.scores.count
    s.left -= 1
    guard s.left % max(1, every) == 0 else { return }
    // Of equals the first.
    let open = s.trials.indices.filter { s.trials[$0].whole == nil }
    guard let first = open.first else { return }
    let chosen = open.reduce(first) { s.trials[$1].mean > s.trials[$0].mean ? $1 : $0 }
    s.current = s.trials[chosen].assignment
    s.stage = .measure
  }

  private func beginSearch(_ s: inout State) {
    s.stage = .search
    let sets = s.sets.count > 1 ? [(name: "examples", count: s.sets.count)] : []
    let lists = sets + s.texts.enumerated().map { (name: "text \($0)", count: $1.count) }
    guard let space = try? ParameterSpace(s.program.parameters, lists: lists) else { return }
    let choices = Double(space.space.parameters.count)
    let n = Double(max(2, candidates))
    s.left = trials > 0 ? trials : Int(max(2 * choices * VectorMath.log(n) / VectorMath.log(2), 1.5 * n).rounded(.up))
    // What is there is the first trial.
    let problem = SearchProblem(space.space, starts: [space.point(s.program.start)], isNoisy: true, budget: s.left)
    s.search = try? TreeParzen().start(problem, random: s.stream.child("search"))
    s.space = space
  }

  public func report(_ s: State) -> Report<Assignment> {
    var report = Report(point: s.best, value: s.bestScore.map { -$0 })
    report.reasons = [
      "sets of examples: \(s.sets.count), texts: \(s.texts.reduce(0) { $0 + $1.count }), proposals that could not be used: \(s.rejected), "
        + "combinations tried: \(s.trials.count)"
    ]
    return report
  }
}
