// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics

/// Statements of twelve classes, told in words and modelled again, by doubles that make a mistake in 15 % of the descriptions and in 10 %
/// of the models: a dropped row, an altered coefficient, right-hand side or cost.
///
///     faithful    both models have the same outcome on the data and on five other data sets
///     accepted    on the data alone, as in the paper;  on the data and three other sets
///
/// The doubles prove that the comparison finds what it can find; they prove nothing about language models.
public struct OptMATHSystem: AtlasEntry {
  public static let system = "OptMATH"
  public static let home = "BidirectionalSynthesis, ProblemComparison, InstanceFamilies, InstanceTuner"
  public static let scale = AtlasScale(
    paper: "53 classes, language models of 0.5 to 72 billion parameters",
    here: "12 classes of 8 to 30 variables, doubles, 600 pairs a seed (fast: 24)")
  public static let claims = [
    AtlasClaim(
      "samples", "Of the pairs that agree on the data and on three other data sets, at least 95 % are faithful.",
      metric: "share of accepted pairs", baseline: "no rejection", .atLeast, 0.95, comparison: .value,
      requirement: .share(0.8)),
    AtlasClaim(
      "single", "Of those that agree on the data alone, at least 85 % are.", metric: "share of accepted pairs",
      baseline: "no rejection", .atLeast, 0.85, comparison: .value, requirement: .share(0.8)),
    AtlasClaim(
      "gain", "Three other data sets leave fewer wrong pairs than one.", metric: "share of accepted pairs",
      baseline: "agreement on the data alone", .atLeast, 0, comparison: .difference),
    AtlasClaim(
      "complexity", "At least 90 % of the instances are within a quarter of the wanted complexity (20, 60, 180).",
      metric: "share of instances", .atLeast, 0.9, comparison: .value, requirement: .share(0.8), isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "every pair is accepted; sizes are three times what the tuner says")

  public init() {}

  static let families = [
    "knapsack", "multidimensional-knapsack", "assignment", "transportation", "blending", "facility-location",
    "lot-sizing", "set-cover", "bin-packing", "minimum-cost-flow", "job-shop", "portfolio",
  ]

  private struct Tally {
    var accepted = 0.0
    var faithful = 0.0
    var share: Double { accepted == 0 ? 0 : faithful / accepted }

    mutating func add(_ isFaithful: Bool) {
      accepted += 1
      faithful += isFaithful ? 1 : 0
    }
  }

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let families = try Self.families.map { name in
      guard let family = InstanceFamilies.family(named: name) else { throw AtlasFault("there is no family \(name)") }
      return family
    }
    let doubles = SimulatedSynthesis(misread: 0.15, mismodelled: 0.1)
    let synthesis = BidirectionalSynthesis(samples: 3)
    let judge = ProblemComparison(samples: 5) { statement, stream in
      BidirectionalSynthesis.otherData(statement, stream)
    }
    let count = trial.size(fast: 24, claim: 600)
    var all = Tally(), single = Tally(), several = Tally()
    for k in 0..<count {
      try trial.step(0.9 * Double(k) / Double(count))
      var stream = trial.random.child("pair", k)
      let family = families[k % families.count]
      let statement = family.statement(
        size: 8 + stream.integer(below: 23), difficulty: stream.uniform(), &stream)
      let pair = try await synthesis.pair(
        statement, telling: doubles, modelling: doubles, stream: trial.random.child("answers", k))
      guard let answer = pair.answer else { continue }
      let verdict = try await judge.compare(statement, answer, trial.random.child("judge", k))
      let isFaithful =
        switch verdict {
        case .same: true
        case .different: false
        case .undecided(let agreed, _): agreed == 6
        }
      all.add(isFaithful)
      if pair.ending == .proved || pair.agreed > 0 { single.add(isFaithful) }
      if pair.isAccepted { several.add(isFaithful) }
    }
    let budget = AtlasObservation.Budget(system: Double(count), baseline: Double(count))
    return [
      AtlasObservation("samples", measured: isHonest ? several.share : all.share, baseline: all.share, budget: budget),
      AtlasObservation("single", measured: isHonest ? single.share : all.share, baseline: all.share, budget: budget),
      AtlasObservation("gain", measured: isHonest ? several.share : all.share, baseline: single.share),
      AtlasObservation("complexity", measured: try Self.near(families, trial, factor: isHonest ? 1 : 3)),
    ]
  }

  /// The share of fresh instances near their targets, over all classes and targets.
  private static func near(_ families: [any InstanceFamily], _ trial: AtlasTrial, factor: Int) throws -> Double {
    let tuner = InstanceTuner()
    let draws = trial.size(fast: 2, claim: 10)
    let targets: [Double] = trial.size(fast: [60], claim: [20, 60, 180])
    var (near, count) = (0.0, 0.0)
    for (k, family) in families.prefix(trial.size(fast: 3, claim: families.count)).enumerated() {
      for target in targets {
        try trial.step(0.9)
        var stream = trial.random.child("size", k).child("target", Int(target))
        let size = try tuner.tuned(family, target: target, &stream).size
        for _ in 0..<draws {
          let statement = family.statement(size: factor * size, difficulty: 0.5, &stream)
          let score = try tuner.complexity(statement)
          near += abs(score - target) <= 0.25 * target ? 1 : 0
          count += 1
        }
      }
    }
    return near / count
  }
}
