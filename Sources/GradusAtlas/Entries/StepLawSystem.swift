// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusStudy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The best learning rate as a power of the size of a model and of its data, on students of a random teacher.
///
///     perceptrons 64-w-w-10,  w = 16, 32, 64, 128,   200 and 800 steps of 64 observations, each shown once
///     AdamW, 5 % warm-up, cosine to 10⁻⁵ whatever the peak;   rates 2⁻¹⁰ … 2⁻¹
///
/// N counts parameters, D observations. A cell's loss is that of held-out observations, the mean of ten trainings. The law
/// that predicts the rate of the widest model is fitted to the others.
public struct StepLawSystem: AtlasEntry {
  public static let system = "Step Law"
  public static let home = "StepLaw, StepLawFit"
  public static let scale = AtlasScale(
    paper: "3,700 language models of 60 million to 1 billion parameters and more",
    here: "eight sizes of perceptrons with 1,500 to 26,000 parameters (fast: 20 and 80 steps, six rates)")
  public static let claims = [
    AtlasClaim(
      "convex", "The loss is convex in ln η around the best rate for at least 7 of 8 sizes.",
      metric: "sizes whose parabola through the best rate and its neighbors opens upwards", .atLeast, 7,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "explained", "A power of N and D explains at least 85 % of the variance of ln η*.", metric: "R²", .atLeast, 0.85,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "exponent", "Larger models want smaller rates.", metric: "exponent of N", .atMost, -1e-9, comparison: .value,
      requirement: .everySeed),
    AtlasClaim(
      "predicted", "The rate predicted for the widest model from the others costs at most 5 %.",
      metric: "held-out loss, geometric mean over both lengths", baseline: "best rate of the grid", .atMost, 1.05,
      requirement: .everySeed),
    AtlasClaim(
      "published", "For N = 10⁹ and D = 10¹¹ the published law says η = 1.6·10⁻³ and B = 1.1 million.",
      metric: "largest relative difference", .atMost, 0.03, comparison: .value, requirement: .everySeed,
      isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("the losses of a size are handed to its rates at random")

  public init() {}

  private static let widths = [16, 32, 64, 128]

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let lengths = trial.size(fast: [20, 80], claim: [200, 800])
    let rates = (trial.size(fast: 5, claim: 0)..<10).map { exp(log(2.0) * Double($0 - 10)) }
    let repeats = trial.size(fast: 1, claim: 10)
    let task = PowerLawTask(stream: trial.random.child("task"))
    let sets = try lengths.map { try Self.data(task, 64 * $0) }
    func workload(_ w: Int, _ d: Int) -> Workload {
      Workload(
        "student", "a perceptron that learns from a teacher",
        model: Perceptron(widths: [64, Self.widths[w], Self.widths[w], 10]), learned: sets[d].learned,
        held: sets[d].held, batch: 64, steps: lengths[d])
    }
    let workloads = Self.widths.indices.map { w in lengths.indices.map { workload(w, $0) } }
    let stream = trial.random.child("training")
    let losses = try await AtlasWork.all(Self.widths.count * lengths.count * rates.count * repeats) { i in
      let (w, d) = (i / repeats / rates.count / lengths.count, i / repeats / rates.count % lengths.count)
      let rate = rates[i / repeats % rates.count]
      return try Self.loss(workloads[w][d], rate, stream.child("repeat", i % repeats), trial)
    }
    var random = trial.random.child("shuffle")
    var sizes: [StepLawFit.Size] = []
    for w in Self.widths.indices {
      for d in lengths.indices {
        let first = (w * lengths.count + d) * rates.count
        var means = rates.indices.map { r in
          losses[(first + r) * repeats..<(first + r + 1) * repeats].reduce(0, +) / Double(repeats)
        }
        if subject == .saboteur { means = random.permutation(means.count).map { means[$0] } }
        sizes.append(
          StepLawFit.Size(
            parameters: Double(workloads[w][d].layout.count), tokens: Double(64 * lengths[d]),
            trials: rates.indices.map { StepLawFit.Trial(rate: rates[$0], loss: means[$0]) }))
      }
    }
    let fit = try StepLawFit(sizes, draws: 0, stream: random)
    let narrow = try StepLawFit(Array(sizes.dropLast(lengths.count)), draws: 0, stream: random)
    var (found, best) = (0.0, 0.0)
    for d in lengths.indices {
      let size = sizes[sizes.count - lengths.count + d]
      let rate = narrow.law.rate(parameters: size.parameters, tokens: size.tokens)
      let tried = try (0..<repeats).map { k in
        try Self.loss(workloads[Self.widths.count - 1][d], rate, stream.child("repeat", k), trial)
      }
      found += log(tried.reduce(0, +) / Double(repeats))
      best += log(size.trials.map(\.loss).min() ?? .infinity)
    }
    let law = subject == .system ? StepLaw.published : fit.law
    let miss = max(
      abs(law.rate(parameters: 1e9, tokens: 1e11) / 1.6e-3 - 1), abs((law.batch(tokens: 1e11) ?? 0) / 1.1e6 - 1))
    let count = Double(lengths.count)
    return [
      AtlasObservation("convex", measured: Double(fit.minima.count { $0.isConvex })),
      AtlasObservation("explained", measured: fit.rateR2),
      AtlasObservation("exponent", measured: fit.law.rateOfParameters),
      AtlasObservation("predicted", measured: exp(found / count), baseline: exp(best / count)),
      AtlasObservation("published", measured: miss),
    ]
  }

  private static func data(_ task: PowerLawTask, _ count: Int) throws -> (learned: LearningData, held: LearningData) {
    (try task.data(count, from: 2048), try task.data(2048))
  }

  private static func loss(
    _ workload: Workload, _ rate: Double, _ stream: RandomStream, _ trial: AtlasTrial
  ) throws -> Double {
    var rule = AdamW()
    rule.rate = 1
    let schedule = Schedule(
      peak: rate, shape: .cosine, warmup: max(1, workload.steps / 20), steps: workload.steps, floor: 1e-5 / rate)
    return try workload.train(
      rule, schedule: schedule, stream: stream, looks: 1,
      proceed: {
        try trial.step(0)
        return true
      }
    ).loss
  }
}
