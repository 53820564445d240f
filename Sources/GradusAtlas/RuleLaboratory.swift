// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// The two workloads on which rules are compared, with teachers, data and starts of their own for every stream.
///
///     perceptron    64-128-128-10 on inputs with a power-law spectrum, batches of 128, 800 steps
///     transformer   two layers of width 16 that say four symbols backwards, batches of 32, 300 steps
///
/// The rate falls linearly to 0. What counts is the mean loss of all observations learned from, at the end: the question is
/// how well a rule minimizes. Trainings end at very different losses from start to start: what counts of a seed is the
/// geometric mean of four of them. At the fast effort a run has fewer steps and observations, and is made once.
enum RuleLaboratory: String, CaseIterable, Sendable {
  case perceptron, transformer

  /// A training whose loss became no number, or a thousand times that of the start, counts as this one.
  static let lost = 100.0

  /// Tensors that are no maps from one hidden space to another, by parts of their names.
  var exceptions: [String] {
    switch self {
    case .perceptron: ["layer3"]
    case .transformer: ["embedding", "position", "output"]
    }
  }

  /// The workload of this stream.
  func workload(_ random: RandomStream, _ effort: AtlasEffort) throws -> Workload {
    let isWhole = effort == .claim
    let stream = random.child("data")
    switch self {
    case .perceptron:
      let data = try PowerLawTask(stream: stream).data(isWhole ? 4096 : 512)
      return Workload(
        rawValue, "power-law perceptron", model: Perceptron(widths: [64, 128, 128, 10]), learned: data, held: data,
        batch: isWhole ? 128 : 64, steps: isWhole ? 800 : 40)
    case .transformer:
      let task = SequenceTask.reverse(length: 4, symbols: 6)
      let data = try task.data(isWhole ? 2048 : 256, stream: stream)
      return Workload(
        rawValue, "four symbols backwards",
        model: TextTransformer(vocabulary: task.vocabulary, context: task.context, width: 16, layers: 2, heads: 2),
        learned: data, held: data, batch: 32, steps: isWhole ? 300 : 30)
    }
  }

  /// The loss that a rule ends with.
  func loss(_ rule: some UpdateRule, _ trial: AtlasTrial, _ random: RandomStream) throws -> Double {
    let workload = try workload(random, trial.effort)
    let trainings = trial.size(fast: 1, claim: 4)
    var product = 1.0
    for k in 0..<trainings {
      let curve = try workload.train(
        rule, schedule: Schedule(peak: 1, shape: .linear, steps: workload.steps), stream: random.child("training", k),
        looks: 1,
        proceed: {
          try trial.step(0)
          return true
        })
      product *= min(curve.loss, Self.lost)
    }
    return trainings == 4 ? product.squareRoot().squareRoot() : product
  }

  /// The best of some settings on a development stream.
  func best<Settings: Sendable>(
    of candidates: [Settings], _ trial: AtlasTrial, _ rule: (Settings) -> any UpdateRule
  ) async throws -> Settings {
    try await AtlasTuning.best(of: candidates, repeats: 1, on: trial) { settings, random in
      try loss(rule(settings), trial, random)
    }.candidate
  }
}
