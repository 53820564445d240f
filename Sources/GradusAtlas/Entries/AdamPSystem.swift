// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics

/// AdamP and SGDP beside Adam and momentum on weights whose length does not matter.
///
///     regression   f = mean over batch and m = 8 outputs of (⟨wₖ/|wₖ|, x⟩ − ⟨w*ₖ, x⟩)²,   xⱼ = zⱼ/√j,  z normal, 32 features
///
/// 500 steps on fresh batches of 32 with a rate that falls to zero: the one with which the baseline ends lowest on
/// development seeds, for both sides. The loss at the end is that of the whole distribution. With noise in the targets a
/// growing length works as a falling rate, and plain momentum ends lower: targets here are without noise.
///
/// The pictures are the shapes of the laboratory in a batch-normalized network of two stages, 200 steps of batches of 32,
/// AdamP and Adam with the best of four rates for each. The firing rate is measured by the test of the rule itself
/// (`ScaleInvariance`) on the parameters and gradient of every step.
public struct AdamPSystem: AtlasEntry {
  public static let system = "AdamP / SGDP"
  public static let home = "AdamP, SGDP, ScaleInvariance"
  public static let scale = AtlasScale(
    paper: "13 tasks: ImageNet, COCO, retrieval, WikiText, audio; a regression with normalized weights",
    here: "a regression with 256 normalized weights; a batch-normalized network of two stages on 16 × 16 pictures")
  public static let claims = [
    AtlasClaim(
      "sgdp length", "On normalized weights their length under SGDP ends at most half of that under momentum.",
      metric: "|θ|/|θ₀|", baseline: "momentum with the same rate", .atMost, 0.5),
    AtlasClaim(
      "adamp length", "Under AdamP it ends at most 0.85 of that under Adam.", metric: "|θ|/|θ₀|",
      baseline: "Adam with the same rate", .atMost, 0.85),
    AtlasClaim(
      "sgdp loss", "SGDP ends no higher than momentum.", metric: "loss of the distribution",
      baseline: "momentum with the same rate", .atMost, 1),
    AtlasClaim(
      "adamp loss", "AdamP ends no higher than Adam.", metric: "loss of the distribution",
      baseline: "Adam with the same rate", .atMost, 1),
    AtlasClaim(
      "fires", "On normalized layers of a network for pictures the projection fires at nine steps of ten or more.",
      metric: "share of the steps, of the layer with the smallest", .atLeast, 0.9, comparison: .value,
      requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "last layer", "On the last layer, whose length matters, it never fires.", metric: "share of the steps", .atMost,
      0, comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "accuracy", "There AdamP is not less accurate than Adam by more than half a point.",
      metric: "share of held-out pictures named right", baseline: "Adam with its own best rate", .atLeast, -0.005,
      comparison: .difference, isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried: "on the last layer the published test passes by chance at one step in six: its gradient is often nearly "
      + "orthogonal to the layer as a whole, |cos| < 0.1/√256, though its length matters")
  public static let saboteur = AtlasSaboteur.crippled(
    "a projection that never fires; for the last layer one that always does, for the accuracy a thousandth of the rate")

  public init() {}

  private static let momentumRates = [0.1, 0.3, 1.0, 3.0, 10.0]
  private static let adamRates = [0.003, 0.01, 0.03, 0.1, 0.3]
  private static let pictureRates = [0.001, 0.003, 0.01, 0.03]

  /// The rates of the regression, best for the baselines, and of the pictures, best for each.
  public struct Tuned: Sendable {
    var momentum = 1.0
    var adam = 0.01
    var projectedPictures = 0.003
    var pictures = 0.003
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    tuned.momentum = try await AtlasTuning.best(of: Self.momentumRates, repeats: 2, on: trial) { rate, random in
      Self.regression(Self.momentum(rate), trial, random).loss
    }.candidate
    tuned.adam = try await AtlasTuning.best(of: Self.adamRates, repeats: 2, on: trial) { rate, random in
      Self.regression(Self.adam(rate), trial, random).loss
    }.candidate
    let task = try Pictures(trial, trial.random.child("pictures"))
    tuned.projectedPictures = try await AtlasTuning.best(of: Self.pictureRates, repeats: 1, on: trial) {
      try task.train(Self.adamp($0), trial, $1).loss
    }.candidate
    tuned.pictures = try await AtlasTuning.best(of: Self.pictureRates, repeats: 1, on: trial) {
      try task.train(Self.adam($0), trial, $1).loss
    }.candidate
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isWhole = subject == .system
    var sgdp = SGDP()
    (sgdp.rate, sgdp.decay, sgdp.threshold) = (tuned.momentum, 0, isWhole ? 0.1 : 0)
    var adamp = Self.adamp(tuned.adam)
    adamp.threshold = isWhole ? 0.1 : 0
    let ours = (Self.regression(sgdp, trial, trial.random), Self.regression(adamp, trial, trial.random))
    let theirs = (
      Self.regression(Self.momentum(tuned.momentum), trial, trial.random),
      Self.regression(Self.adam(tuned.adam), trial, trial.random)
    )
    try trial.step(0.1)
    let task = try Pictures(trial, trial.random.child("pictures"))
    let random = trial.random.child("training")
    var watched = Self.adamp(tuned.projectedPictures * (isWhole ? 1 : 1e-3))
    watched.threshold = isWhole ? 0.1 : 0
    let projected = try task.train(
      watched, trial, random, watching: watched.invariance, ScaleInvariance(threshold: isWhole ? 0.1 : 1e6))
    let plain = try task.train(Self.adam(tuned.pictures), trial, random)
    return [
      AtlasObservation("sgdp length", measured: ours.0.length, baseline: theirs.0.length),
      AtlasObservation("adamp length", measured: ours.1.length, baseline: theirs.1.length),
      AtlasObservation("sgdp loss", measured: ours.0.loss, baseline: theirs.0.loss),
      AtlasObservation("adamp loss", measured: ours.1.loss, baseline: theirs.1.loss),
      AtlasObservation("fires", measured: projected.normalized),
      AtlasObservation("last layer", measured: projected.last),
      AtlasObservation("accuracy", measured: projected.accuracy, baseline: plain.accuracy),
    ]
  }

  private static func momentum(_ rate: Double) -> SGD {
    var rule = SGD()
    rule.rate = rate
    return rule
  }

  private static func adam(_ rate: Double) -> Adam {
    var rule = Adam()
    rule.rate = rate
    return rule
  }

  private static func adamp(_ rate: Double) -> AdamP {
    var rule = AdamP()
    (rule.rate, rule.decay) = (rate, 0)
    return rule
  }
}

extension AdamPSystem {
  /// The growth of the weights of the regression, and its loss at the end.
  private static func regression(
    _ rule: some UpdateRule, _ trial: AtlasTrial, _ random: RandomStream
  ) -> (length: Double, loss: Double) {
    let (m, d, batch, steps) = (8, 32, 32, trial.size(fast: 200, claim: 500))
    var random = random.child("regression")
    let scales = (1...d).map { 1 / Double($0).squareRoot() }
    let truth = (0..<m).map { _ in unit(random.normals(d).elements) }
    let start = (0..<m * d).map { _ in Float(random.normal() / Double(d).squareRoot()) }
    let layout = Layout([("weight", [m, d])])
    var (point, memory) = (start, rule.start(layout))
    for t in 1...steps {
      let rows = (0..<m).map { k in unit(point[k * d..<(k + 1) * d].map(Double.init)) }
      let lengths = (0..<m).map { k in length(point[k * d..<(k + 1) * d].map(Double.init)) }
      var slopes = [[Double]](repeating: [Double](repeating: 0, count: d), count: m)
      for _ in 0..<batch {
        let x = scales.map { $0 * random.normal() }
        for k in 0..<m {
          let miss = inner(rows[k], x) - inner(truth[k], x)
          for j in 0..<d { slopes[k][j] += 2 * miss * x[j] / Double(batch * m) }
        }
      }
      // What is left of the slope beside the weights, for w/|w| does not move along them.
      let gradient = (0..<m).flatMap { k in
        let along = inner(slopes[k], rows[k])
        return (0..<d).map { Float((slopes[k][$0] - along * rows[k][$0]) / lengths[k]) }
      }
      var place = point
      var span = place.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &memory, layout: layout,
        context: StepContext(step: t, rateFactor: 1 - Double(t - 1) / Double(steps)))
      point = place
    }
    var loss = 0.0
    for k in 0..<m {
      let row = unit(point[k * d..<(k + 1) * d].map(Double.init))
      for j in 0..<d {
        let miss = scales[j] * (row[j] - truth[k][j])
        loss += miss * miss / Double(m)
      }
    }
    return (length(point.map(Double.init)) / length(start.map(Double.init)), loss)
  }

  private static func inner(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func length(_ x: [Double]) -> Double { inner(x, x).squareRoot() }

  private static func unit(_ x: [Double]) -> [Double] {
    let length = length(x)
    return x.map { $0 / length }
  }
}

/// The shapes, and a batch-normalized network for them.
private struct Pictures {
  let model = ConvolutionalNetwork(side: 16, channels: [6, 12], hidden: 32, classes: 8)
  let learned: LearningData
  let held: LearningData

  init(_ trial: AtlasTrial, _ random: RandomStream) throws {
    learned = try RenderedShapes(count: trial.size(fast: 512, claim: 2048), stream: random.child("learned")).data()
    held = try RenderedShapes(count: trial.size(fast: 256, claim: 1024), stream: random.child("held out")).data()
  }

  /// What a training came to, and how often the test passed.
  struct Outcome {
    /// Of held-out pictures.
    var loss: Double
    var accuracy: Double
    /// Of the normalized layer with the smallest share of steps, and of the last layer.
    var normalized = 1.0
    var last = 0.0
  }

  /// Trains with a rate that falls to zero; the tests look at every step, one at the normalized layers, one at the last.
  func train(
    _ rule: some UpdateRule, _ trial: AtlasTrial, _ random: RandomStream, watching test: ScaleInvariance? = nil,
    _ testOfLast: ScaleInvariance? = nil
  ) throws -> Outcome {
    let steps = trial.size(fast: 40, claim: 200)
    let trainer = Trainer(
      rule, batchSize: 32, steps: steps, schedule: Schedule(peak: 1, shape: .linear, steps: steps))
    let oracle = NetworkLoss(model, on: learned)
    var state = trainer.start(oracle.problem(random.child("parameters")), random: random.child("order"))
    let layout = model.layout
    let stages = layout.slots.indices.filter {
      layout.slots[$0].name.hasPrefix("stage") && layout.slots[$0].shape.count > 1
    }
    let last = layout.slots.firstIndex { $0.name == "output.weight" }
    var (fired, firedLast) = ([Int](repeating: 0, count: stages.count), 0)
    while let question = trainer.ask(&state) {
      try trial.step(0.1 + 0.8 * Double(state.step) / Double(steps))
      let answer = try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
      guard let answer else { break }
      let (θ, g) = (question.point.elements, answer.gradient.elements)
      if let test {
        let views = test.views(of: θ.span, gradient: g.span, layout: layout)
        for (k, stage) in stages.enumerated() where views[stage] != .none { fired[k] += 1 }
      }
      if let testOfLast, let last {
        if testOfLast.views(of: θ.span, gradient: g.span, layout: layout)[last] != .none { firedLast += 1 }
      }
      trainer.tell(&state, answer, to: question)
    }
    let evaluation = try NetworkLoss(model, on: held).evaluation(
      at: state.parameters, statistics: oracle.statistics(at: state.parameters))
    return Outcome(
      loss: evaluation.loss, accuracy: evaluation.accuracy,
      normalized: Double(fired.min() ?? 0) / Double(steps), last: Double(firedLast) / Double(steps))
  }
}
