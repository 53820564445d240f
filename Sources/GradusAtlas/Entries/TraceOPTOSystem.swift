// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace

/// What an advisor makes of an execution that it is shown, against values and feedback alone.
///
///     20 random programs of 3 to 6 operations, two numbers to change, feedback "got v, wanted T", ten steps
///     advisor: a double that reads the text it is shown and takes one step; beside: the same with #Code and #Others left out
///
/// The double proves that the trace carries what is needed to the right place; it proves nothing about language models.
public struct TraceOPTOSystem: AtlasEntry {
  public static let system = "trace-opto"
  public static let home = "OptoPrime"
  public static let scale = AtlasScale(
    paper: "prompts, policies, controllers and code with GPT-4",
    here: "20 arithmetic programs a seed, simulated advisor")
  public static let claims = [
    AtlasClaim(
      "gap", "After ten steps the median distance from the target is at most 5 % of that without the trace.",
      metric: "median |v − T|", baseline: "the same advisor without #Code and #Others, its step tuned", .atMost, 0.05),
    AtlasClaim(
      "subgraph", "What reaches a parameter are the nodes on a way to the output with their direct inputs.",
      metric: "share of 200 random graphs", baseline: "search of all ways", .atLeast, 1, comparison: .value,
      requirement: .everySeed),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("the trace is not shown, and the sets lack the direct inputs")

  public init() {}

  public struct Tuned: Sendable {
    var step: Double
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    let step = try await AtlasTuning.best(of: [0.03, 0.1, 0.3, 0.6, 1], repeats: 1, on: trial) { step, random in
      try await Self.median(step, showsTrace: false, random)
    }
    return Tuned(step: step.candidate)
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let random = trial.random.child("programs")
    let blind = try await Self.median(tuned.step, showsTrace: false, random)
    let own = try await Self.median(tuned.step, showsTrace: isHonest, random)
    let questions = Double(2 * Self.steps * Self.programs)
    return [
      AtlasObservation(
        "gap", measured: own, baseline: blind,
        budget: AtlasObservation.Budget(system: questions, baseline: questions)),
      AtlasObservation("subgraph", measured: Self.agreement(trial.random.child("graphs"), crippled: !isHonest)),
    ]
  }

  private static let steps = 10
  private static let programs = 20

  private static func median(_ step: Double, showsTrace: Bool, _ random: RandomStream) async throws -> Double {
    var distances: [Double] = []
    for k in 0..<programs {
      let workflow = ArithmeticWorkflow(random.child("program", k))
      let mechanic = SecantMechanic(step: step)
      let oracle = workflow.oracle(ModelAdvisor(ScriptedModel { prompt, _ in mechanic.answer(prompt) }))
      var method = OptoPrime()
      method.trace = showsTrace
      let run = try Run(try workflow.program, by: method, asking: oracle, seed: UInt64(k))
      for _ in 0...2 * steps { if try await !run.step() { break } }
      let best = run.report.point
      distances.append(workflow.distance(best["x"]?.double ?? .nan, best["y"]?.double ?? .nan))
    }
    // Below the last digit nothing is told apart.
    return max(1e-15, distances.sorted()[(programs - 1) / 2])
  }

  /// The share of random graphs on which the sets are those of a search of all ways.
  private static func agreement(_ random: RandomStream, crippled: Bool) -> Double {
    var stream = random
    var right = 0
    for _ in 0..<200 {
      let recorder = Recorder()
      let count = 4 + stream.integer(below: 27)
      var inputs: [[Int]] = []
      for node in 0..<count {
        let wanted = node < 2 ? 0 : 1 + stream.integer(below: 3)
        inputs.append((0..<wanted).map { _ in stream.integer(below: node) })
        _ =
          inputs[node].isEmpty
          ? recorder.parameter("p\(node)", 0.0).id : recorder.record("f", inputs[node], 0.0).id
      }
      let output = count - 1
      let sets = recorder.trace.causes(of: output)
      let isSame = (0..<count).filter { inputs[$0].isEmpty }.allSatisfy { parameter in
        var found = Set(sets[parameter]?.nodes ?? [])
        if crippled { found = found.filter { !inputs[$0].isEmpty } }
        return found == ways(from: parameter, to: output, inputs)
      }
      if isSame { right += 1 }
    }
    return Double(right) / 200
  }

  private static func ways(from parameter: Int, to output: Int, _ inputs: [[Int]]) -> Set<Int> {
    var comes: Set<Int> = [parameter]
    for node in inputs.indices where inputs[node].contains(where: comes.contains) { comes.insert(node) }
    var leads: Set<Int> = [output]
    for node in inputs.indices.reversed() where leads.contains(node) { leads.formUnion(inputs[node]) }
    let on = comes.intersection(leads)
    guard on.contains(output) else { return [] }
    // The inputs of the parameter itself are none; of every other node on the way they count.
    return on.reduce(into: on) { $0.formUnion(inputs[$1]) }
  }
}
