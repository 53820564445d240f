// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusLinearAlgebra
import GradusNumerics

/// Products with inverse Fisher matrices: against a dense solve, in pruning, by the clock, and as a preconditioner.
///
/// Both algorithms meet the same 16 random gradients of 300 numbers and a vector, with λ = 10⁻³; the dense matrix is factored.
///
/// Pruned is the perceptron 64-128-128-10 of the laboratory after 800 steps of Adam: 70 % of its weights, without any
/// training. M-FAC takes eight rounds with 128 gradients of single observations each, with targets that the model draws, and
/// corrects the weights that stay by the constrained minimum of its quadratic model; magnitude pruning takes the smallest of
/// all weights or of each tensor. Two settings of each are tried on development seeds. What is lost is accuracy on held-out
/// observations. In one round with 512 gradients M-FAC lost about twice as much.
///
/// Times are those of products with 16 gradients of 512 to 4,096 numbers, all of them in the same cache: from one cache to the
/// next seconds grow faster than numbers.
///
/// The optimizer has a window of 32 on softmax regression with a power-law spectrum, eight settings of it and of momentum,
/// with a constant rate; steps are those to the held-out loss at which momentum ends.
public struct MFACSystem: AtlasEntry {
  public static let system = "M-FAC"
  public static let home = "InverseFisher, SlidingFisher, MFAC, OptimalBrainSurgeon"
  public static let scale = AtlasScale(
    paper: "pruning of ResNet-50 and MobileNet on ImageNet; training of ResNets and BERT with 1,024 gradients",
    here: "300 numbers; a perceptron with 25,856 weights and 8 × 128 gradients (fast: 8 × 32); softmax regression")
  public static let claims = [
    AtlasClaim(
      "dense", "Both algorithms agree with a dense solve to 10⁻⁸.",
      metric: "largest difference relative to the solution, d = 300, m = 16", .atMost, 1e-8, comparison: .value,
      requirement: .everySeed),
    AtlasClaim(
      "pruning",
      "Pruned to 70 % without training, a perceptron loses at most half the accuracy that magnitude pruning loses.",
      metric: "share of held-out observations",
      baseline: "the smaller loss of magnitude pruning, of all or each tensor",
      .atMost, 0.5),
    AtlasClaim(
      "linear", "The time of a product grows like the number of parameters.",
      metric: "distance from 1 of the exponent of seconds in d", .atMost, 0.15, comparison: .value,
      requirement: .everySeed, isSecondary: true, isTimed: true),
    AtlasClaim(
      "optimizer", "With a sliding window it needs fewer steps than momentum on ill-conditioned regression.",
      metric: "steps to where momentum ends", baseline: "momentum, its own best rate", .atMost, 1, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "twice the damping; magnitude pruning; a dense matrix; a thousandth of the rate")

  public init() {}

  private static let dampings = [1e-6, 1e-4]
  private static let momentumRates = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
  private static let slidingSettings = [0.1, 0.3, 1.0, 3.0].flatMap { rate in
    [1e-4, 1e-2].map { Sliding(rate: rate, damping: $0) }
  }

  /// Rate and damping of the optimizer.
  struct Sliding: Sendable {
    var rate: Double
    var damping: Double
  }

  /// What development seeds chose.
  public struct Tuned: Sendable {
    var damping = 1e-6
    var eachTensor = false
    var momentum = 1.0
    var sliding = Sliding(rate: 1, damping: 1e-3)
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    let task = try PruningTask(trial, trial.random.child("pruning"))
    tuned.damping = try await AtlasTuning.best(of: Self.dampings, repeats: 1, on: trial) { damping, _ in
      try task.lostWithCorrection(damping, trial)
    }.candidate
    tuned.eachTensor = try await AtlasTuning.best(of: [false, true], repeats: 1, on: trial) { each, _ in
      try task.lostByMagnitude(eachTensor: each)
    }.candidate
    tuned.momentum = try await AtlasTuning.best(of: Self.momentumRates, repeats: 1, on: trial) {
      try Self.regression(Self.momentum($0), trial, $1).loss
    }.candidate
    tuned.sliding = try await AtlasTuning.best(of: Self.slidingSettings, repeats: 1, on: trial) {
      try Self.regression(Self.sliding($0), trial, $1).loss
    }.candidate
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isWhole = subject == .system
    let dense = try Self.difference(trial.random.child("dense"), isWhole ? 1e-3 : 2e-3)
    try trial.step(0.05)
    let task = try PruningTask(trial, trial.random.child("pruning"))
    let byMagnitude = try task.lostByMagnitude(eachTensor: tuned.eachTensor)
    let corrected = isWhole ? try task.lostWithCorrection(tuned.damping, trial) : byMagnitude
    try trial.step(0.6)
    let exponent = Self.exponent(trial.random.child("times"), isDense: !isWhole)
    try trial.step(0.7)
    let random = trial.random.child("regression")
    var sliding = tuned.sliding
    if !isWhole { sliding.rate *= 1e-3 }
    let momentum = try Self.regression(Self.momentum(tuned.momentum), trial, random)
    let ours = try Self.regression(Self.sliding(sliding), trial, random)
    let all = Double(momentum.looks.last?.step ?? 1)
    return [
      AtlasObservation("dense", measured: dense),
      AtlasObservation("pruning", measured: max(corrected, 0), baseline: max(byMagnitude, 0)),
      AtlasObservation("linear", measured: abs(exponent - 1)),
      AtlasObservation("optimizer", measured: min(ours.steps(until: momentum.loss), all), baseline: all),
    ]
  }

  /// The larger of both algorithms' differences from a dense solve. Gradients have exact single precision, so that both see
  /// the same numbers.
  private static func difference(_ random: RandomStream, _ damping: Double) throws -> Double {
    let (d, m) = (300, 16)
    var random = random
    let gradients = (0..<m).map { _ in Vector(random.normals(d).elements.map { Double(Float($0)) }) }
    let x = random.normals(d)
    var matrix = 1e-3 * Matrix.identity(d)
    for g in gradients {
      for j in 0..<d {
        for i in 0..<d { matrix[i, j] += g[i] * g[j] / Double(m) }
      }
    }
    let wanted = try Cholesky(matrix).solve(x)
    let recursion = InverseFisher(gradients, damping: damping).times(x)
    var window = SlidingFisher(count: d, window: m, damping: damping)
    for g in gradients {
      let single = g.elements.map { Float($0) }
      window.insert(single.span)
    }
    return max((recursion - wanted).norm, (try window.times(x) - wanted).norm) / wanted.norm
  }

  private static func momentum(_ rate: Double) -> SGD {
    var rule = SGD()
    rule.rate = rate
    return rule
  }

  private static func sliding(_ settings: Sliding) -> MFAC {
    var rule = MFAC()
    (rule.rate, rule.damping) = (settings.rate, settings.damping)
    return rule
  }

  private static func regression(
    _ rule: some UpdateRule, _ trial: AtlasTrial, _ random: RandomStream
  ) throws -> TrainingCurve {
    guard let workload = try WorkloadLaboratory.workload(named: "logistic", seed: 0) else {
      preconditionFailure("the laboratory has no workload 'logistic'")
    }
    return try workload.train(
      rule, steps: trial.size(fast: 60, claim: 300), stream: random, looks: 30,
      proceed: {
        try trial.step(0.8); return true
      })
  }
}

extension MFACSystem {
  /// The slope of the logarithm of seconds over that of d: products with 16 gradients, or with a dense matrix.
  private static func exponent(_ random: RandomStream, isDense: Bool) -> Double {
    var random = random
    var points: [(x: Double, y: Double)] = []
    for d in [512, 1024, 2048, 4096] {
      let x = random.normals(d)
      let seconds: Double
      if isDense {
        let rows = [Vector](repeating: x, count: d / 4)
        seconds = least(1) { rows.reduce(0) { $0 + $1.inner(x) } }
      } else {
        let operation = InverseFisher((0..<16).map { _ in random.normals(d) }, damping: 1)
        seconds = least(50) { operation.times(x)[0] }
      }
      points.append((AtlasClaim.logarithm(Double(d)), AtlasClaim.logarithm(seconds)))
    }
    let n = Double(points.count)
    let (mx, my) = (points.reduce(0) { $0 + $1.x } / n, points.reduce(0) { $0 + $1.y } / n)
    return points.reduce(0) { $0 + ($1.x - mx) * ($1.y - my) } / points.reduce(0) { $0 + ($1.x - mx) * ($1.x - mx) }
  }

  /// The shortest of fifteen, in seconds of this thread for so many calls.
  private static func least(_ calls: Int, _ body: () -> Double) -> Double {
    var (shortest, sum) = (Double.infinity, 0.0)
    for _ in 0..<15 {
      let began = ThreadSeconds.now
      for _ in 0..<calls { sum += body() }
      shortest = min(shortest, ThreadSeconds.now - began)
    }
    // What is computed is looked at, so that it is computed.
    return sum.isFinite ? shortest : .nan
  }
}

/// A trained perceptron, and what it loses when most of its weights are taken away.
private struct PruningTask {
  let learned: NetworkLoss<Perceptron>
  let held: NetworkLoss<Perceptron>
  let point: Buffer<Float>
  let accuracy: Double
  let random: RandomStream

  init(_ trial: AtlasTrial, _ random: RandomStream) throws {
    let task = PowerLawTask(stream: random.child("task"))
    let model = Perceptron(widths: [64, 128, 128, 10])
    let count = trial.size(fast: 1024, claim: 4096)
    learned = NetworkLoss(model, on: try task.data(count))
    held = NetworkLoss(model, on: try task.data(2048, from: count))
    self.random = random
    var rule = Adam()
    rule.rate = 0.01
    let steps = trial.size(fast: 150, claim: 800)
    let trainer = Trainer(
      rule, batchSize: 128, steps: steps, schedule: Schedule(peak: 1, shape: .linear, steps: steps))
    var state = trainer.start(learned.problem(random.child("parameters")), random: random.child("order"))
    while let question = trainer.ask(&state) {
      try trial.step(0.1)
      let answer = try learned.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
      guard let answer else { break }
      trainer.tell(&state, answer, to: question)
    }
    point = state.parameters
    accuracy = try held.evaluation(at: point).accuracy
  }

  func lostByMagnitude(eachTensor: Bool) throws -> Double {
    let pruned = PrunedParameters.byMagnitude(point, to: 0.7, layout: learned.model.layout, eachTensor: eachTensor)
    return accuracy - (try held.evaluation(at: pruned.parameters).accuracy)
  }

  func lostWithCorrection(_ damping: Double, _ trial: AtlasTrial) throws -> Double {
    var order = random.child("rows")
    let rows = Array(order.permutation(learned.data.count).prefix(trial.size(fast: 256, claim: 1024)))
    try trial.step(0.3)
    let pruned = try OptimalBrainSurgeon.pruned(
      learned, at: point, to: 0.7, rounds: 8, fittedTo: rows, damping: damping, drawing: random.child("targets"))
    return accuracy - (try held.evaluation(at: pruned.parameters).accuracy)
  }
}
