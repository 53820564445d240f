// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// EXAdam beside Adam, with the default rate of both, and with the best rate of each.
///
/// Three workloads with a constant rate: softmax regression, the perceptron and the deep network on inputs with a power-law
/// spectrum. With 10⁻³ for both, EXAdam's step is about doubled, so it needs fewer steps to where Adam ends. With the best of
/// seven rates for each, found on development seeds, both end alike: that is the fair comparison, and it is claimed as well.
public struct EXAdamSystem: AtlasEntry {
  public static let system = "EXAdam"
  public static let home = "EXAdam"
  public static let scale = AtlasScale(
    paper: "a convolutional network on CIFAR-10 and a small GPT",
    here: "three workloads of the laboratory, 300 steps (fast: 120)")
  public static let claims = [
    AtlasClaim(
      "default rate", "With 10⁻³ for both, EXAdam needs at most 0.67 of Adam's steps to Adam's final loss.",
      metric: "steps, geometric mean over three workloads", baseline: "Adam with the same rate", .atMost, 0.67),
    AtlasClaim(
      "both tuned", "With the best rate of each, the losses differ by at most a factor of 1.3 either way.",
      metric: "final loss of the worse over that of the better, geometric mean over three workloads", .atMost, 1.3,
      comparison: .value, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("EXAdam with a tenth of the rate")

  public init() {}

  private static let workloads = ["logistic", "perceptron", "deep-tanh"]
  private static let rates = [3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 5e-2, 1e-1]

  /// The best rate of EXAdam and of Adam on each workload.
  public struct Tuned: Sendable {
    var ours: [Double] = []
    var theirs: [Double] = []
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    for name in Self.workloads {
      for isOurs in [true, false] {
        let best = try await AtlasTuning.best(of: Self.rates, repeats: 1, on: trial) { rate, random in
          try Self.train(name, isOurs, rate, trial, random).loss
        }.candidate
        if isOurs { tuned.ours.append(best) } else { tuned.theirs.append(best) }
      }
    }
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let crippled = subject == .system ? 1 : 0.1
    var (steps, others, factor) = (1.0, 1.0, 1.0)
    for (w, name) in Self.workloads.enumerated() {
      try trial.step(Double(w) / 3)
      let random = trial.random.child("workload", w)
      let adam = try Self.train(name, false, 1e-3, trial, random)
      let ours = try Self.train(name, true, 1e-3 * crippled, trial, random)
      let all = Double(adam.looks.last?.step ?? 1)
      steps *= min(ours.steps(until: adam.loss), all)
      others *= all
      let tunedOurs = try Self.train(name, true, tuned.ours[w] * crippled, trial, random).loss
      let tunedTheirs = try Self.train(name, false, tuned.theirs[w], trial, random).loss
      factor *= max(tunedOurs, tunedTheirs) / min(tunedOurs, tunedTheirs)
    }
    return [
      AtlasObservation("default rate", measured: Self.cubeRoot(steps), baseline: Self.cubeRoot(others)),
      AtlasObservation("both tuned", measured: Self.cubeRoot(factor)),
    ]
  }

  private static func train(
    _ name: String, _ isOurs: Bool, _ rate: Double, _ trial: AtlasTrial, _ random: RandomStream
  ) throws -> TrainingCurve {
    guard let workload = try WorkloadLaboratory.workload(named: name, seed: 0) else {
      preconditionFailure("the laboratory has no workload '\(name)'")
    }
    let steps = trial.size(fast: 120, claim: 300)
    func run(_ rule: some UpdateRule) throws -> TrainingCurve {
      try workload.train(
        rule, steps: steps, stream: random, looks: 30,
        proceed: {
          try trial.step(0); return true
        })
    }
    if isOurs {
      var rule = EXAdam()
      rule.rate = rate
      return try run(rule)
    }
    var rule = Adam()
    rule.rate = rate
    return try run(rule)
  }

  /// By Newton's method, the same on every machine.
  private static func cubeRoot(_ x: Double) -> Double {
    var y = max(1, x)
    for _ in 0..<200 { y -= (y * y * y - x) / (3 * y * y) }
    return y
  }
}
