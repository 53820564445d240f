// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics

/// Planning requests as typed JSON, compiled to integer programs, against a planner that does not look ahead.
///
///     per seed 30 instances each: Blocksworld (3 to 5 blocks), Gripper (2 to 4 balls), tasks for three robots (fast: 3 each)
///     optimal: valid under a simulator that shares nothing with the compiler, and as short as breadth-first search says;
///              for robots the optimum of enumeration
///     assess:  a simulated model makes one error in 40 % of its representations; up to five rounds, against one
///
/// The environment that assesses is the simulator of the true problem: it stands for what carries a plan out.
public struct LLMFPSystem: AtlasEntry {
  public static let system = "LLMFP"
  public static let home = "PlanningDocument, PlanningCompiler, PlanSimulator, PlanningPipeline"
  public static let scale = AtlasScale(
    paper: "nine tasks, GPT-4o and Claude 3.5 Sonnet, SMT solver",
    here: "three generated domains, documents written by generators, HiGHS; a simulated model for assessing")
  public static let claims = [
    AtlasClaim(
      "optimal", "At least 95 % of the plans are valid and optimal.", metric: "share of instances",
      baseline: "greedy planner", .atLeast, 0.95, comparison: .value),
    AtlasClaim(
      "greedy", "Of those of a greedy planner at most 60 % are.", metric: "share of instances",
      baseline: "compiled plans", .atMost, 0.6, comparison: .value),
    AtlasClaim(
      "assess", "With a model that errs in 40 % of its representations, assessing makes it at least 80 %.",
      metric: "share of requests", baseline: "one round", .atLeast, 0.8, comparison: .value, isSecondary: true),
    AtlasClaim(
      "seconds", "The plans take at most two minutes.", metric: "s", .atMost, 120, comparison: .value,
      requirement: .everySeed, isTimed: true, isReported: true),
  ]
  public static let standing = AtlasStanding.holds

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let began = ContinuousClock.now
    let count = trial.size(fast: 3, claim: 30)
    let executor = ModelExecutor(timeLimit: 60)
    var (own, greedy) = (0, 0)
    for k in 0..<count {
      try trial.step(0.7 * Double(k) / Double(count))
      for problem in Self.problems(k, trial) {
        let search = try PlanSearch(problem), simulator = try PlanSimulator(problem)
        guard let shortest = search.shortest() else { throw AtlasFault("an instance without a plan was drawn") }
        let outcome = try await PlanningCompiler(problem).shortest(by: executor)
        if let plan = outcome.plan, simulator.run(plan).isValid, plan.count == shortest.count { own += 1 }
        if let plan = search.greedy(), simulator.run(plan).isValid, plan.count == shortest.count { greedy += 1 }
      }
      var stream = trial.random.child("allocation", k)
      let allocation = PlanningExamples.allocation(robots: 3, tasks: 5 + k % 3, &stream)
      let best = PlanningExamples.enumerated(allocation)
      let execution = try await executor.run(allocation.text())
      if let best, let found = execution.objective, abs(found - best) < 1e-6 { own += 1 }
      if let best, PlanningExamples.greedy(allocation) == best { greedy += 1 }
    }
    let elapsed = (ContinuousClock.now - began).components
    let (assessed, alone) = try await Self.assessed(trial, count: trial.size(fast: 6, claim: 40))
    let (mine, theirs) = (Double(own) / Double(3 * count), Double(greedy) / Double(3 * count))
    return [
      AtlasObservation("optimal", measured: mine, baseline: theirs),
      AtlasObservation("greedy", measured: theirs, baseline: mine),
      AtlasObservation("assess", measured: assessed, baseline: alone),
      AtlasObservation("seconds", measured: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18),
    ]
  }

  private static func problems(_ k: Int, _ trial: AtlasTrial) -> [StripsProblem] {
    var blocks = trial.random.child("blocks", k), balls = trial.random.child("balls", k)
    return [
      PlanningExamples.blocksworld(blocks: 3 + k % 3, &blocks), PlanningExamples.gripper(balls: 2 + k % 3, &balls),
    ]
  }

  /// The shares of requests that get an optimal plan, with up to five rounds and with one.
  private static func assessed(_ trial: AtlasTrial, count: Int) async throws -> (Double, Double) {
    var items: [SimulatedRepresenter.Item] = []
    for k in 0..<count {
      var stream = trial.random.child("request", k)
      let problem =
        k % 2 == 0
        ? PlanningExamples.blocksworld(blocks: 3, &stream) : PlanningExamples.gripper(balls: 2, &stream)
      items.append(.init("request \(k + 1)", problem))
    }
    var stream = trial.random.child("representer")
    let model = SimulatedRepresenter.model(items, rate: 0.4, seed: stream.next())
    var shares: [Double] = []
    for rounds in [5, 1] {
      let pipeline = PlanningPipeline(asking: model, executor: ModelExecutor(timeLimit: 20), rounds: rounds)
      var optimal = 0
      for (k, item) in items.enumerated() {
        try trial.step(0.7 + 0.15 * (Double(k) / Double(count) + Double(shares.count)))
        let simulator = try PlanSimulator(item.problem)
        let answer = try await pipeline.answer(item.request, seed: k) { simulator.run($0.plan).fault }
        let isValid = answer.objective != nil && simulator.run(answer.plan).isValid
        if isValid, answer.plan.count == (try PlanSearch(item.problem)).shortest()?.count { optimal += 1 }
      }
      shares.append(Double(optimal) / Double(count))
    }
    let (many, one) = (shares[0], shares[1])
    return (many, one)
  }
}
