// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Looks for good steps in a tree that grows as somebody proposes them and somebody judges where they lead.
///
///     propose   what the rule wants below the nodes it goes on from (`StepRule`)
///     judge     every new node;  score ≥ threshold and final: the end
///     repair    a node below the threshold is proposed again with all that was said of it and of those it repairs, ≤ `repairs` times
///
/// **Needs** somebody who proposes steps and judges places. **Keeps** the tree, what is wanted and what is not judged yet. **Guarantee**
/// the final place with the highest score is recommended. **Cost** a proposal and a verdict for each node; those of a level are asked at
/// once. **Reference** Yao et al., "Tree of Thoughts" (2023); Wu et al., "Inference Scaling Laws" (2024), for REBASE.
public struct StepTreeSearch<Place: Sendable & Codable, Step: Sendable & Codable>: OptimizationMethod {
  public var rule: StepRule
  /// The score that is good enough.
  public var threshold: Double
  /// How often a node that is not good enough is proposed again.
  public var repairs: Int
  /// Levels at most.
  public var levels: Int

  public init(_ rule: StepRule, threshold: Double = .infinity, repairs: Int = 0, levels: Int = 64) {
    self.rule = rule
    self.threshold = threshold
    self.repairs = repairs
    self.levels = levels
  }

  enum Stage: String, Sendable, Codable { case propose, judge, done }

  /// A proposal that is wanted.
  struct Wish: Sendable, Codable {
    var parent: Int
    var told: [String] = []
    var repairs = 0
  }

  public struct State: Sendable, Codable {
    public internal(set) var tree: StepTree<Place, Step>
    var stage = Stage.propose
    var wishes: [Wish] = []
    var unjudged: [Int] = []
    /// The judged nodes of this level.
    var level: [Int] = []
    var levelNumber = 0
    /// Whole ways that were begun, repairs apart.
    var begun = 0
    var questions = 0
    /// Proposals that could not be made.
    public internal(set) var wasted = 0
    var stream: RandomStream

    /// Whether nothing is left to ask.
    public var isOver: Bool { stage == .done }
  }

  public func start(_ problem: Place, random: RandomStream) throws -> State {
    let isSound =
      switch rule {
      case .bestOf(let count, _): count > 0
      case .beam(let width, let branching): width > 0 && branching > 0
      case .rebase(let budget, let temperature): budget > 0 && !temperature.isNaN
      }
    guard isSound, levels > 0 else {
      throw Unsuitable(
        method: "step tree search", needs: "at least one proposal a level", found: "\(rule)",
        remedy: "Use positive numbers.")
    }
    var state = State(tree: StepTree(problem), stream: random)
    switch rule {
    case .bestOf: begin(&state)
    case .beam(_, let branching): state.wishes = Array(repeating: Wish(parent: 0), count: branching)
    case .rebase(let budget, _): state.wishes = Array(repeating: Wish(parent: 0), count: budget)
    }
    return state
  }

  public func ask(_ s: inout State) -> StepQuestion<Place, Step>? { question(s) }

  /// What is asked next; the state stays as it is.
  func question(_ s: State) -> StepQuestion<Place, Step>? {
    let isWhole = if case .bestOf = rule { true } else { false }
    switch s.stage {
    case .propose:
      return .propose(
        s.wishes.map { StepRequest(place: s.tree[$0.parent].place, isWhole: isWhole, remarks: $0.told) },
        stream: s.stream.child("proposal", s.questions))
    case .judge:
      return .judge(s.unjudged.map { s.tree[$0].place }, stream: s.stream.child("verdict", s.questions))
    case .done: return nil
    }
  }

  public func tell(
    _ s: inout State, _ answer: consuming StepQuestion<Place, Step>.Answer,
    to question: consuming StepQuestion<Place, Step>
  ) {
    s.questions += 1
    switch answer {
    case .proposals(let proposals):
      for (k, wish) in s.wishes.enumerated() {
        guard k < proposals.count, let one = proposals[k] else {
          s.wasted += 1
          continue
        }
        s.unjudged.append(
          s.tree.add(
            one.place, by: one.steps, under: wish.parent, isFinal: one.isFinal, told: wish.told, repairs: wish.repairs))
      }
      s.wishes = []
      if s.unjudged.isEmpty { advance(&s) } else { s.stage = .judge }
    case .verdicts(let verdicts):
      for (k, number) in s.unjudged.enumerated() {
        let verdict = k < verdicts.count ? verdicts[k] : StepVerdict(.nan)
        s.tree.judge(number, verdict.score, remarks: verdict.remarks)
      }
      judged(&s)
    }
  }

  private func judged(_ s: inout State) {
    let judged = s.unjudged
    s.unjudged = []
    s.level += judged
    if judged.contains(where: { s.tree[$0].isFinal && isEnough(s.tree[$0]) }) {
      s.stage = .done
      return
    }
    for number in judged {
      let node = s.tree[number]
      guard node.repairs < repairs, !isEnough(node), let parent = node.parent else { continue }
      let told = node.told + node.remarks.filter { !node.told.contains($0) }
      s.wishes.append(Wish(parent: parent, told: told, repairs: node.repairs + 1))
    }
    if s.wishes.isEmpty { advance(&s) } else { s.stage = .propose }
  }

  private func isEnough(_ node: StepTree<Place, Step>.Node) -> Bool { (node.score ?? -.infinity) >= threshold }

  /// The next whole ways.
  private func begin(_ s: inout State) {
    guard case .bestOf(let count, let wave) = rule else { return }
    let more = min(count - s.begun, wave > 0 ? wave : count)
    s.wishes = Array(repeating: Wish(parent: 0), count: max(0, more))
    s.begun += max(0, more)
    s.stage = s.wishes.isEmpty ? .done : .propose
  }

  /// From a level that is judged to the next.
  private func advance(_ s: inout State) {
    s.levelNumber += 1
    let ranked = s.tree.ranked(s.level)
    let open = ranked.filter { !s.tree[$0].isFinal }
    s.level = []
    switch rule {
    case .bestOf: return begin(&s)
    case .beam(let width, let branching):
      s.wishes = open.prefix(width).flatMap { Array(repeating: Wish(parent: $0), count: branching) }
    case .rebase(let budget, let temperature):
      // What has come to an end takes no more of the budget.
      let ended = s.tree.nodes.count { $0.isFinal && $0.repairs == 0 }
      let counts = StepRule.allotment(
        budget - ended, open.map { s.tree[$0].score ?? 0 }, temperature: temperature)
      s.wishes = zip(open, counts).flatMap { Array(repeating: Wish(parent: $0), count: $1) }
    }
    s.stage = s.wishes.isEmpty || s.levelNumber >= levels ? .done : .propose
  }

  public func report(_ s: State) -> Report<[Step]> {
    guard let best = s.tree.bestFinal, let score = s.tree[best].score else {
      return Report(point: [], claim: s.isOver ? .failed : nil)
    }
    return Report(point: s.tree.path(to: best), value: -score, claim: s.isOver ? .exhausted : nil)
  }
}
