// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusLanguage
import GradusNumerics
import GradusPrograms
import GradusTrace

/// Workflows made from a graph of what can be done, and the cheapest way to do each of their tasks.
///
///     cost:   random graphs of 3 to 12 tasks with forks and joins, four ways to do each, a floor of success for all together;
///             one of 12 tasks a seed (fast: 6), the others of 3 to 8 (fast: 5); beside: every choice
///     greedy: each task by itself, by its share of the floor or in order – whatever is better on development seeds; a greedy choice that
///             looks at all tasks at each step comes much nearer, and is shown beside
///     typed:  40 tasks among 16 types, a double that proposes edges of which three in ten are any; then the ways are chosen, and the
///             workflow runs on stubs
///
/// The double proves that types decide; it proves nothing about language models. The weights of the paper's model are not public.
public struct WorkGraphSystem: AtlasEntry {
  public static let system = "workgraph"
  public static let home = "WorkGraph, WorkLabels, WorkKnowledge, WorkPlanner"
  public static let scale = AtlasScale(
    paper: "medical coding, a proprietary work model", here: "41 random graphs, 40 random trades a seed (fast: 9, 8)")
  public static let claims = [
    AtlasClaim(
      "gap", "The cost is that of the best of all choices.", metric: "largest |cost − least cost|",
      .atMost, 1e-9, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "greedy", "It is at least 10 % less than task by task.", metric: "mean cost", baseline: "task by task", .atMost,
      0.9),
    AtlasClaim(
      "typed", "Every workflow that is made type-checks, and runs on stubs.", metric: "share of workflows", .atLeast, 1,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "proved", "The problem's own check proves every choice the cheapest.", metric: "share of graphs", .atLeast, 1,
      comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "raised", "It is at least 10 % less than the cheapest, raised where success costs least.", metric: "mean cost",
      baseline: "raised step by step", .atMost, 0.9, isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "ways are chosen in order, without a search, and proposed edges are taken as they are")

  public init() {}

  typealias Greedy = WorkLaboratory.Greedy
  public struct Tuned: Sendable {
    var rule: WorkLaboratory.Greedy
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    let found = try await AtlasTuning.best(of: [Greedy.share, .order], repeats: 3, on: trial) { rule, random in
      try (0..<10).reduce(0) { sum, k in
        let graph = try WorkLaboratory.graph(4 + k % 5, random.child("graph", k))
        return sum + (WorkLaboratory.greedy(rule, graph) ?? 0)
      }
    }
    return Tuned(rule: found.candidate)
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    var (gap, own, other, raised, proved) = (0.0, 0.0, 0.0, 0.0, 0)
    let count = trial.size(fast: 9, claim: 41)
    for k in 0..<count {
      try trial.step(0.7 * Double(k) / Double(count))
      let size = k == 0 ? trial.size(fast: 6, claim: 12) : 3 + k % trial.size(fast: 3, claim: 6)
      let graph = try WorkLaboratory.graph(size, trial.random.child("graph", k))
      guard let least = WorkLaboratory.enumerated(graph), let greedy = WorkLaboratory.greedy(tuned.rule, graph),
        let steps = WorkLaboratory.greedy(.raise, graph)
      else { throw AtlasFault("a graph has no choice that keeps its floor") }
      let run = try Run(graph, by: WorkLabels(), asking: graph)
      let solution = try await run.finish(until: .answers(10_000))
      let cost = isHonest ? solution.verdict.objective ?? .infinity : greedy
      gap = max(gap, abs(cost - least))
      own += cost
      other += greedy
      raised += steps
      proved += isHonest && solution.status == .optimal && solution.verdict.certificate.verified ? 1 : 0
    }
    let trades = trial.size(fast: 8, claim: 40)
    var typed = 0
    for k in 0..<trades {
      try trial.step(0.7 + 0.3 * Double(k) / Double(trades))
      typed += try await Self.isTyped(trial.random.child("trade", k), isHonest: isHonest) ? 1 : 0
    }
    let graphs = Double(count)
    return [
      AtlasObservation("gap", measured: gap),
      AtlasObservation("greedy", measured: own / graphs, baseline: other / graphs),
      AtlasObservation("typed", measured: Double(typed) / Double(trades)),
      AtlasObservation("proved", measured: Double(proved) / graphs),
      AtlasObservation("raised", measured: own / graphs, baseline: raised / graphs),
    ]
  }

  /// Whether a workflow is made whose edges join equal types and which runs, each task done in the way that was chosen.
  private static func isTyped(_ random: RandomStream, isHonest: Bool) async throws -> Bool {
    var stream = random
    let (knowledge, intention) = try WorkLaboratory.trade(stream.child("knowledge"))
    let planner = try WorkPlanner(knowledge: knowledge)
    let model = WorkLaboratory.proposer(errors: 0.3, seed: stream.next())
    let run = WorkflowTrace(LanguageProgram(try planner.parameters).start, stream: stream)
    var plan = try await planner(intention, in: run, asking: model).value
    if !isHonest {
      // What the types refused is wired all the same.
      for edge in plan.rejected.compactMap({ WorkEdge($0) }) {
        guard let from = plan.steps.firstIndex(where: { $0.task == edge.from }),
          let to = plan.steps.firstIndex(where: { $0.task == edge.to }), !plan.steps[to].sources.isEmpty
        else { continue }
        plan.steps[to].sources[0] = .step(from)
      }
    }
    guard plan.fault(in: knowledge) == nil else { return false }
    let graph = try WorkGraph(
      zip(plan.steps, plan.after).map { .init($0.task, after: $1, WorkLaboratory.ways(&stream)) },
      weights: WorkLaboratory.weights)
    let solution = try await Run(graph, by: WorkLabels(), asking: graph).finish(until: .answers(10_000))
    guard let audit = WorkAudit(solution, of: graph), solution.status == .optimal else { return false }
    let ways = audit.lines.map(\.alternative)
    guard let program = plan.program(in: knowledge, ways: ways),
      let code = try? MiniCode(parsing: program, tools: plan.stubs(in: knowledge, ways: ways))
    else { return false }
    let arguments = plan.inputs.map { MiniValue.example(of: knowledge.types[$0] ?? .string) }
    let ran = code.run("workflow", arguments)
    return ran.value != nil && ran.calls.count == plan.steps.count
  }
}
