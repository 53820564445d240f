// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics

/// Prompts searched among the words that change anything, against the same search among all words.
///
///     2,000 words, 2 % of which change the logit, half of them for the worse, and pairs that do;   32 places that differ
///     4,000 evaluations of prompts of five words on each side; of the pruned search 2,001 go to the influences
///     beside: the same genetic search with all words, its population and rates the best of several on development seeds
///
/// What counts is the expected logit of the prompt that is recommended. The double proves that pruning is worth its price where few
/// words matter; it proves nothing about language models.
public struct ClaPSSystem: AtlasEntry {
  public static let system = "claps"
  public static let home = "PrunedTokenSearch, TokenVocabulary"
  public static let scale = AtlasScale(
    paper: "Flan-T5-base and -large, Llama-2, SST-2, MNLI, XNLI and others",
    here: "four simulated vocabularies a seed, 2,000 words, 4,000 evaluations (fast: one, 600 words, 1,200 evaluations)"
  )
  public static let claims = [
    AtlasClaim(
      "reward", "The pruned search comes to at least 1.3 of the logit of the search among all words.",
      metric: "expected logit", baseline: "genetic search among all words, tuned", .atLeast, 1.3),
    AtlasClaim(
      "paper", "The same with the settings of the paper on both sides.", metric: "expected logit",
      baseline: "genetic search among all words, 128 strings", .atLeast, 1.3, isReported: true),
    AtlasClaim(
      "recall", "Pruning keeps at least 0.8 of the words that help.", metric: "share of the words with positive weight",
      baseline: "the same number of words by chance", .atLeast, 0.8, comparison: .value, requirement: .everySeed),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried:
      "the pruned search comes to 1.15 of the search among all words where both have 128 strings, to 1.27 with the population and rate"
      + " that three development vocabularies prefer; with one vocabulary a seed to 1.17, with exponential weights to 1.11"
  )
  public static let saboteur = AtlasSaboteur.crippled("the words that are kept are chosen by chance")

  public init() {}

  public struct Tuned: Sendable {
    var population = 128
    var mutation = 0.5
  }

  private static func budget(_ trial: AtlasTrial) -> Int { trial.size(fast: 1200, claim: 4000) }

  private static func words(_ trial: AtlasTrial, _ random: RandomStream) -> InfluentialVocabulary {
    InfluentialVocabulary(count: trial.size(fast: 600, claim: 2000), random: random)
  }

  /// Of the search among all words; the pruned one has the same settings.
  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var candidates: [(population: Int, mutation: Double)] = []
    for population in [32, 64, 128].prefix(trial.size(fast: 2, claim: 3)) {
      for mutation in [0.5, 0.9] { candidates.append((population, mutation)) }
    }
    let best = try await AtlasTuning.best(of: candidates, repeats: trial.size(fast: 1, claim: 3), on: trial) {
      candidate, random in
      let rules = Tuned(population: candidate.population, mutation: candidate.mutation)
      return -(try await Self.search(Self.words(trial, random), share: 0, rules, trial, random).reward)
    }.candidate
    return Tuned(population: best.population, mutation: best.mutation)
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isBlind = subject == .saboteur, count = trial.size(fast: 1, claim: 4)
    var (own, full, recall, paper, paperFull) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for k in 0..<count {
      try trial.step(Double(k) / Double(count))
      let random = trial.random.child("vocabulary", k)
      let all = Self.words(trial, random)
      let pruned = try await Self.search(all, share: 0.95, tuned, trial, random, isBlind: isBlind)
      own += max(0, pruned.reward) / Double(count)
      recall += pruned.recall / Double(count)
      full += max(0, try await Self.search(all, share: 0, tuned, trial, random).reward) / Double(count)
      let plain = Tuned()
      paper +=
        max(0, try await Self.search(all, share: 0.95, plain, trial, random, isBlind: isBlind).reward) / Double(count)
      paperFull += max(0, try await Self.search(all, share: 0, plain, trial, random).reward) / Double(count)
    }
    let spent = Double(Self.budget(trial))
    let budget = AtlasObservation.Budget(system: spent, baseline: spent)
    return [
      AtlasObservation("reward", measured: own, baseline: full, budget: budget),
      AtlasObservation("paper", measured: paper, baseline: paperFull, budget: budget),
      AtlasObservation("recall", measured: recall, baseline: 0.05),
    ]
  }

  /// The expected logit of what a search recommends, and the share of the words with positive weight that it searched.
  private static func search(
    _ all: InfluentialVocabulary, share: Double, _ rules: Tuned, _ trial: AtlasTrial, _ random: RandomStream,
    isBlind: Bool = false
  ) async throws -> (reward: Double, recall: Double) {
    var words = all.words
    if isBlind {
      var stream = random.child("blind")
      words = stream.permutation(words.count).prefix(words.count / 20).map { words[$0] }
    }
    var method = PrunedTokenSearch(try TokenVocabulary(words))
    method.percentile = isBlind ? 0 : share
    method.population = rules.population
    method.mutation = rules.mutation
    // More generations than the budget holds.
    method.epochs = budget(trial)
    var stream = random.child("search")
    let run = try Run(try all.program, by: method, asking: all, seed: stream.next())
    // What is recommended is the best of the search: all places are searched on.
    for k in 0..<budget(trial) {
      if k % 500 == 0 { try trial.step(Double(k) / Double(2 * budget(trial))) }
      guard try await run.step() else { break }
    }
    let kept = Set(run.state.survivors.map { words[$0] })
    let found = all.helpful.count { kept.contains(all.words[$0]) }
    return (
      all.reward(run.report.point["prompt"]?.text ?? ""), Double(found) / Double(max(1, all.helpful.count))
    )
  }
}
