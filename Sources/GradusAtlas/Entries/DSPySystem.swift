// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Examples for all calls of a program, found in its own runs, against none and against the labels of the data.
///
///     query → find → query → find → answer, three simulated calls; 40 questions to choose by, 200 fresh ones
///     beside: the program as it is; with labels alone, which say nothing of the calls in the middle
///
/// The double proves that what is shown finds its call; it proves nothing about language models.
public struct DSPySystem: AtlasEntry {
  public static let system = "dspy-compile"
  public static let home = "BootstrapSearch, JointPromptSearch, Predictor"
  public static let scale = AtlasScale(
    paper: "GSM8K and HotPotQA with GPT-3.5, llama2-13b-chat and T5",
    here: "three simulated calls, at most 2,500 calls a search (fast: 60 fresh questions)")
  public static let claims = [
    AtlasClaim(
      "zero-shot", "Random search over bootstraps answers at least 0.25 more than the program as it is.",
      metric: "share of fresh questions", baseline: "no examples", .atLeast, 0.25, comparison: .difference),
    AtlasClaim(
      "labels", "It answers at least 0.10 more than with labels alone.", metric: "share of fresh questions",
      baseline: "labels of the data as examples", .atLeast, 0.1, comparison: .difference),
    AtlasClaim(
      "joint", "Instructions and examples together lose at most 0.02 with at most the same calls.",
      metric: "share of fresh questions", baseline: "random search over bootstraps", .atLeast, -0.02,
      comparison: .difference),
    AtlasClaim(
      "calls", "A search makes at most 2,500 calls.", metric: "calls", .atMost, 2500, comparison: .value,
      requirement: .everySeed),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "what was found is not shown, calls are told to be fast, and twice as many searches")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let fresh = trial.size(fast: 60, claim: 200)
    let world = try TwoHopWorld(selection: 40, fresh: fresh, trial.random)
    var seeds = trial.random.child("seeds")
    let meter = ModelMeter()
    var search = BootstrapSearch()
    search.candidates = trial.size(fast: 4, claim: 10)
    let found = try await Self.found(world, search, meter, limit: .max, seed: seeds.next())
    try trial.step(0.5)
    let calls = meter.count.calls
    let other = try await Self.found(world, JointPromptSearch(), ModelMeter(), limit: calls, seed: seeds.next())
    try trial.step(0.9)
    let labeled = ExemplarLabels.assignment(world.program)
    let random = trial.random.child("fresh")
    let shown = isHonest ? found : Self.blinded(found)
    let own = try await Self.accuracy(world, shown, fresh, random)
    let plain = try await Self.accuracy(world, world.program.start, fresh, random)
    let labels = try await Self.accuracy(world, labeled, fresh, random)
    let joint = try await Self.accuracy(world, isHonest ? other : Self.blinded(other), fresh, random)
    let best = try await Self.accuracy(world, found, fresh, random)
    let budget = AtlasObservation.Budget(system: Double(calls), baseline: Double(calls))
    return [
      AtlasObservation("zero-shot", measured: own, baseline: plain),
      AtlasObservation("labels", measured: own, baseline: labels),
      AtlasObservation("joint", measured: joint, baseline: best, budget: budget),
      AtlasObservation("calls", measured: Double(isHonest ? calls : calls + 2500)),
    ]
  }

  /// What a search recommends after at most so many calls.
  private static func found<M: OptimizationMethod>(
    _ world: TwoHopWorld, _ method: M, _ meter: ModelMeter, limit: Int, seed: UInt64
  ) async throws -> Assignment where M.Problem == LanguageProgram, M.Question == WorkflowTurn, M.Point == Assignment {
    let run = try Run(world.program, by: method, asking: world.oracle(meter), seed: seed)
    // A step is a look at all places at most.
    while meter.count.calls + 3 * world.selection <= limit, try await run.step() {}
    return run.report.point
  }

  private static func accuracy(
    _ world: TwoHopWorld, _ assignment: Assignment, _ fresh: Int, _ random: RandomStream
  ) async throws -> Double {
    let items = (0..<fresh).map { ReportingItem($0) }
    return try await world.oracle(ModelMeter()).report(assignment, on: items, stream: random).mean
  }

  /// Nothing of what was found.
  private static func blinded(_ assignment: Assignment) -> Assignment {
    var blinded = assignment
    for name in ["first", "second", "answer"] {
      blinded["\(name).demonstrations"] = .demonstrations([])
      blinded["\(name).instruction"] = .text("Answer as fast as you can.")
    }
    return blinded
  }
}

/// Labels of the data as examples, at most 16 a call.
private enum ExemplarLabels {
  static func assignment(_ program: LanguageProgram) -> Assignment {
    var assignment = program.start
    for (name, all) in program.labels { assignment[name] = .demonstrations(Array(all.prefix(16))) }
    return assignment
  }
}
