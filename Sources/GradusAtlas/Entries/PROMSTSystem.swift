// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Prompts for a planner on grids: rules of a person turn errors into advice, a score model chooses what is run.
///
///     success depends on 8 directives;   60 prompts are run, each on 20 of 40 grids
///     beside: instructions guessed and tried by a bandit, and the same tree without rules – with their best settings of development seeds
///     score model: several new prompts for each place in the tree, how many by development seeds; prompts run until as good as the tree
///     without it at its end
///
/// What counts is the success of the recommended prompt in fresh episodes. The doubles prove that advice arrives where it is needed; they
/// prove nothing about language models.
public struct PROMSTSystem: AtlasEntry {
  public static let system = "promst"
  public static let home = "GuidedPromptTree, FeedbackRule"
  public static let scale = AtlasScale(
    paper: "11 tasks – BoxNet, Warehouse, Logistics and others –, five models of the size of GPT-4",
    here: "a simulated planner and advisor on 7 × 7 grids, 60 prompts (fast: 30)")
  public static let claims = [
    AtlasClaim(
      "bandit", "It succeeds at least 0.10 more often than guessed instructions with a bandit.",
      metric: "success in fresh episodes", baseline: "guessed instructions, tuned", .atLeast, 0.1,
      comparison: .difference),
    AtlasClaim(
      "rules", "It succeeds at least 0.10 more often than without rules.", metric: "success in fresh episodes",
      baseline: "the tree that hears raw errors, tuned", .atLeast, 0.1, comparison: .difference),
    AtlasClaim(
      "model", "With the score model at most 0.7 as many prompts are run until it is as good.", metric: "prompts run",
      baseline: "prompts run without the model", .atMost, 0.7, isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried:
      "with a ridge regression on words and pairs as score model 0.69 of the prompts are run, which five seeds do not tell from"
      + " 0.7: 8, 16 or 32 new prompts for a place and a trust of 0.3 or 0.1, the best of them on six development grids"
  )
  public static let saboteur = AtlasSaboteur.crippled("no rules, and forecasts that are never trusted")

  public init() {}

  public struct Tuned: Sendable {
    var generations = 1
    var items = 20
    var children = 8
    /// Of the score model.
    var candidates = 8
    var trust = 0.3
  }

  private static func prompts(_ trial: AtlasTrial) -> Int { trial.size(fast: 30, claim: 60) }
  static let episodes = 20

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    if trial.effort == .fast { return tuned }
    let repeats = 6
    let bandits = [(3, 20), (1, 20), (1, 10), (3, 10)]
    let bandit = try await AtlasTuning.best(of: bandits, repeats: repeats, on: trial) { candidate, random in
      -(try await Self.bandit(trial, random, candidate.0, candidate.1))
    }.candidate
    (tuned.generations, tuned.items) = bandit
    tuned.children = try await AtlasTuning.best(of: [8, 4, 16], repeats: repeats, on: trial) { children, random in
      -(try await Self.tree(trial, random, hasRules: false, children: children).success)
    }.candidate
    let models = [(8, 0.3), (16, 0.3), (16, 0.1), (32, 0.1)]
    let model = try await AtlasTuning.best(
      of: models, repeats: repeats, on: trial
    ) { candidate, random in
      let goal = try await Self.tree(trial, random, hasRules: true, children: 8).success
      let found = try await Self.tree(
        trial, random, hasRules: true, children: 8, candidates: candidate.0, trust: candidate.1)
      return Double(found.count(goal))
    }.candidate
    (tuned.candidates, tuned.trust) = model
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let count = trial.size(fast: 1, claim: 10)
    var (own, guessed, raw, with, without) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for k in 0..<count {
      try trial.step(Double(k) / Double(count))
      let random = trial.random.child("grids", k)
      let plain = try await Self.tree(trial, random, hasRules: isHonest, children: 8)
      own += plain.success / Double(count)
      guessed += try await Self.bandit(trial, random, tuned.generations, tuned.items) / Double(count)
      raw += try await Self.tree(trial, random, hasRules: false, children: tuned.children).success / Double(count)
      let goal = plain.success
      let filtered = try await Self.tree(
        trial, random, hasRules: isHonest, children: 8, candidates: tuned.candidates, trust: isHonest ? tuned.trust : 2)
      with += Double(filtered.count(goal)) / Double(count)
      without += Double(Self.prompts(trial)) / Double(count)
    }
    let spent = Double(Self.prompts(trial))
    let budget = AtlasObservation.Budget(system: spent, baseline: spent)
    return [
      AtlasObservation("bandit", measured: own, baseline: guessed, budget: budget),
      AtlasObservation("rules", measured: own, baseline: raw, budget: budget),
      AtlasObservation("model", measured: with, baseline: without),
    ]
  }

  /// The success of what was recommended after each prompt that was run.
  struct Course: Sendable {
    var successes: [Double]
    var success: Double { successes.last ?? 0 }

    /// Prompts that were run until it was as good; all and one where it never was.
    func count(_ goal: Double) -> Int { (successes.firstIndex { $0 >= goal } ?? successes.count) + 1 }
  }

  private static func tree(
    _ trial: AtlasTrial, _ random: RandomStream, hasRules: Bool, children: Int, candidates: Int = 1, trust: Double = 0.3
  ) async throws -> Course {
    let task = GridWalkTask(random)
    var method = GuidedPromptTree()
    method.rules = hasRules ? GridWalkTask.rules : []
    (method.batch, method.executions) = (episodes, prompts(trial))
    (method.children, method.candidates, method.trust) = (children, candidates, trust)
    // It goes on to the end of the budget.
    method.minimumLevels = prompts(trial)
    var stream = random.child("tree")
    let run = try Run(try task.program, by: method, asking: task, seed: stream.next())
    var course = Course(successes: []), known: [String: Double] = [:]
    while try await run.step() {
      guard run.state.nodes.count > course.successes.count else { continue }
      let text = run.report.point["prompt"]?.text ?? ""
      let success = known[text] ?? task.success(text, episodes: 1000, random.child("fresh"))
      known[text] = success
      course.successes.append(success)
    }
    return course
  }

  private static func bandit(_ trial: AtlasTrial, _ random: RandomStream, _ generations: Int, _ items: Int) async throws
    -> Double
  {
    let task = GridWalkTask(random)
    var method = InstructionInduction()
    (method.proposals, method.items, method.generations) = (24, items, generations)
    let tries = prompts(trial) * episodes / items
    method.rounds = max(1, tries / 8 / generations)
    var stream = random.child("bandit")
    let run = try Run(try task.program, by: method, asking: task, seed: stream.next())
    var spent = 0
    while let question = try run.ask()?.question {
      if case .run(_, let places, _) = question {
        guard spent + places.count <= prompts(trial) * episodes else { break }
        spent += places.count
      }
      guard try await run.step() else { break }
    }
    return task.success(run.report.point["prompt"]?.text ?? "", episodes: 1000, random.child("fresh"))
  }
}
