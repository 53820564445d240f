// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics
import GradusProblems

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Cheap approximations of four functions asked where they tell enough, beside the functions alone; and where they tell
/// nothing.
///
///     Forrester 1, augmented Branin 2, Currin 2, Park 4;   costs 1 and 10,   in all as much as 20 answers of the function
///     beside: expected improvement on the function alone, its design tuned
///
/// A regret is what the best answer of the function lacks of the minimum, in units of what a random point lacks, and not less
/// than 10⁻⁶; of a seed the geometric mean over the functions counts.
public struct FidelityEngineering: AtlasEntry {
  public static let system = "MF-BO"
  public static let home = "multi-fidelity-bo"
  public static let scale = AtlasScale(
    paper: "a survey without measurements of its own",
    here: "four pairs of functions, 20 units of cost (fast: one pair, 12 units)")
  public static let claims = [
    AtlasClaim(
      "regret", "At equal cost the regret is at most half of that of the function alone.",
      metric: "regret, geometric mean over functions", baseline: "expected improvement on the function alone", .atMost,
      0.5),
    AtlasClaim(
      "truncated", "So it is with the linear truncated kernel.", metric: "regret, geometric mean over functions",
      baseline: "expected improvement on the function alone", .atMost, 0.5, isSecondary: true),
    AtlasClaim(
      "guard", "With noise in the place of the approximation it is at most 1.3 times as large on average.",
      metric: "regret, geometric mean over functions", baseline: "expected improvement on the function alone", .atMost,
      1.3, requirement: .share(0.5), isSecondary: true),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried:
      "over ten seeds half the regret, and not less, where both have converged below 1e-5; with noise in the place of the"
      + " approximation its answers take what the function would have had")
  public static let saboteur = AtlasSaboteur.crippled("random points at random fidelities")

  public init() {}

  public struct Tuned: Sendable {
    var alone: Int
    var joint: Int
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    let problems = try Self.problems(trial)
    func total(_ stream: RandomStream, _ spend: (FidelityPair, RandomStream) async throws -> Double) async throws
      -> Double
    {
      var sum = 0.0
      for (k, pair) in problems.enumerated() { sum += log(try await spend(pair, stream.child("problem", k))) }
      return sum
    }
    let repeats = trial.size(fast: 1, claim: 3)
    let alone = try await AtlasTuning.best(of: [0, 3, 5], repeats: repeats, on: trial) { design, stream in
      try await total(stream) { try await Self.alone($0, design: design, trial, $1) }
    }
    let joint = try await AtlasTuning.best(of: [0, 3, 5], repeats: repeats, on: trial) { design, stream in
      try await total(stream) { try await Self.joint($0, design: design, .autoregressive, false, trial, $1) }
    }
    return Tuned(alone: alone.candidate, joint: joint.candidate)
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var (own, truncated, deaf, single) = (0.0, 0.0, 0.0, 0.0)
    let problems = try Self.problems(trial)
    for (k, pair) in problems.enumerated() {
      try trial.step(Double(k) / Double(problems.count))
      let stream = trial.random.child("problem", k)
      single += log(try await Self.alone(pair, design: tuned.alone, trial, stream))
      guard subject == .system else {
        let blind = log(try await Self.blind(pair, trial, stream))
        (own, truncated, deaf) = (own + blind, truncated + blind, deaf + blind)
        continue
      }
      own += log(try await Self.joint(pair, design: tuned.joint, .autoregressive, false, trial, stream))
      truncated += log(try await Self.joint(pair, design: tuned.joint, .truncated, false, trial, stream))
      deaf += log(try await Self.joint(pair, design: tuned.joint, .autoregressive, true, trial, stream))
    }
    let n = Double(problems.count)
    let cost = Self.cost(trial)
    let budget = AtlasObservation.Budget(system: cost, baseline: cost)
    return [("regret", own), ("truncated", truncated), ("guard", deaf)].map { key, sum in
      AtlasObservation(key, measured: exp(sum / n), baseline: exp(single / n), budget: budget)
    }
  }

  private static func cost(_ trial: AtlasTrial) -> Double { trial.size(fast: 12, claim: 20) }

  private static func problems(_ trial: AtlasTrial) throws -> [FidelityPair] {
    let names = ["forrester", "augmented-branin", "currin", "park"]
    return try names.prefix(trial.size(fast: 1, claim: 4)).map { try FidelityPair($0, trial.random) }
  }

  /// A function with its approximation, and how large its values are.
  private struct FidelityPair: Sendable {
    let problem: SearchProblem
    let oracle: any FidelityOracle<Vector>
    let least: Double
    let unit: Double

    init(_ name: String, _ stream: RandomStream) throws {
      let named = try ProblemLibrary.problem(named: name)
      guard let problem = named.form(SearchProblem.self), let oracle = named.oracle as? any FidelityOracle<Vector>,
        let values = named.oracle as? any ZerothOrderOracle<Vector>, let least = named.optimum.value
      else { throw AtlasFault("\(name) has no fidelities") }
      self.problem = problem
      self.oracle = oracle
      self.least = least
      var random = RandomStream(seed: 1).child("unit")
      var sum = 0.0
      for _ in 0..<500 { sum += (try values.immediateValue(at: problem.space.sample(&random)) ?? least) - least }
      unit = sum / 500
    }

    func regret(_ value: Double?) -> Double { value.map { max(($0 - least) / unit, 1e-6) } ?? 1 }
  }

  private static func alone(
    _ pair: FidelityPair, design: Int, _ trial: AtlasTrial, _ stream: RandomStream
  ) async throws -> Double {
    var method = BayesianOptimization()
    method.design = design
    var problem = pair.problem
    problem.fidelities = []
    problem.budget = Int(cost(trial))
    var state = try method.start(problem, random: stream.child("alone"))
    for _ in 0..<Int(cost(trial)) {
      guard let question = method.ask(&state) else { break }
      let answer = try await pair.oracle.value(at: question.point, fidelity: 1)
      method.tell(&state, Outcomes(objectives: [answer.value]), to: question)
      try trial.step(0.3)
    }
    return pair.regret(method.report(state).value)
  }

  /// `isDeaf`: the approximation is a standard normal number for every question.
  private static func joint(
    _ pair: FidelityPair, design: Int, _ relation: FidelityKernel, _ isDeaf: Bool, _ trial: AtlasTrial,
    _ stream: RandomStream
  ) async throws -> Double {
    var method = MultiFidelityOptimization()
    (method.design, method.relation) = (design, relation)
    var noise = stream.child("noise")
    var state = try method.start(pair.problem, random: stream.child("joint"))
    var spent = 0.0
    while let question = method.ask(&state) {
      var answer = try await pair.oracle.value(at: question.point, fidelity: question.fidelity)
      if isDeaf, question.fidelity < 1 { answer.value = pair.unit * noise.normal() }
      spent += answer.cost
      // What would go beyond the budget is not answered.
      if spent > cost(trial) + 1e-9 { break }
      method.tell(&state, answer, to: question)
      try trial.step(0.6)
    }
    return pair.regret(method.report(state).value)
  }

  private static func blind(
    _ pair: FidelityPair, _ trial: AtlasTrial, _ stream: RandomStream
  ) async throws -> Double {
    var random = stream.child("blind")
    var (spent, best): (Double, Double?) = (0, nil)
    while spent + 1 <= cost(trial) {
      let isFull = random.uniform() < 0.5
      let answer = try await pair.oracle.value(at: pair.problem.space.sample(&random), fidelity: isFull ? 1 : 0.5)
      spent += answer.cost
      if isFull { best = min(best ?? .infinity, answer.value) }
    }
    return pair.regret(best)
  }
}
