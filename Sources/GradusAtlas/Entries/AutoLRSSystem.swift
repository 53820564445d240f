// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusStudy

/// A training that searches for its learning rate while it runs, beside constant rates.
///
///     perceptron 64-128-128-10 on inputs xₖ = zₖ/k with a teacher's labels, batches of 64, every observation once
///     momentum 0.9;   range [10⁻³, 1];   stages of 200, 400, 800 … steps, ten trials of a tenth of a stage
///     constant rates   10⁻³, 10⁻², 10⁻¹, 1 with as many training steps; a lost training counts with its first loss
///
/// What is compared is the held-out loss after 1,400 training steps. The trials are 1,400 steps more, which is what the method
/// costs. Forecasts are those of the ten trials of the second stage; each is held against the held-out loss of a training
/// that goes on from there for the whole stage at the rate of the trial.
public struct AutoLRSSystem: AtlasEntry {
  public static let system = "AutoLRS"
  public static let home = "AutoRateTrainer, RateSearch, LossForecast"
  public static let scale = AtlasScale(
    paper: "ResNet-50 on ImageNet, a transformer on translation, BERT",
    here: "a perceptron of 26,000 parameters, 1,400 steps (fast: 150)")
  public static let claims = [
    AtlasClaim(
      "best", "It ends at most at 1.1 of the best constant rate of four.", metric: "held-out loss",
      baseline: "best of four constant rates", .atMost, 1.1, requirement: .share(0.6)),
    AtlasClaim(
      "average", "It ends at most at 0.97 of the mean of the four.", metric: "held-out loss",
      baseline: "mean of four constant rates", .atMost, 0.97, requirement: .share(0.6)),
    AtlasClaim(
      "forecast", "Forecasts rank the candidates of a stage as their trainings end.",
      metric: "rank correlation of forecast and held-out loss", .atLeast, 0.6, comparison: .value,
      requirement: .share(0.6), isSecondary: true),
    AtlasClaim(
      "restored", "Without the trials the same rates give the same parameters to the bit.",
      metric: "parameters that differ", .atMost, 0, comparison: .value, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried: "trials judged by 1,024 observations that are not learned from, sixteen times a trial: forecasts rank the "
      + "candidates worse than with the losses of minibatches, and the training ends higher")
  public static let saboteur = AtlasSaboteur.crippled(
    "the range ends at 0.0011, the number of a trial stands for its forecast, and rates are off by a thousandth"
  )

  public init() {}

  private static let rates = [1e-3, 1e-2, 1e-1, 1]

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let (first, steps) = trial.size(fast: (50, 150), claim: (200, 1400))
    let task = PowerLawTask(stream: trial.random.child("task"))
    let model = Perceptron(widths: [64, 128, 128, 10])
    let oracle = NetworkLoss(model, on: try task.data(64 * steps, from: 2048))
    let held = NetworkLoss(model, on: try task.data(2048))
    let problem = oracle.problem(trial.random.child("parameters"))
    var rule = SGD()
    (rule.rate, rule.momentum) = (1, 0.9)
    let lab = Laboratory(trainer: Trainer(rule, batchSize: 64, steps: steps), oracle: oracle, held: held, trial: trial)
    let order = trial.random.child("training")

    let search = RateSearch(lowest: 1e-3, highest: isHonest ? 1 : 1.1e-3, firstStage: first)
    let auto = AutoRateTrainer(lab.trainer, search: search)
    var state = auto.start(problem, random: order)
    while let question = auto.ask(&state) {
      try trial.step(0.3)
      guard let answer = try lab.answer(question) else { break }
      auto.tell(&state, answer, to: question)
    }
    let loss = try lab.loss(state.training)
    let start = try lab.loss(lab.trainer.start(problem, random: order))

    let constant = try Self.rates.map { rate in
      var state = lab.trainer.start(problem, random: order)
      try lab.advance(&state, by: steps, rate: rate)
      let loss = try lab.loss(state)
      return loss.isFinite ? min(loss, start) : start
    }

    var plain = lab.trainer.start(problem, random: order)
    let stages = state.rates
    for (k, stage) in stages.enumerated() {
      let end = k + 1 < stages.count ? stages[k + 1].step - 1 : steps
      try lab.advance(&plain, by: end - plain.step, rate: stage.rate * (isHonest ? 1 : 1.001))
    }
    let differing = zip(plain.parameters.elements, state.training.parameters.elements).count {
      $0.bitPattern != $1.bitPattern
    }

    var begin = lab.trainer.start(problem, random: order)
    if let rate = stages.first?.rate { try lab.advance(&begin, by: first, rate: rate) }
    let correlation = try lab.correlation(from: begin, stage: 2 * first, isHonest)
    let budget = AtlasObservation.Budget(system: Double(steps), baseline: Double(steps))
    return [
      AtlasObservation("best", measured: loss, baseline: constant.min(), budget: budget),
      AtlasObservation("average", measured: loss, baseline: constant.reduce(0, +) / 4, budget: budget),
      AtlasObservation("forecast", measured: correlation),
      AtlasObservation("restored", measured: Double(differing)),
    ]
  }

  /// Trainings that can be continued from any state.
  private struct Laboratory {
    let trainer: Trainer<SGD>
    let oracle: NetworkLoss<Perceptron>
    let held: NetworkLoss<Perceptron>
    let trial: AtlasTrial

    func answer(_ question: MinibatchGradient<Buffer<Float>>) throws -> Linearization<Buffer<Float>>? {
      try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
    }

    func loss(_ state: Trainer<SGD>.State) throws -> Double {
      try held.immediateValue(at: state.parameters) ?? .infinity
    }

    /// So many steps more at one rate; the losses of the batches.
    @discardableResult
    func advance(_ state: inout Trainer<SGD>.State, by steps: Int, rate: Double) throws -> [Double] {
      var losses: [Double] = []
      while losses.count < steps, let question = trainer.ask(&state) {
        try trial.step(0.6)
        guard let answer = try answer(question) else { break }
        losses.append(answer.value)
        trainer.tell(&state, answer, to: question, rateFactor: rate)
      }
      return losses
    }

    /// Between the forecasts of a stage's trials and how its trainings end.
    func correlation(from begin: Trainer<SGD>.State, stage: Int, _ isHonest: Bool) throws -> Double {
      var search = RateSearch(lowest: 1e-3, highest: 1, firstStage: stage)
      for _ in 0..<search.candidates {
        var state = begin
        let part = search.next(remaining: stage)
        let losses = try advance(&state, by: part.steps, rate: part.rate)
        search.tell(losses)
      }
      let ends = try search.forecasts.map { candidate in
        var state = begin
        try advance(&state, by: stage, rate: candidate.rate)
        let loss = try loss(state)
        return loss.isFinite ? loss : 1e6
      }
      let told = search.forecasts.map(\.loss)
      return RankStatistics.spearman(isHonest ? told : told.indices.map(Double.init), ends) ?? 0
    }
  }
}
