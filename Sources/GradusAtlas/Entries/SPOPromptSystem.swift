// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// A prompt improved by comparing answers, by a judge that is right with 0.7 and prefers what stands in front by 0.15.
///
///     a simulated model with 8 directives of which six help;   10 rounds on three questions, four comparisons each
///     beside: the prompt at the start;  the same in a fixed order;  instructions guessed and tried on 50 labeled items each, until they
///     answer as many fresh items
///
/// The double proves that votes are counted as they should be; it proves nothing about language models.
public struct SPOPromptSystem: AtlasEntry {
  public static let system = "spo-prompt"
  public static let home = "PairwisePromptSearch"
  public static let scale = AtlasScale(
    paper: "Claude-3.5-Sonnet and GPT-4o-mini on GPQA, MATH, BBH, MT-Bench and others",
    here: "a simulated model and judge, 50 items to choose by and 50 fresh ones")
  public static let claims = [
    AtlasClaim(
      "gain", "After ten rounds at least 0.20 more fresh items are answered than with the prompt at the start.",
      metric: "accuracy on fresh items", baseline: "the prompt at the start", .atLeast, 0.2, comparison: .difference),
    AtlasClaim(
      "swaps", "In a fixed order it is worse by at least 0.05.", metric: "accuracy on fresh items",
      baseline: "the old prompt always in front", .atLeast, 0.05, comparison: .difference),
    AtlasClaim(
      "calls", "It runs and judges at most a tenth of what a search by labels runs until it answers as many.",
      metric: "answers and judgements", baseline: "runs of a search with 50 labeled items a prompt", .atMost, 0.1),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("a judge that looks at the place alone, and no order by chance")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let tasks = trial.size(fast: 8, claim: 40), searches = trial.size(fast: 1, claim: 4)
    var (before, own, fixed, calls) = (0.0, 0.0, 0.0, 0.0)
    for k in 0..<tasks {
      try trial.step(Double(k) / Double(tasks))
      let world = World(trial.random.child("task", k), judges: isHonest ? 0.7 : 0.5)
      let found = try await world.compared(swaps: isHonest)
      before += world.accuracy(World.start) / Double(tasks)
      own += found.accuracy / Double(tasks)
      calls += found.calls / Double(tasks)
      fixed += try await world.compared(swaps: false).accuracy / Double(tasks)
    }
    var labeled = 0.0
    for k in 0..<searches {
      try trial.step(0.9)
      let world = World(trial.random.child("task", k), judges: 0.7)
      labeled += try await world.labeled(until: own) / Double(searches)
    }
    return [
      AtlasObservation("gain", measured: own, baseline: before),
      AtlasObservation("swaps", measured: own, baseline: fixed),
      AtlasObservation("calls", measured: isHonest ? calls : labeled, baseline: labeled),
    ]
  }

  /// A simulated model with its items.
  struct World: Sendable {
    static let start = "Answer the question."
    let model: SimulatedModel
    let seed: UInt64

    init(_ random: RandomStream, judges: Double) {
      var stream = random
      let items = (0..<100).map {
        SimulatedModel.Item("Question number \($0)?", "answer \($0).", difficulty: stream.uniform(-0.5, 0.5))
      }
      let directives = (0..<8).map { k in
        SimulatedModel.Directive(
          "Rule \(k) holds.", weight: k < 6 ? stream.uniform(0.6, 1.2) : -stream.uniform(0.6, 1.2))
      }
      var rates = SimulatedModel.Rates()
      (rates.invents, rates.judges) = (0.7, judges)
      model = SimulatedModel(items: items, directives: directives, rates: rates, seed: stream.next())
      seed = stream.next()
    }

    private var task: PromptTask {
      PromptTask(
        "{instruction} {input}", model: model, advisor: ModelAdvisor(model),
        selection: model.items.prefix(50).map { TaskExample($0.question, $0.answer) })
    }

    private func program(_ task: PromptTask) throws -> LanguageProgram {
      task.program(
        [try WorkflowParameter("instruction", .text(limit: 2000), start: .text(Self.start))],
        purpose: "Answer every question correctly.")
    }

    func accuracy(_ instruction: String) -> Double {
      model.items.suffix(50).reduce(0) { $0 + model.probability($1, in: "\(instruction) \($1.question)") } / 50
    }

    func compared(swaps: Bool) async throws -> (accuracy: Double, calls: Double) {
      let task = task
      var method = PairwisePromptSearch()
      method.swaps = swaps
      let run = try Run(try program(task), by: method, asking: task, seed: seed)
      while try await run.step() {}
      let judged = run.state.rounds.reduce(0) { $0 + $1.wins + $1.losses + $1.unclear }
      return (accuracy(run.report.point["instruction"]?.text ?? ""), Double(run.state.executions + judged))
    }

    /// Runs until the instruction with the best mean answers so many fresh items, at the end of a round of trying.
    func labeled(until wanted: Double) async throws -> Double {
      let task = task
      var method = InstructionInduction()
      method.items = 50
      let run = try Run(try program(task), by: method, asking: task, seed: seed)
      var runs = 0.0, tried = 0
      while let question = try run.ask()?.question {
        guard case .run(_, let items, _) = question else {
          guard try await run.step() else { break }
          continue
        }
        runs += Double(items.count)
        tried += 1
        guard try await run.step() else { break }
        let round = max(1, Int((Double(run.state.pool.count) * method.share).rounded()))
        if tried % round == 0, accuracy(run.report.point["instruction"]?.text ?? "") >= wanted { break }
      }
      return runs
    }
  }
}
