// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusPrograms

/// Functions written by parts, and chosen by what most versions do.
///
///     choice:  10 versions right with 0.2, 10 inputs; wrong ones are right on half of them and else, with 0.3, wrong together;
///              tests by the advisor are right with 0.6
///     whole:   tasks of eight functions on three levels, a simulated coder that writes a statement right with 0.92
///
/// The coder is a double: it shows that the search spends its calls well, and nothing about language models.
public struct FunCoderSystem: AtlasEntry {
  public static let system = "funcoder"
  public static let home = "FunCoder, FunctionalConsensus"
  public static let scale = AtlasScale(
    paper: "HumanEval, MBPP, xCodeEval, MATH with five models",
    here: "drawn outputs; 20 composed tasks a seed, simulated coder")
  public static let claims = [
    AtlasClaim(
      "consensus", "Where a version is right, functional consensus chooses one at least 95 % of the time.",
      metric: "share of right choices", .atLeast, 0.95, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "tests", "That is at least 0.10 more than by tests of the advisor.", metric: "share of right choices",
      baseline: "most tests passed", .atLeast, 0.10, comparison: .difference),
    AtlasClaim(
      "cluster", "And at least 0.10 more than by the largest set of versions that do the same.",
      metric: "share of right choices", baseline: "largest cluster", .atLeast, 0.10, comparison: .difference),
    AtlasClaim(
      "whole", "Composed tasks are solved at least 0.25 more often than at once with as many calls.",
      metric: "share of tasks that pass hidden tests", baseline: "whole programs, chosen by the same consensus",
      .atLeast,
      0.25, comparison: .difference),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("a version is chosen at random, and nothing is divided")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let simulator = ConsensusSimulator(right: 0.2)
    let drawn = simulator.success(draws: trial.size(fast: 150, claim: 1500), trial.random.child("outputs"))
    // At random: 0.2 of the versions are right, where any is.
    let chosen = isHonest ? drawn.consensus : 0.2 / (1 - 0.1073741824) + 1e-6 * drawn.cluster
    var (divided, whole, calls) = (0.0, 0.0, 0.0)
    let tasks = trial.size(fast: 2, claim: 20)
    for k in 0..<tasks {
      try trial.step(Double(k) / Double(tasks))
      let random = trial.random.child("task", k)
      let one = try await Self.written(divides: isHonest, calls: trial.size(fast: 40, claim: 80), random)
      let other = try await Self.written(divides: false, calls: one.calls, random)
      divided += one.isRight ? 1 : 0
      whole += other.isRight ? 1 : 0
      calls += Double(one.calls)
    }
    return [
      AtlasObservation("consensus", measured: chosen),
      AtlasObservation("tests", measured: chosen, baseline: drawn.selfTests),
      AtlasObservation("cluster", measured: chosen, baseline: drawn.cluster),
      AtlasObservation(
        "whole", measured: divided / Double(tasks), baseline: whole / Double(tasks),
        budget: AtlasObservation.Budget(system: calls, baseline: calls)),
    ]
  }

  /// Whether what was written passes hidden tests, and how often the coder was asked. Not divided, all calls but that for inputs are
  /// whole programs.
  private static func written(divides: Bool, calls: Int, _ random: RandomStream) async throws -> (
    isRight: Bool, calls: Int
  ) {
    let sketch = try CodingSketch.random(depth: 3, random)
    let task = try sketch.task(examples: 0, random)
    var method = FunCoder()
    method.divides = divides
    if !divides { method.samples = max(1, calls - 1) }
    let run = try Run(task, by: method, asking: CodingOracle(advisor: SimulatedCoder(sketch, rate: 0.92)), seed: 1)
    while try await run.step() {}
    let hidden = try sketch.tests(30, random.child("hidden"))
    return (hidden.outcome(of: run.report.point).isPassed, run.state.consultations)
  }
}
