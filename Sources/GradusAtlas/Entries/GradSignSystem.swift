// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor

/// GradSign as a forecast of the accuracy of small perceptrons, beside the norm of the gradient at the start.
///
/// A seed is twenty tasks, each with a teacher and 40 networks of its own: one to five hidden layers of 3 to 90, rectifiers or
/// tanh. Each network is trained for 250 steps of Adam with 3·10⁻³ and judged by its accuracy on observations it has not
/// seen. Scores are taken before, on one batch of 64 at two starts. The search draws ten times: the best of the five that score
/// highest among 30, and the best of five at random.
public struct GradSignSystem: AtlasEntry {
  public static let system = "GradSign"
  public static let home = "GradSign"
  public static let scale = AtlasScale(
    paper: "seven benchmarks of architecture search on three sets of pictures",
    here: "40 perceptrons on each of twenty tasks with a power-law spectrum (fast: 8 on each of two, 20 steps)")
  public static let claims = [
    AtlasClaim(
      "rank", "The score ranks networks as their accuracy does: Spearman's ρ, mean over twenty tasks, is above 0.1.",
      metric: "Spearman's ρ of score and accuracy", baseline: "norm of the gradient", .atLeast, 0.1,
      comparison: .value),
    AtlasClaim(
      "gradient norm", "That ρ exceeds the one of the norm of the gradient by at least 0.2.",
      metric: "Spearman's ρ of score and accuracy", baseline: "norm of the gradient", .atLeast, 0.2,
      comparison: .difference),
    AtlasClaim(
      "search", "Training the five that score highest of 30 finds a better network than training five at random.",
      metric: "best accuracy, mean of 10 draws and twenty tasks", baseline: "five at random", .atLeast, 0,
      comparison: .difference, isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried: "the search, with scores of 64 and of 128 observations, at two and at three starts")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let tasks = trial.size(fast: 2, claim: 20)
    var (rho, other, found, plain) = (0.0, 0.0, 0.0, 0.0)
    for task in 0..<tasks {
      let random = trial.random.child("task", task)
      let all = try Self.networks(trial, random) { try trial.step((Double(task) + $0) / Double(tasks)) }
      let accuracies = all.map(\.accuracy)
      rho += RankStatistics.spearman(all.map(\.score), accuracies) ?? 0
      other += RankStatistics.spearman(all.map(\.norm), accuracies) ?? 0
      var draw = random.child("search")
      for _ in 0..<10 {
        let candidates = draw.permutation(all.count).prefix(all.count * 3 / 4)
        let chosen = candidates.sorted { all[$0].score > all[$1].score }.prefix(trial.size(fast: 2, claim: 5))
        found += (chosen.map { accuracies[$0] }.max() ?? 0) / 10
        plain += (candidates.prefix(chosen.count).map { accuracies[$0] }.max() ?? 0) / 10
      }
    }
    let count = Double(tasks)
    return [
      AtlasObservation("rank", measured: rho / count, baseline: other / count),
      AtlasObservation("gradient norm", measured: rho / count, baseline: other / count),
      AtlasObservation("search", measured: found / count, baseline: plain / count),
    ]
  }

  /// One network: what is foretold of it, and what it reached.
  private struct Judged {
    var score: Double
    var norm: Double
    var accuracy: Double
  }

  private static func networks(
    _ trial: AtlasTrial, _ random: RandomStream, _ step: (Double) throws -> Void
  ) throws -> [Judged] {
    let task = PowerLawTask(width: 32, exponent: 0.5, stream: random.child("teacher"))
    let learned = try task.data(trial.size(fast: 256, claim: 2048))
    let held = try task.data(trial.size(fast: 128, claim: 1024), from: learned.count)
    var draw = random.child("networks")
    let batch = Array(draw.permutation(learned.count).prefix(trial.size(fast: 32, claim: 64)))
    let count = trial.size(fast: 8, claim: 40)
    return try (0..<count).map { k in
      try step(Double(k) / Double(count))
      let widths = [32] + (0..<1 + draw.integer(below: 5)).map { _ in 3 + draw.integer(below: 88) } + [10]
      let network = ActivePerceptron(widths: widths, activation: draw.uniform() < 0.5 ? .relu : .tanh)
      let own = random.child("network", k)
      let loss = NetworkLoss(network, on: learned)
      let score = try GradSign(starts: 2).score(loss, of: batch, stream: own.child("score"))
      let start = network.initialParameters(own.child("score").child("start", 0))
      let slope = try loss.immediateLinearization(at: start, of: batch, stream: own)?.gradient.elements ?? []
      let norm = slope.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      return Judged(
        score: score, norm: norm, accuracy: try trained(network, loss, held, trial, own))
    }
  }

  private static func trained(
    _ network: ActivePerceptron, _ loss: NetworkLoss<ActivePerceptron>, _ held: LearningData, _ trial: AtlasTrial,
    _ random: RandomStream
  ) throws -> Double {
    var adam = Adam()
    adam.rate = 3e-3
    let trainer = Trainer(adam, batchSize: 32, steps: trial.size(fast: 20, claim: 250))
    var state = trainer.start(loss.problem(random.child("parameters")), random: random.child("training"))
    while let question = trainer.ask(&state) {
      let answer = try loss.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
      guard let answer else { break }
      trainer.tell(&state, answer, to: question)
    }
    return try NetworkLoss(network, on: held).evaluation(at: state.parameters).accuracy
  }
}

/// Linear maps with any activation between them.
private struct ActivePerceptron: Network {
  var widths: [Int]
  var activation: Activation

  private func layer(_ k: Int) -> Linear {
    let gain = activation == .relu ? 2.0 : 1
    return Linear(
      widths[k - 1], widths[k], initializer: .normal((gain / Double(widths[k - 1])).squareRoot()))
  }

  var tensors: [ModelTensor] { (1..<widths.count).flatMap { layer($0).tensors("layer\($0)") } }

  func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard var h = batch.features else { preconditionFailure("a perceptron is shown features, not tokens") }
    for k in 1..<widths.count {
      h = layer(k)(h, parameters.part("layer\(k)"))
      if k + 1 < widths.count { h = activation(h) }
    }
    return h
  }
}
