// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A training a batch at a time by an update rule: a `Trainer`, or something around one that asks for more gradients than
/// it takes steps.
public protocol BatchTrainer: OptimizationMethod
where
  Problem == Training, Point == Buffer<Float>, Question == MinibatchGradient<Buffer<Float>>, State: TrainerState
{
  /// What the rate of the rule is multiplied by at each step; nil: 1.
  var schedule: Schedule? { get }
  /// The state at the start of the problem, which every training has.
  func start(_ problem: Training, random: RandomStream) -> State
  /// The diagonal of the curvature that the rule wants before the next gradient; nil where it wants none or has heard it.
  func askCurvature(_ state: inout State) -> MinibatchCurvature<Buffer<Float>>?
  /// Hands an estimate to the rule.
  func hear(_ state: inout State, _ diagonal: consuming Buffer<Float>)
  /// The signals that the rule wants before its next step; nil where it wants none or has heard them.
  func askSignals(_ s: inout State) -> MinibatchSignals<Buffer<Float>>?
  /// Hands signals to the rule.
  func hear(_ s: inout State, _ signals: [ProductSignals])
}

extension BatchTrainer {
  /// None.
  public func askSignals(_ s: inout State) -> MinibatchSignals<Buffer<Float>>? { nil }
  /// Nothing was asked.
  public func hear(_ s: inout State, _ signals: [ProductSignals]) {}
}

/// What changes in such a training.
public protocol TrainerState: Sendable, Codable {
  /// The rule that the training steps by.
  associatedtype Rule: UpdateRule
  /// The training after the last step that counts: without trials, and without what lies between two gradients of a step.
  var settled: Trainer<Rule>.State { get }
  /// The factor of the rule's rate where it was found on the way; nil (the default) where schedules say all of it.
  var foundFactor: Double? { get }
}

extension TrainerState {
  public var foundFactor: Double? { nil }
}

extension Trainer: BatchTrainer {
  /// Those of the batch whose gradient is asked next.
  public func askSignals(_ s: inout State) -> MinibatchSignals<Buffer<Float>>? {
    guard s.claim == nil, s.step < steps, s.signalStep != s.step, rule.wantsSignals(at: s.step - s.skipped + 1) else {
      return nil
    }
    let batch = s.batch ?? s.order.next()
    s.batch = batch
    return MinibatchSignals(point: s.parameters, rows: batch, stream: s.stream.child("signals", s.step))
  }

  public func hear(_ s: inout State, _ signals: [ProductSignals]) {
    s.signalStep = s.step
    let layout = s.layout
    rule.hear(signals, state: &s.memory, layout: layout)
  }
}

extension Trainer.State: TrainerState {
  /// Itself.
  public var settled: Trainer<Rule>.State { self }
}

extension SharpnessAwareTrainer: BatchTrainer {
  public var schedule: Schedule? { trainer.schedule }

  /// At θ, before the first of the two gradients.
  public func askCurvature(_ s: inout State) -> MinibatchCurvature<Buffer<Float>>? {
    s.neighbor == nil ? trainer.askCurvature(&s.training) : nil
  }

  public func hear(_ s: inout State, _ diagonal: consuming Buffer<Float>) { trainer.hear(&s.training, diagonal) }
}

extension SharpnessAwareTrainer.State: TrainerState {
  /// The training as it stood before the step whose first gradient was taken.
  public var settled: Trainer<Rule>.State { training }
}
