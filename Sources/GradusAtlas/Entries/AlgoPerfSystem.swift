// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import GradusStudy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The benchmark of training algorithms as a whole: targets, studies, scores.
///
///     8 workloads × (4 references × 11 trainings + 5 submissions × 5 studies × 5 rates)
///     submissions   adamw, nadamw, adabelief, momentum, Nesterov's momentum;   the rate is what a study tunes
///
/// Every seed is a whole benchmark. That Adam's family ranks above momentum is asked of 1,000 resamples of the studies, for
/// each of the three against momentum; the smallest share counts. What the score promises is asked of random tables
/// of times: 200 a seed, with misses.
public struct AlgoPerfSystem: AtlasEntry {
  public static let system = "AlgoPerf"
  public static let home = "RuleComparison, PerformanceProfiles, RepeatedStudies, WorkloadLaboratory"
  public static let scale = AtlasScale(
    paper: "eight workloads from ResNet-50 to a speech transformer on eight accelerators",
    here: "eight workloads of 60 to 400 steps on two cores (fast: two workloads, two studies of two rates)")
  public static let claims = [
    AtlasClaim(
      "minutes", "The benchmark ends within two minutes on two cores.", metric: "half of the processor's seconds",
      .atMost, 120,
      comparison: .value, requirement: .everySeed, isTimed: true),
    AtlasClaim(
      "reproducible", "With another number of threads every training is the same to the bit.",
      metric: "trainings of two workloads that differ", .atMost, 0, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "ranking", "Tuned rules of Adam's family rank above momentum in at least 90 % of the resamples of studies.",
      metric: "share of 1,000 resamples, the smallest over AdamW, NAdamW and AdaBelief", .atLeast, 0.9,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "slower", "Who is fastest nowhere changes nothing about the others.", metric: "tables with other scores",
      .atMost, 0, comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "doubled", "Twice the time moves a profile by exactly a factor of two.", metric: "tables where it does not",
      .atMost, 0, comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "missed", "A missed target is an infinite time, and so is that of a workload whose held-out variant was missed.",
      metric: "tables where it is not", .atMost, 0, comparison: .value, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried:
      "each of the three rules of Adam's family against momentum, the rate tuned alone: the smallest of their shares is "
      + "0.76 to 0.93, above 0.9 on one seed of five; the benchmark itself takes 20 s and keeps every promise")
  public static let saboteur = AtlasSaboteur.crippled(
    "the ranking upside down, the repetition with another seed, misses counted as the last step, three times the time "
      + "in the place of twice, somebody fast in the place of somebody slow, and the time of ten thousand such benchmarks"
  )

  private let turn = AtlasTurn()

  public init() {}

  private static let submissions = [
    "adamw", "nadamw", "adabelief", "sgd,momentum=0.9", "sgd,momentum=0.9,nesterov=true",
  ]

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let comparison = try Self.comparison(trial)
    var random = trial.random.child("seed")
    let seed = random.next()
    let (outcome, again, seconds) = try await turn.take {
      // The processor's time of both threads: what else the machine does is not counted.
      let began = clock()
      let outcome = try await comparison.run(trial, threads: 2, seed: seed)
      let seconds = 0.5 * Double(clock() - began) / Double(CLOCKS_PER_SEC)
      var part = comparison
      part.workloads = Array(comparison.workloads.prefix(2))
      let again = try await part.run(trial, threads: 1, seed: isHonest ? seed : seed &+ 1)
      return (outcome, again, seconds)
    }
    let pairs = outcome.trials.indices.flatMap { c in
      zip(outcome.trials[c].prefix(2).joined().joined(), again.trials[c].joined().joined())
    }
    let shares = (0..<3).map { c in
      let share = outcome.studies.shareOfResamples(where: c, beats: 3, stream: trial.random.child("resamples", c))
      return isHonest ? share : 1 - share
    }
    var tables = trial.random.child("tables")
    let counts = (0..<200).map { _ in Self.broken(&tables, isHonest) }
    return [
      AtlasObservation("minutes", measured: isHonest ? seconds : 1e4 * seconds),
      AtlasObservation("reproducible", measured: Double(pairs.count { $0 != $1 })),
      AtlasObservation("ranking", measured: shares.min() ?? 0),
      AtlasObservation("slower", measured: Double(counts.count { $0.slower })),
      AtlasObservation("doubled", measured: Double(counts.count { $0.doubled })),
      AtlasObservation("missed", measured: Double(counts.count { $0.missed })),
    ]
  }

  /// Which of the promises a random table breaks.
  private static func broken(
    _ random: inout RandomStream, _ isHonest: Bool
  ) -> (slower: Bool, doubled: Bool, missed: Bool) {
    let count = 6
    let times = (0..<4).map { _ in
      (0..<count).map { _ in random.uniform() < 0.2 ? .infinity : random.uniform(1, 3) }
    }
    let scores = PerformanceProfiles(times: times).scores
    let best = (0..<count).map { w in times.reduce(Double.infinity) { min($0, $1[w]) } }

    let other = best.map { (isHonest ? 1 + random.uniform() : 0.5) * $0 }
    let more = PerformanceProfiles(times: times + [other]).scores
    let slower = Array(more.prefix(4)) != scores

    // Somebody who is fastest nowhere, so that the others' best stays what it is.
    let late = best.map { $0.isFinite ? $0 * random.uniform(1, 2) : 1 }
    let before = PerformanceProfiles(times: times + [late])
    let after = PerformanceProfiles(times: times + [late.map { (isHonest ? 2 : 3) * $0 }])
    let doubled = (0...40).contains { k in
      let ratio = 1 + Double(k) / 20
      return zip(best, late).allSatisfy { $0.0.isFinite && $0.1.isFinite }
        && after.profile(of: 4, at: 2 * ratio) != before.profile(of: 4, at: ratio)
    }

    // A miss counts as a time beyond any horizon does, and a missed variant as a miss of its base.
    let last = isHonest ? 1e9 : 3.0
    let finite = times.map { $0.map { $0.isFinite ? $0 : last } }
    let reached = PerformanceProfiles(times: times + [[Double](repeating: 3, count: count)]).scores
    let counted = PerformanceProfiles(times: finite + [[Double](repeating: 3, count: count)]).scores
    let variants = (0..<4).map { _ in (0..<count).map { _ in random.uniform() < 0.3 ? Double.infinity : 1.0 } }
    let both = zip(times, variants).map { $0 + $1 }
    let pairs = isHonest ? Dictionary(uniqueKeysWithValues: (0..<count).map { ($0 + count, $0) }) : [:]
    let credited = PerformanceProfiles(times: both, variants: pairs).scores
    let removed = zip(times, variants).map { zip($0, $1).map { $1.isFinite ? $0 : .infinity } }
    let missed = reached != counted || credited != PerformanceProfiles(times: removed).scores
    return (slower, doubled, missed)
  }

  private static func comparison(_ trial: AtlasTrial) throws -> RuleComparison {
    let all: [(name: String, batch: Int?, steps: Int)] = [
      ("logistic", nil, 100), ("factorization", nil, 400), ("perceptron", 64, 100), ("deep-tanh", nil, 100),
      ("shapes", 16, 60), ("lstm", 16, 100), ("transformer", 16, 100), ("autoencoder", nil, 100),
    ]
    let workloads = try all.prefix(trial.size(fast: 2, claim: 8)).map {
      try Workload.laboratory($0.name, batch: $0.batch, steps: trial.size(fast: 30, claim: $0.steps))
    }
    let (studies, rates) = (trial.size(fast: 2, claim: 5), trial.size(fast: 2, claim: 5))
    var comparison = RuleComparison(
      try submissions.map { try RuleContestant($0) }, on: workloads, trials: rates, studies: studies)
    if trial.effort == .fast { (comparison.referenceTrials, comparison.referenceSeeds) = (2, 1) }
    return comparison
  }
}
