// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusFirstOrder
public import GradusNumerics

/// One small training task on which update rules are compared: a model, data, a batch and a number of steps.
///
/// What counts is the loss of held-out observations. Nothing of a workload is stored: data are generated from a seed, and
/// targets are reached by tuned reference rules in the same run.
public struct Workload: Sendable {
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  public let model: any Network
  public let learned: LearningData
  public let held: LearningData
  /// Observations a step.
  public let batch: Int
  /// Steps of a whole training.
  public let steps: Int
  /// The name of the workload of which this is a held-out variant; nil for one that stands for itself.
  public let base: String?

  public init(
    _ name: String, _ summary: String, model: any Network, learned: LearningData, held: LearningData, batch: Int,
    steps: Int, variantOf base: String? = nil
  ) {
    precondition(batch > 0 && steps > 0 && batch <= learned.count, "\(steps) steps of \(batch) observations")
    self.name = name
    self.summary = summary
    self.model = model
    self.learned = learned
    self.held = held
    self.batch = batch
    self.steps = steps
    self.base = base
  }

  /// Where the tensors of the model lie.
  public var layout: Layout { model.layout }
}

/// How the held-out loss of a training fell.
public struct TrainingCurve: Sendable, Codable, Hashable {
  /// The loss of held-out observations after so many steps.
  public struct Look: Sendable, Codable, Hashable {
    public var step: Int
    public var loss: Double

    public init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// In order; the first is at step 0.
  public var looks: [Look]
  /// Whether a loss or gradient became no number, or the held-out loss a thousand times that at the start.
  public var isLost: Bool
  /// The smoothed loss of minibatches at the end.
  public var learnedLoss: Double?
  /// What the rule was told of each gradient: its Euclidean norm.
  public var norms: [Double]

  public init(looks: [Look], isLost: Bool = false, learnedLoss: Double? = nil, norms: [Double] = []) {
    self.looks = looks
    self.isLost = isLost
    self.learnedLoss = learnedLoss
    self.norms = norms
  }

  /// The held-out loss at the end; infinite for a lost training.
  public var loss: Double { isLost ? .infinity : looks.last?.loss ?? .infinity }

  /// Steps until the held-out loss is at most `target`, interpolated between two looks; infinite when it never is.
  public func steps(until target: Double) -> Double {
    for (k, look) in looks.enumerated() where look.loss <= target {
      guard k > 0 else { return 1 }
      let before = looks[k - 1]
      guard before.loss.isFinite, before.loss > look.loss else { return Double(look.step) }
      let share = (before.loss - target) / (before.loss - look.loss)
      return Double(before.step) + share * Double(look.step - before.step)
    }
    return .infinity
  }
}

extension Workload {
  /// Trains from parameters and in an order drawn from `stream`.
  ///
  /// The rule's own rate is multiplied by `schedule` (peak 1); nil leaves it constant. The held-out loss is looked at
  /// `looks` times at equal distances and at the end. The training ends early once it is at most `target`. `proceed` is
  /// asked before every step; false ends the training where it is. A rule that wants to hear the curvature does.
  ///
  /// Cost: `steps` gradients of a batch and `looks` passes over the held-out observations, on one thread.
  public func train(
    _ rule: some UpdateRule, schedule: Schedule? = nil, steps: Int? = nil, stream: RandomStream, looks: Int = 12,
    until target: Double? = nil, proceed: () throws -> Bool = { true }
  ) throws -> TrainingCurve {
    try train(model, rule, schedule, steps ?? self.steps, stream, looks, target, proceed)
  }

  private func train<Model: Network, Rule: UpdateRule>(
    _ model: Model, _ rule: Rule, _ schedule: Schedule?, _ steps: Int, _ stream: RandomStream, _ looks: Int,
    _ target: Double?, _ proceed: () throws -> Bool
  ) throws -> TrainingCurve {
    let (oracle, watched) = (NetworkLoss(model, on: learned), NetworkLoss(model, on: held))
    let trainer = Trainer(rule, batchSize: batch, steps: steps)
    let problem = oracle.problem(stream.child("parameters"))
    var state = trainer.start(problem, random: stream.child("training"))
    var curve = TrainingCurve(looks: [])
    let every = max(1, steps / max(1, looks))
    func look(_ step: Int) throws -> Double {
      let loss = try watched.immediateValue(at: trainer.report(state).point) ?? .nan
      curve.looks.append(.init(step: step, loss: loss))
      return loss
    }
    let first = try look(0)
    while try proceed() {
      if let wanted = trainer.askCurvature(&state) {
        let diagonal = try oracle.immediateCurvatureDiagonal(
          at: wanted.point, of: wanted.rows, by: wanted.estimate, stream: wanted.stream)
        guard let diagonal else { break }
        trainer.hear(&state, diagonal)
      }
      guard let question = trainer.ask(&state) else { break }
      let answer = try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
      guard let answer else { break }
      let factor = schedule?.rate(at: state.step + 1) ?? 1
      trainer.tell(&state, answer, to: question, rateFactor: factor)
      if let norm = state.gradientNorm { curve.norms.append(norm) }
      if trainer.report(state).claim == .failed {
        curve.isLost = true
        break
      }
      guard state.step % every == 0 && state.step + every <= steps || state.step == steps else { continue }
      let loss = try look(state.step)
      if !(loss <= 1000 * max(first, 1e-300)) {
        curve.isLost = true
        break
      }
      if let target, loss <= target { break }
    }
    curve.learnedLoss = state.smoothedLoss
    return curve
  }
}
