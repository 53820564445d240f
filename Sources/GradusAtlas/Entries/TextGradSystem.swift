// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Criticism that finds its way to the prompt that it concerns, against rewriting all prompts by what was said of the end.
///
///     extract → compute → format, simulated; each prompt lacks one to three of three things;   12 new prompts are written
///     beside: the same without the way back – every prompt hears what was said of the result
///
/// Criticisms on the way back are counted apart from the twelve. The doubles prove that criticism arrives where it belongs; they
/// prove nothing about language models.
public struct TextGradSystem: AtlasEntry {
  public static let system = "textgrad"
  public static let home = "TextualGradientDescent"
  public static let scale = AtlasScale(
    paper: "GPT-4o on questions, code, prompts, molecules", here: "three simulated calls, 12 new prompts a seed")
  public static let claims = [
    AtlasClaim(
      "accuracy", "With 12 new prompts at least 0.90 of fresh items come out right.",
      metric: "share of 400 fresh items",
      baseline: "the same new prompts written by what was said of the result", .atLeast, 0.9, comparison: .value),
    AtlasClaim(
      "lead", "That is at least 0.15 more than without the way back.", metric: "share of 400 fresh items",
      baseline: "the same new prompts written by what was said of the result", .atLeast, 0.15, comparison: .difference),
    AtlasClaim(
      "edges", "There is one criticism for each call of a model and each of its inputs that a prompt leads to.",
      metric: "criticisms less such pairs", .atMost, 0, comparison: .value, requirement: .everySeed),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("nothing is known of the calls: criticism passes them as it is")

  public init() {}

  public typealias Tuned = Int

  /// How many items a step looks at, for the baseline.
  public func tune(_ trial: AtlasTrial) async throws -> Int {
    try await AtlasTuning.best(of: [2, 6, 20], repeats: 2, on: trial) { batch, random in
      -(try await Self.accuracy(knowsCalls: false, batch: batch, random))
    }.candidate
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Int, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    var (own, blind) = (0.0, 0.0)
    let pipelines = trial.size(fast: 3, claim: 30)
    for k in 0..<pipelines {
      try trial.step(Double(k) / Double(pipelines))
      let random = trial.random.child("pipeline", k)
      own += try await Self.accuracy(knowsCalls: isHonest, batch: 6, random) / Double(pipelines)
      blind += try await Self.accuracy(knowsCalls: false, batch: tuned, random) / Double(pipelines)
    }
    let budget = AtlasObservation.Budget(system: 12, baseline: 12)
    return [
      AtlasObservation("accuracy", measured: own, baseline: blind, budget: budget),
      AtlasObservation("lead", measured: own, baseline: blind, budget: budget),
      AtlasObservation(
        "edges", measured: abs(try await Self.excess(knowsCalls: isHonest, trial.random.child("edges")))),
    ]
  }

  private static func accuracy(knowsCalls: Bool, batch: Int, _ random: RandomStream) async throws -> Double {
    let pipeline = DirectivePipeline(random)
    let advisor = DirectiveAdvisor()
    var program = try pipeline.program(items: 200)
    if !knowsCalls { program.models = [] }
    var method = TextualGradientDescent()
    method.batch = batch
    // What a step does to few items is chance.
    method.keeps = false
    var stream = random
    let run = try Run(program, by: method, asking: pipeline.oracle(advisor), seed: stream.next())
    var last = program.start
    // Enough for twelve; a pipeline that is always right writes none.
    for _ in 0..<600 where advisor.changes < 12 {
      guard try await run.step() else { break }
      last = run.state.values
    }
    return pipeline.accuracy(last, items: 400)
  }

  /// Criticisms of one step less the pairs of a call and an input: 1 + 2 + 2.
  private static func excess(knowsCalls: Bool, _ random: RandomStream) async throws -> Double {
    let pipeline = DirectivePipeline(random)
    let advisor = DirectiveAdvisor(isTalkative: true)
    var program = try pipeline.program(items: 1)
    if !knowsCalls { program.models = [] }
    let run = try Run(program, by: TextualGradientDescent(), asking: pipeline.oracle(advisor), seed: 1)
    while try await run.step(), advisor.changes == 0 {}
    return Double(advisor.criticisms - 5)
  }
}
