// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GradusBlackBox
import GradusCore
import GradusNumerics

/// Expected improvement for noisy answers and the knowledge gradient, beside the improvement on the best answer heard.
///
///     Hartmann's function in 6 dimensions, answers with noise N(0, 0.25²): 10 points of a Sobol sequence and 50 more
///     Branin's function without noise: 40 points
///
/// Everybody recommends the point with the best posterior mean among those asked about, random search as well: its points are
/// told to the same process. True regret is that of the recommended point. A seed makes 10 runs of each rule; what is compared
/// are medians over the runs. The answers of a run have the same noise for every rule, in the order they come.
public struct BayesianToolkit: AtlasEntry {
  public static let system = "BO toolkit"
  public static let home = "bayesian-optimization"
  public static let scale = AtlasScale(
    paper: "a tutorial without a figure of its own; fewer than 20 dimensions, evaluations of minutes to hours",
    here: "10 runs a seed of 60 noisy answers in 6 dimensions, and of 40 exact ones in 2 (fast: 2 runs of 20 and 25)")
  public static let claims = [
    AtlasClaim(
      "noisy improvement",
      "Expected improvement for noisy answers ends with at most 0.7 of the regret of the plain one.",
      metric: "median true regret", baseline: "expected improvement on the best answer heard", .atMost, 0.7),
    AtlasClaim(
      "knowledge gradient", "The knowledge gradient ends with at most 0.7 of the regret of the plain improvement.",
      metric: "median true regret", baseline: "expected improvement on the best answer heard", .atMost, 0.7),
    AtlasClaim(
      "noisy improvement, random", "Expected improvement for noisy answers ends with at most 0.4 of random search's.",
      metric: "median true regret", baseline: "random search, same recommendation", .atMost, 0.4),
    AtlasClaim(
      "knowledge gradient, random", "The knowledge gradient ends with at most 0.4 of the regret of random search.",
      metric: "median true regret", baseline: "random search, same recommendation", .atMost, 0.4),
    AtlasClaim(
      "branin", "Without noise 40 answers end within 0.01 of the minimum in at least 9 runs of 10.",
      metric: "share of runs", baseline: "random search", .atLeast, 0.9, comparison: .value, requirement: .share(0.8),
      isSecondary: true),
  ]
  public static let standing = AtlasStanding.doesNotHold(
    tried:
      "Every second question near the best point (medians of seeds scatter more), and a prior that expects more noise.")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let runs = trial.size(fast: 2, claim: 10)
    let rules: [AcquisitionRule?] = [.noisyImprovement, .knowledgeGradient, .plugIn, nil]
    var regrets = [[Double]](repeating: [], count: rules.count)
    var hits = [0.0, 0.0]
    for k in 0..<runs {
      let stream = trial.random.child("run", k)
      for (i, rule) in rules.enumerated() {
        regrets[i].append(try Self.hartmann(rule, trial, stream))
        try trial.step((Double(k) + Double(i) / 5) / Double(runs))
      }
      for (i, isRandom) in [false, true].enumerated() where try Self.branin(isRandom, trial, stream) <= 0.01 {
        hits[i] += 1
      }
    }
    let medians = regrets.map(Median.of)
    let answers = Double(Self.answers(trial))
    let budget = AtlasObservation.Budget(system: answers, baseline: answers)
    return [
      AtlasObservation("noisy improvement", measured: medians[0], baseline: medians[2], budget: budget),
      AtlasObservation("knowledge gradient", measured: medians[1], baseline: medians[2], budget: budget),
      AtlasObservation("noisy improvement, random", measured: medians[0], baseline: medians[3], budget: budget),
      AtlasObservation("knowledge gradient, random", measured: medians[1], baseline: medians[3], budget: budget),
      AtlasObservation("branin", measured: hits[0] / Double(runs), baseline: hits[1] / Double(runs)),
    ]
  }

  private static func answers(_ trial: AtlasTrial) -> Int { trial.size(fast: 20, claim: 60) }

  /// True regret of what is recommended under noise; without a rule the points are random.
  private static func hartmann(
    _ rule: AcquisitionRule?, _ trial: AtlasTrial, _ stream: RandomStream
  ) throws -> Double {
    let cube = Box(lower: .zeros(6), upper: Vector(repeating: 1, count: 6))
    let problem = SearchProblem(try SearchSpace(cube), isNoisy: true, budget: answers(trial))
    var noise = stream.child("noise")
    let point = try search(problem, rule, design: 10, trial, stream) { Self.hartmann($0) + 0.25 * noise.normal() }
    return max(hartmann(point) + 3.322368011415515, 1e-12)
  }

  /// How far the best of 40 points is from the minimum.
  private static func branin(_ isRandom: Bool, _ trial: AtlasTrial, _ stream: RandomStream) throws -> Double {
    let problem = SearchProblem(
      try SearchSpace(Box(lower: [-5, 0], upper: [10, 15])), budget: trial.size(fast: 25, claim: 40))
    let point = try search(
      problem, isRandom ? nil : .expectedImprovement, design: 6, trial, stream.child("branin")
    ) { Self.branin($0) }
    return branin(point) - 0.39788735772973816
  }

  /// The recommendation after all answers.
  private static func search(
    _ problem: SearchProblem, _ rule: AcquisitionRule?, design: Int, _ trial: AtlasTrial, _ stream: RandomStream,
    _ answer: (Vector) -> Double
  ) throws -> Vector {
    var method = BayesianOptimization()
    method.design = design
    // Every question goes by the rule that is compared.
    method.local = 0
    if let rule { method.acquisition = rule }
    var state = try method.start(problem, random: stream.child("method"))
    var random = stream.child("random")
    for _ in 0..<(problem.budget ?? 0) {
      let question = rule == nil ? EvaluateAll(point: problem.space.sample(&random)) : method.ask(&state)
      guard let question else { break }
      method.tell(&state, Outcomes(objectives: [answer(question.point)]), to: question)
      try trial.step(0)
    }
    return method.recommend(state).point
  }

  private static func hartmann(_ x: Vector) -> Double {
    let a: [[Double]] = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ]
    let p: [[Double]] = [
      [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
      [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
    ]
    var sum = 0.0
    for (k, weight) in [1.0, 1.2, 3.0, 3.2].enumerated() {
      let exponent = x.indices.reduce(0) { $0 + a[k][$1] * (x[$1] - 1e-4 * p[k][$1]) * (x[$1] - 1e-4 * p[k][$1]) }
      sum -= weight * exp(-exponent)
    }
    return sum
  }

  private static func branin(_ x: Vector) -> Double {
    let first = x[1] - 5.1 / (4 * .pi * .pi) * x[0] * x[0] + 5 / .pi * x[0] - 6
    return first * first + 10 * (1 - 1 / (8 * .pi)) * cos(x[0]) + 10
  }
}
