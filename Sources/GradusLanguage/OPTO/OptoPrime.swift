// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Optimization with a trace oracle: a language model reads how an output came about and what was said about it, and suggests
/// new values for all parameters at once.
///
///     run the workflow at θ            → score, feedback, minimal subgraph S of the execution
///     show S, θ and the feedback       → {"suggestion": θ′}
///     θ ← θ′ where it can be meant; what cannot is passed over
///
/// With `keeps`, a θ′ whose score is lower is given up and the best is gone on with. Without `trace` it is OPRO: the advisor sees
/// values and feedback alone, with a memory of earlier attempts.
///
/// **Needs** a workflow to run and a language model. **Keeps** the best assignment and the last `memory` attempts.
/// **Guarantee** none but that the best seen is recommended. **Cost** two questions a step.
/// **Reference** Cheng, Nie, Swaminathan, "Trace is the Next AutoDiff" (NeurIPS 2024); Yang et al., "Large Language Models as
/// Optimizers" (2023).
public struct OptoPrime: OptimizationMethod {
  /// Attempts that the advisor is reminded of.
  public var memory = 0
  /// Whether it is shown the trace.
  public var trace = true
  /// Whether it goes on from the best instead of the last.
  public var keeps = false
  /// Places of data a step; 0: all of them.
  public var batch = 0
  /// Suggestions asked for; 0: as many as the budget holds.
  public var steps = 0

  public init() {}

  public struct State: Sendable, Codable {
    let given: Given<LanguageProgram>
    var program: LanguageProgram { given.value }
    var current: Assignment
    var best: Assignment
    var bestScore: Double?
    /// The last run, or that of the best, which the next advice is about.
    var outcome: WorkflowOutcome?
    var bestOutcome: WorkflowOutcome?
    var attempts: [OptoPrompt.Attempt] = []
    var stream: RandomStream
    var turns = 0
    /// Advice that named no parameter, or no value it may have.
    var wasted = 0
  }

  public func start(_ problem: LanguageProgram, random: RandomStream) throws -> State {
    guard !problem.parameters.isEmpty else {
      throw Unsuitable(
        method: "opto-prime", needs: "a parameter to improve", found: "none", remedy: "name one in the workflow")
    }
    return State(given: Given(problem), current: problem.start, best: problem.start, stream: random)
  }

  public func ask(_ s: inout State) -> WorkflowTurn? {
    if steps > 0, s.turns >= steps, s.outcome != nil { return nil }
    guard let outcome = s.outcome else {
      return .run(
        s.current, on: s.program.places(batch, s.stream.child("batch", s.turns)), stream: s.stream.child("run", s.turns)
      )
    }
    let prompt = OptoPrompt(program: s.program, showsTrace: trace).text(outcome.story, s.current, memory: s.attempts)
    return .consult(prompt, stream: s.stream.child("advice", s.turns))
  }

  public func tell(_ s: inout State, _ answer: consuming WorkflowTurn.Answer, to question: consuming WorkflowTurn) {
    switch consume answer {
    case .outcome(let outcome):
      let score = outcome.score
      if s.bestScore.map({ score > $0 }) ?? true {
        s.best = s.current
        s.bestScore = score
        s.bestOutcome = keeps ? outcome : nil
      } else if keeps {
        s.current = s.best
      }
      s.outcome = s.bestOutcome ?? outcome
    case .advice(let completion):
      guard let outcome = s.outcome else { return }
      s.turns += 1
      let found = OptoPrompt(program: s.program).suggestion(in: completion.text)
      if found.isEmpty { s.wasted += 1 }
      if memory > 0 {
        s.attempts.append(.init(assignment: s.current, feedback: outcome.story.feedback, score: outcome.score))
        if s.attempts.count > memory { s.attempts.removeFirst(s.attempts.count - memory) }
      }
      s.current.merge(found) { _, new in new }
      // The same again would say the same.
      s.outcome = found.isEmpty ? outcome : nil
    }
  }

  public func report(_ s: State) -> Report<Assignment> {
    var report = Report(point: s.best, value: s.bestScore.map { -$0 })
    if s.wasted > 0 { report.reasons = ["\(s.wasted) of \(s.turns) suggestions named nothing that could be changed"] }
    return report
  }
}
