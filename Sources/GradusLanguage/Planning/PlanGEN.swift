// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Plans with a language model that also says what a plan must satisfy, and verifies what it has planned.
///
///     c = constraints that the model reads off the task
///     round: a = the way of planning with the largest UCB (`PlanBandit`), or the only one
///            a search in the tree of lines (`StepTreeSearch`); each verdict: score in [−100, 100] and violated constraints, by c
///            what scores below the threshold is written again with its violations, ≤ R times
///     until a whole plan scores ≥ threshold, or `rounds` or `calls` are used up;  the best plan is returned
///
///     reward of a round = (best score of it + 100)/200 − price·calls of it
///
/// With `selection` `.majority` nothing is verified: the first way's `count` whole plans are written, and the most frequent last line
/// is taken. What the bandit has learned is in the state, and may be given to the next task as `experience`.
///
/// **Needs** a language model. **Keeps** constraints, the tree of the round, the bandit, the best plan. **Guarantee** none but that of the
/// verdicts. **Cost** a call for the constraints, one for the priors of several ways, and two for each place of a tree. What cannot be
/// read is counted: a proposal is lost, a verdict is the lowest. **Reference** Parmar et al., "PlanGEN" (2025).
public struct PlanGEN: OptimizationMethod {
  /// How the plan that is returned is found.
  public enum Selection: String, Sendable, Codable { case verification, majority }

  public var algorithms: [PlanAlgorithm] = [.bestOfFive, .treeOfThought, .rebase]
  public var selection = Selection.verification
  /// The score of a plan that is good enough.
  public var threshold = 95.0
  /// Rounds at most; 0: no limit.
  public var rounds = 8
  /// Calls of the model at most; 0: no limit.
  public var calls = 0
  /// What a call takes from the reward of a round; 0 in the paper.
  public var price = 0.0
  /// Whether the model is asked which ways suit the task.
  public var asksForPriors = true
  /// The bandit as it is before the first round; nil: nothing is known.
  public var experience: PlanBandit?

  public init() {}

  /// With one way of planning only, or several.
  public init(_ algorithms: [PlanAlgorithm]) { self.algorithms = algorithms }

  enum Stage: String, Sendable, Codable { case constraints, priors, search, vote, done }

  typealias Search = StepTreeSearch<[String], String>

  /// What became of a round.
  public struct Round: Sendable, Codable, Hashable {
    public var algorithm: String
    /// Of its best whole plan; nil where there was none.
    public var score: Double?
    public var calls: Int
  }

  public struct State: Sendable, Codable {
    let given: Given<PlanningTask>
    package var task: PlanningTask { given.value }
    var stage: Stage
    public internal(set) var constraints: [String] = []
    public internal(set) var priors: [Double]
    public internal(set) var bandit: PlanBandit
    public internal(set) var rounds: [Round] = []
    /// Calls of the model.
    public internal(set) var calls = 0
    /// Proposals and verdicts that could not be read.
    public internal(set) var wasted = 0
    var arm = 0
    var tries: [Int]
    var search: Search.State?
    var began = 0
    var plan: [String] = []
    var score: Double?
    /// Whole plans that are voted on.
    var votes: [[String]] = []
    var turns = 0
    var stream: RandomStream
  }

  public func start(_ problem: PlanningTask, random: RandomStream) throws -> State {
    let isVote = if case .bestOf? = algorithms.first?.rule { true } else { false }
    guard !algorithms.isEmpty, rounds > 0 || calls > 0, selection == .verification || isVote,
      experience.map({ $0.count == algorithms.count }) ?? true
    else {
      throw Unsuitable(
        method: "plangen", needs: "a way of planning, a limit, and experience of the same ways",
        found: "\(algorithms.count) ways, \(rounds) rounds, \(calls) calls",
        remedy: "State algorithms, and rounds or calls; a vote needs best-of-n in front.")
    }
    for algorithm in algorithms { _ = try search(algorithm).start([], random: random) }
    return State(
      given: Given(problem), stage: selection == .majority ? .vote : .constraints,
      priors: algorithms.map { _ in 0 }, bandit: experience ?? PlanBandit(count: algorithms.count),
      tries: algorithms.map { _ in 0 }, stream: random)
  }

  func search(_ algorithm: PlanAlgorithm) -> Search {
    Search(algorithm.rule, threshold: threshold, repairs: algorithm.repairs)
  }

  // MARK: Asking

  public func ask(_ s: inout State) -> PlanTurn? {
    guard let prompts = prompts(&s), !prompts.isEmpty else { return nil }
    return PlanTurn(prompts: prompts, stream: s.stream.child("turn", s.turns))
  }

  private func prompts(_ s: inout State) -> [String]? {
    switch s.stage {
    case .constraints: return [PlanPrompt.constraints(s.task)]
    case .priors:
      return [
        PlanPrompt.suitability(s.task, s.constraints, algorithms.map { ($0.name, $0.rule.summary) })
      ]
    case .vote:
      guard case .bestOf(let count, _) = algorithms[0].rule else { return nil }
      let request = StepRequest<[String]>(place: [], isWhole: true, remarks: [])
      return Array(repeating: PlanPrompt.proposal(s.task, [], request), count: count)
    case .search:
      while s.stage == .search {
        if s.search == nil { beginRound(&s) }
        guard let state = s.search else { return nil }
        if let question = search(algorithms[s.arm]).question(state) {
          let prompts = prompts(question, s)
          // A turn that the limit does not hold is not begun.
          if calls == 0 || s.calls + prompts.count <= calls { return prompts }
          endRound(&s)
          s.stage = .done
        } else {
          endRound(&s)
        }
      }
      return nil
    case .done: return nil
    }
  }

  private func prompts(_ question: StepQuestion<[String], String>, _ s: State) -> [String] {
    switch question {
    case .propose(let requests, _): requests.map { PlanPrompt.proposal(s.task, s.constraints, $0) }
    case .judge(let places, _): places.map { PlanPrompt.verdict(s.task, s.constraints, $0) }
    }
  }

  // MARK: Rounds

  private func beginRound(_ s: inout State) {
    s.arm = algorithms.count == 1 ? 0 : s.bandit.next(priors: s.priors, tries: s.tries)
    s.began = s.calls
    s.search = try? search(algorithms[s.arm]).start([], random: s.stream.child("round", s.rounds.count))
    if s.search == nil { s.stage = .done }
  }

  private func endRound(_ s: inout State) {
    guard let state = s.search else { return }
    s.search = nil
    s.wasted += state.wasted
    let best = state.tree.bestFinal
    let score = best.flatMap { state.tree[$0].score }
    if let best, let score, score > s.score ?? -.infinity {
      s.score = score
      s.plan = state.tree.path(to: best)
    }
    let isEnough = (score ?? -.infinity) >= threshold
    let reward = ((score ?? -100) + 100) / 200 - price * Double(s.calls - s.began)
    s.bandit.tell(s.arm, reward: reward, isEnough: isEnough, afterFailure: !s.rounds.isEmpty)
    s.tries[s.arm] += 1
    s.rounds.append(Round(algorithm: algorithms[s.arm].name, score: score, calls: s.calls - s.began))
    let isSpent = rounds > 0 && s.rounds.count >= rounds || s.calls == s.began
    if isEnough || isSpent { s.stage = .done }
  }

  // MARK: Telling

  public func tell(_ s: inout State, _ answer: consuming [Completion?], to question: consuming PlanTurn) {
    let texts = answer.map { $0?.text ?? "" }
    s.turns += 1
    s.calls += texts.count
    switch s.stage {
    case .constraints:
      s.constraints = PlanPrompt.items(texts.first ?? "")
      s.stage = asksForPriors && algorithms.count > 1 ? .priors : .search
    case .priors:
      s.priors = PlanPrompt.priors(texts.first ?? "", algorithms.map(\.name))
      s.stage = .search
    case .vote: vote(&s, texts)
    case .search: tell(&s, texts)
    case .done: break
    }
  }

  private func tell(_ s: inout State, _ texts: [String]) {
    guard var state = s.search else { return }
    let search = search(algorithms[s.arm])
    guard let question = search.question(state) else { return }
    switch question {
    case .propose(let requests, _):
      let proposals = zip(texts, requests).map { PlanPrompt.proposal($0, $1, s.task) }
      search.tell(&state, .proposals(proposals), to: question)
    case .judge:
      let verdicts = texts.map(PlanPrompt.verdict)
      s.wasted += verdicts.count { $0 == nil }
      search.tell(&state, .verdicts(verdicts.map { $0 ?? StepVerdict(-100) }), to: question)
    }
    s.search = state
  }

  /// The plan whose last line most plans have; of equals the first.
  private func vote(_ s: inout State, _ texts: [String]) {
    let request = StepRequest<[String]>(place: [], isWhole: true, remarks: [])
    s.votes = texts.compactMap { PlanPrompt.proposal($0, request, s.task)?.steps }
    s.wasted += texts.count - s.votes.count
    let answers = s.votes.map { s.task.answer($0) ?? "" }
    let counts = answers.map { one in answers.count { $0 == one } }
    if let most = counts.max(), let first = counts.firstIndex(of: most) { s.plan = s.votes[first] }
    s.stage = .done
  }

  // MARK: Reporting

  public func report(_ s: State) -> Report<[String]> {
    var (plan, score) = (s.plan, s.score)
    // A round that is not over may have something better.
    if let state = s.search, let best = state.tree.bestFinal, let own = state.tree[best].score,
      own > score ?? -.infinity
    {
      (plan, score) = (state.tree.path(to: best), own)
    }
    let claim: Claim? = s.stage == .done ? plan.isEmpty ? .failed : .exhausted : nil
    return Report(point: plan, value: score.map { -$0 }, claim: claim)
  }

  /// The report with what each round came to.
  public func recommend(_ s: State) -> Report<[String]> {
    var report = report(s)
    report.reasons = s.rounds.enumerated().map { number, round in
      let score = round.score.map { "score \($0)" } ?? "no whole plan"
      return "round \(number + 1): \(round.algorithm), \(round.calls) calls, \(score)"
    }
    return report
  }
}
