// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusStudy

/// Rules without a learning rate beside NAdamW, each with one setting for all workloads.
///
///     six workloads;   targets by tuned references;   warm-up and cosine for everybody
///     literature    the rule's own settings, 5 % warm-up, all steps of the workload
///     calibrated    the best of 24 quasirandom (β₁, β₂, λ, warm-up, length) for all workloads; NAdamW's η as well
///
/// Calibration sees development seeds; the benchmark has three other seeds a workload and takes the median. All eleven
/// contestants are scored together. DoG is judged at the average of its points, as its authors do.
///
/// For the second comparison softmax regression, a perceptron and a deep network with tanh take 800 steps of 128 of 4,096
/// observations with linear decay, and end with the loss of these observations; Adam has its best of six rates on the test
/// seed itself.
public struct LearningRateFreeSuite: AtlasEntry {
  public static let system = "Learning-rate-free suite"
  public static let home =
    "RuleComparison, Prodigy, DAdaptAdam, DoG, DoWG, MoMoAdam, Mechanic, Mechanized, COCOB, NAdamW"
  public static let scale = AtlasScale(
    paper: "the eight AlgoPerf workloads on accelerators, 200 settings a rule",
    here:
      "six workloads of 300 and 400 steps, 24 settings a rule (fast: two workloads of 60 steps, half of the way, three settings)"
  )
  public static let claims = [
    AtlasClaim(
      "prodigy", "Calibrated Prodigy has at least 80 % of calibrated NAdamW's score.", metric: "score",
      baseline: "NAdamW, its rate calibrated as well", .atLeast, 0.8),
    AtlasClaim(
      "calibrated", "Settings of the literature score below calibrated ones for at least 4 of 5 rules.",
      metric: "rules", .atLeast, 4, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "untuned", "Prodigy at η = 1 ends within three times Adam's best of six rates on every workload.",
      metric: "loss over that of Adam, the largest of three workloads", .atMost, 3, comparison: .value,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "adam", "There Adam at 10⁻³ ends three times and more above its own best.",
      metric: "loss over that of the best rate, the smallest of three workloads", .atLeast, 3,
      comparison: .value, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried:
      "the laboratory's workloads as they are, 800 steps with linear decay and six rates: there Adam at 10⁻³ ends 1.2 to "
      + "1.7 times above its own best, not three times, and Prodigy 1.4 to 3.01 times, past three on one seed of five")
  public static let saboteur = AtlasSaboteur.crippled(
    "Prodigy whose estimate begins at 100, literature and calibration exchanged, Adam at its best in the place of 10⁻³"
  )

  public init() {}

  private static let rules = ["prodigy", "dadapt-adam", "dog,average=8", "momo-adam", "mechanic"]

  /// The targets, and every rule with its setting; NAdamW is the last.
  public struct Tuned: Sendable {
    var targets: RuleComparison.Targets
    var calibrated: [RuleContestant]
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var comparison = try Self.comparison(
      trial, try Self.rules.map { try RuleContestant($0, isTuned: false) } + [RuleContestant("nadamw")])
    comparison.calibration = trial.size(fast: 3, claim: 24)
    if trial.effort == .fast { (comparison.referenceTrials, comparison.referenceSeeds) = (2, 1) }
    var random = trial.random.child("seed")
    let outcome = try await comparison.calibration(trial, seed: random.next())
    return Tuned(targets: outcome.targets, calibrated: outcome.calibrations.map(\.contestant))
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    var frozen = tuned.calibrated
    if !isHonest, var setting = frozen[0].frozen {
      setting.changes.append(.init("initial", "100"))
      frozen[0] = RuleContestant(frozen[0], frozen: setting)
    }
    let own = try Self.rules.map { try RuleContestant($0, isTuned: false) }
    var comparison = try Self.comparison(trial, frozen + own)
    (comparison.trials, comparison.studies) = (1, trial.size(fast: 1, claim: 3))
    var random = trial.random.child("seed")
    let outcome = try await comparison.run(trial, threads: 1, seed: random.next(), targets: tuned.targets)
    let scores = PerformanceProfiles(times: outcome.studies.medians).scores
    let count = Self.rules.count
    let lower = (0..<count).count { k in
      let (calibrated, literature) = (scores[k], scores[count + 1 + k])
      return isHonest ? literature < calibrated : calibrated < literature
    }
    var (worst, least) = (0.0, Double.infinity)
    for (w, workload) in try Self.learned(trial).enumerated() {
      try trial.step(0.7 + 0.1 * Double(w))
      let stream = trial.random.child("learned", w)
      let adam = try [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1].map { rate in
        var rule = Adam()
        rule.rate = rate
        return try Self.loss(rule, workload, stream, trial)
      }
      var prodigy = Prodigy()
      if !isHonest { prodigy.initial = 100 }
      let best = adam.min() ?? .infinity
      worst = max(worst, try Self.loss(prodigy, workload, stream, trial) / best)
      least = min(least, (isHonest ? adam[0] : best) / best)
    }
    let budget = AtlasObservation.Budget(system: 1, baseline: 1)
    return [
      AtlasObservation("prodigy", measured: scores[0], baseline: scores[count], budget: budget),
      AtlasObservation("calibrated", measured: Double(lower)),
      AtlasObservation("untuned", measured: worst), AtlasObservation("adam", measured: least),
    ]
  }

  private static func comparison(_ trial: AtlasTrial, _ contestants: [RuleContestant]) throws -> RuleComparison {
    let all = [
      ("logistic", 300), ("perceptron", 300), ("factorization", 400), ("deep-tanh", 300), ("transformer", 300),
      ("autoencoder", 300),
    ]
    let workloads = try all.prefix(trial.size(fast: 2, claim: 6)).map { name, steps in
      try Workload.laboratory(name, steps: trial.size(fast: 60, claim: steps))
    }
    var comparison = RuleComparison(contestants, on: workloads, shape: .cosine)
    // Half of the way, so that short trainings reach targets at all.
    if trial.effort == .fast { comparison.share = 0.5 }
    return comparison
  }

  /// Three workloads judged by the loss of what they learn from.
  private static func learned(_ trial: AtlasTrial) throws -> [Workload] {
    var random = trial.random.child("data")
    return try ["logistic", "perceptron", "deep-tanh"].map { name in
      guard let whole = try WorkloadLaboratory.workload(named: name, seed: random.next()) else {
        preconditionFailure("the laboratory has no workload '\(name)'")
      }
      return Workload(
        name, whole.summary, model: whole.model, learned: whole.learned, held: whole.learned, batch: 128,
        steps: trial.size(fast: 30, claim: 800))
    }
  }

  private static func loss(
    _ rule: some UpdateRule, _ workload: Workload, _ stream: RandomStream, _ trial: AtlasTrial
  ) throws -> Double {
    try workload.train(
      rule, schedule: Schedule(peak: 1, shape: .linear, steps: workload.steps), stream: stream, looks: 1,
      proceed: {
        try trial.step(0)
        return true
      }
    ).loss
  }
}
