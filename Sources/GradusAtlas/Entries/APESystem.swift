// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Guessing the instruction behind examples, with a bandit that finds the best guess.
///
///     regret:    50 prompts with accuracies from Beta(2, 3), 20 rounds of 16 prompts with 5 items each, over replicates
///     selected:  a simulated model with 8 directives, half of which help; 30 guesses, 20 rounds, eight times a seed;  beside: the prompt at the start
///
/// The double proves that the budget is spent well; it proves nothing about language models.
public struct APESystem: AtlasEntry {
  public static let system = "ape"
  public static let home = "InstructionInduction, PromptBandit"
  public static let scale = AtlasScale(
    paper: "24 tasks of instruction induction and 21 of BIG-Bench, GPT-3",
    here: "eight simulated models a seed, 60 items each (fast: one)")
  public static let claims = [
    AtlasClaim(
      "regret", "The bandit's choice loses at most 0.6 of what even trying loses.",
      metric: "mean loss against the best prompt",
      baseline: "every prompt tried equally often", .atMost, 0.6),
    AtlasClaim(
      "gain", "The chosen instruction answers at least 0.15 more than the first.", metric: "accuracy on fresh items",
      baseline: "the instruction at the start", .atLeast, 0.15, comparison: .difference),
    AtlasClaim(
      "pool", "It reaches at least 0.95 of the best guess.", metric: "accuracy on fresh items",
      baseline: "the best of all guesses", .atLeast, 0.95),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "even trying in the place of the bandit, and a model whose directives do nothing")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let replicates = trial.size(fast: 40, claim: 500)
    var (own, even) = (0.0, 0.0)
    for k in 0..<replicates {
      if k % 20 == 0 { try trial.step(Double(k) / Double(replicates)) }
      let random = trial.random.child("replicate", k)
      own += Self.regret(random, isEven: !isHonest) / Double(replicates)
      even += Self.regret(random, isEven: true) / Double(replicates)
    }
    var found = (chosen: 0.0, start: 0.0, best: 0.0)
    let searches = trial.size(fast: 1, claim: 8)
    for k in 0..<searches {
      try trial.step(Double(k) / Double(searches))
      let one = try await Self.search(trial.random.child("search", k), helps: isHonest)
      found.chosen += one.chosen / Double(searches)
      found.start += one.start / Double(searches)
      found.best += one.best / Double(searches)
    }
    let budget = AtlasObservation.Budget(system: 1600, baseline: 1600)
    return [
      AtlasObservation("regret", measured: max(own, 1e-6), baseline: max(even, 1e-6), budget: budget),
      AtlasObservation("gain", measured: found.chosen, baseline: found.start),
      AtlasObservation("pool", measured: isHonest ? found.chosen : found.chosen / 2, baseline: found.best),
    ]
  }

  private static func regret(_ random: RandomStream, isEven: Bool) -> Double {
    var draws = random.child("accuracies")
    // Beta(2, 3): the second smallest of four uniform numbers.
    let accuracies = (0..<50).map { _ in (0..<4).map { _ in draws.uniform() }.sorted()[1] }
    var bandit = PromptBandit(count: 50), stream = random.child("trying"), turn = 0
    for _ in 0..<20 {
      let chosen = isEven ? (0..<16).map { (turn + $0) % 50 } : bandit.next(16, &stream)
      turn += 16
      for arm in chosen {
        bandit.tell(arm, scores: (0..<5).map { _ in stream.uniform() < accuracies[arm] ? 1 : 0 })
      }
    }
    return (accuracies.max() ?? 0) - accuracies[bandit.best ?? 0]
  }

  /// True accuracies of the chosen instruction, of the first, and of the best that was guessed.
  private static func search(
    _ random: RandomStream, helps: Bool
  ) async throws -> (chosen: Double, start: Double, best: Double) {
    var stream = random
    let items = (0..<60).map {
      SimulatedModel.Item("Question number \($0)?", "answer \($0)", difficulty: stream.uniform(-0.5, 0.5))
    }
    let directives = (0..<8).map { k in
      SimulatedModel.Directive(
        "Rule \(k) holds.", weight: !helps ? 0 : k % 2 == 0 ? stream.uniform(0.4, 1) : -stream.uniform(0.2, 0.8))
    }
    let model = SimulatedModel(items: items, directives: directives, seed: stream.next())
    let examples = items.prefix(40).map { TaskExample($0.question, $0.answer) }
    let task = PromptTask(
      "{instruction} {input}", model: model, advisor: ModelAdvisor(model), selection: examples)
    let start = "Answer the question."
    let program = task.program([
      try WorkflowParameter("instruction", .text(limit: 2000), start: .text(start))
    ])
    var method = InstructionInduction()
    method.proposals = 30
    method.items = 20
    let run = try Run(program, by: method, asking: task, seed: stream.next())
    while try await run.step() {}
    func accuracy(_ instruction: String) -> Double {
      items.suffix(20).reduce(0) { $0 + model.probability($1, in: "\(instruction) \($1.question)") } / 20
    }
    let chosen = run.report.point["instruction"]?.text ?? ""
    return (accuracy(chosen), accuracy(start), run.state.pool.map(accuracy).max() ?? 0)
  }
}
