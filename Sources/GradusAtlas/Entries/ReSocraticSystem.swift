// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics

/// Demonstrations that grow step by step, and a scorer that tells right programs from wrong ones.
///
///     300 demonstrations a seed (fast: 16) in four categories: linear or not, with a table or without
///     reference: the program of the whole demonstration, run again; mutant: one mistake of each of six kinds where it bites
///     growth:    the optimum of each prefix, from the third step on
///
/// The saboteur is a scorer that compares nothing but whether a program runs, with a mutant as reference and prefixes read
/// backwards.
public struct ReSocraticSystem: AtlasEntry {
  public static let system = "OptiBench and ReSocratic"
  public static let home = "SocraticDemonstration, DemonstrationSynthesis, BenchmarkScorer, BenchmarkMutation"
  public static let scale = AtlasScale(
    paper: "605 problems, 29 000 synthetic pairs, GPT-4 as translator",
    here: "generated demonstrations, a realiser without a language model")
  public static let claims = [
    AtlasClaim(
      "reference", "Every reference program is right.", metric: "share of programs that are scored right",
      .atLeast, 1, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "mutants", "At least 98 % of the mutants are wrong.", metric: "share of mutants that are refused",
      baseline: "passing when it runs", .atLeast, 0.98, comparison: .value),
    AtlasClaim(
      "monotone", "An added constraint never improves the optimum.", metric: "share of demonstrations", .atLeast, 1,
      comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "seconds", "All of it takes at most a minute.", metric: "s", .atMost, 60, comparison: .value,
      requirement: .everySeed, isTimed: true, isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "a scorer that passes what runs, a mutant as reference, and prefixes read backwards")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let began = ContinuousClock.now
    let count = trial.size(fast: 16, claim: 300)
    let synthesis = DemonstrationSynthesis(), scorer = BenchmarkScorer(timeLimit: 5)
    let categories = SocraticDemonstration.Category.allCases
    var (right, whole, monotone, refused, stopped, mutants) = (0, 0, 0, 0, 0, 0)
    for k in 0..<count {
      try trial.step(Double(k) / Double(count))
      guard
        var found = try await synthesis.demonstration(categories[k % 4], trial.random.child("demonstration", k)),
        let item = found.item("\(k)", steps: found.demonstration.steps.count), let last = found.executions.last
      else { continue }
      whole += 1
      // The saboteur's reference is the last mutant that there is.
      var program = item.program
      for (m, mutation) in BenchmarkMutation.allCases.enumerated() {
        var stream = trial.random.child("mutant", 10 * k + m)
        guard let wrong = mutation.applied(to: found.demonstration.statement, at: last.values, &stream) else {
          continue
        }
        if !isHonest { program = wrong.text() }
        let score = try await scorer.score(item, program: wrong.text())
        mutants += 1
        refused += score.isCorrect ? 0 : 1
        stopped += score.hasRun ? 0 : 1
      }
      right += try await scorer.score(item, program: program).isCorrect ? 1 : 0
      if !isHonest { found.executions.reverse() }
      monotone += found.isMonotone ? 1 : 0
    }
    let elapsed = (ContinuousClock.now - began).components
    func share(_ part: Int, _ all: Int) -> Double { Double(part) / Double(max(1, all)) }
    let (own, other) = (share(refused, mutants), share(stopped, mutants))
    return [
      AtlasObservation("reference", measured: share(right, whole)),
      AtlasObservation("mutants", measured: isHonest ? own : other, baseline: isHonest ? other : own),
      AtlasObservation("monotone", measured: share(monotone, whole)),
      AtlasObservation("seconds", measured: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18),
    ]
  }
}
