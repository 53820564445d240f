// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Finds examples to show: runs of the workflow itself that went well, in many random selections, of which the best is kept.
///
///     candidates: as it is; labels of the data; a bootstrap in the order of the data;
///                 `candidates` bootstraps in random orders, each of 1 to `bootstrapped` runs, filled up with labels to `labeled`
///     θ = the candidate with the largest mean score on places that no example comes from
///
/// With `candidates` 0 it is a single bootstrap. The places to choose by are divided: `share` of them give examples, the rest choose.
///
/// **Needs** a workflow with a parameter for demonstrations, and places to choose by. **Keeps** the candidates' values.
/// **Guarantee** none but that the best candidate on the second part is recommended. **Cost** one run of each first place for every
/// bootstrap and of each second place for every candidate, at most. **Reference** Khattab et al., "DSPy: Compiling Declarative
/// Language Model Calls into Self-Improving Pipelines" (ICLR 2024), BootstrapFewShotWithRandomSearch.
public struct BootstrapSearch: OptimizationMethod {
  /// Random bootstraps.
  public var candidates = 16
  /// Runs that are shown at most.
  public var bootstrapped = 4
  /// Examples that are shown at most, labels included.
  public var labeled = 16
  /// How often a place is tried.
  public var rounds = 1
  /// The score from which on a run went well.
  public var threshold = 1.0
  /// The part of the places that examples come from.
  public var share = 0.5

  public init() {}

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    /// Places that give examples, and places that choose.
    let teaching: [Int]
    let choosing: [Int]
    var candidate = 0
    var bootstrap: ExemplarBootstrap?
    /// What is to be measured; nil while examples are gathered.
    var current: Assignment?
    var best: Assignment
    var bestScore: Double?
    /// The mean of each candidate on the places that choose.
    public fileprivate(set) var scores: [Double] = []
    var stream: RandomStream
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard !problem.demonstrationParameters.isEmpty else {
      throw Unsuitable(
        method: "bootstrap-search", needs: "a parameter for demonstrations", found: "none", remedy: "choose opto-prime")
    }
    guard problem.selectionCount >= 2 else {
      throw Unsuitable(
        method: "bootstrap-search", needs: "two places of data to choose by", found: "\(problem.selectionCount)",
        remedy: "set more data aside for choosing")
    }
    var stream = random.child("division")
    let order = stream.permutation(problem.selectionCount)
    let teaching = min(max(1, Int((Double(order.count) * share).rounded())), order.count - 1)
    return State(
      given: Given(problem), teaching: order[..<teaching].sorted(), choosing: order[teaching...].sorted(),
      current: problem.start, best: problem.start, stream: random)
  }

  public func ask(_ s: inout State) -> WorkflowTurn? {
    while true {
      if let current = s.current {
        // The same draws for all: what differs is what they are shown.
        return .run(current, on: s.choosing.map { SelectionItem($0) }, stream: s.stream.child("choice"))
      }
      guard s.candidate < 3 + max(0, candidates) else { return nil }
      if s.bootstrap == nil { s.bootstrap = bootstrap(s) }
      if let turn = s.bootstrap?.next(s.program) { return turn }
      s.current = s.bootstrap?.assignment(s.program)
    }
  }

  private func bootstrap(_ s: State) -> ExemplarBootstrap {
    var stream = s.stream.child("candidate", s.candidate)
    var places = s.teaching
    // Candidate 1 is labels alone.
    var wanted = s.candidate == 1 ? 0 : bootstrapped
    if s.candidate > 2 {
      places = stream.permutation(places.count).map { s.teaching[$0] }
      wanted = bootstrapped > 0 ? 1 + stream.integer(below: bootstrapped) : 0
    }
    return ExemplarBootstrap(
      places, wanted: wanted, most: labeled, rounds: rounds, threshold: threshold, stream: stream.child("bootstrap"))
  }

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    guard case .outcome(let outcome) = consume answer else { return }
    guard let current = s.current else {
      let program = s.program
      s.bootstrap?.tell(outcome, program)
      return
    }
    let score = outcome.score
    s.scores.append(score)
    if s.bestScore.map({ score > $0 }) ?? true {
      s.best = current
      s.bestScore = score
    }
    s.candidate += 1
    s.bootstrap = nil
    s.current = nil
  }

  public func report(_ s: State) -> Report<Assignment> {
    var report = Report(point: s.best, value: s.bestScore.map { -$0 })
    report.reasons = ["\(s.scores.count) selections of examples were compared on \(s.choosing.count) places"]
    return report
  }
}
