// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Training that is watched on observations it does not learn from, and may end when they are predicted no better.
///
///     every k steps and at the last:   v = loss of the held-out observations at θ
///     v < v*:  θ* ← θ, v* ← v, w ← 0;   otherwise  w ← w + 1;   w = patience: end
///
/// The best parameters θ* and the wait w are part of the state: a run that was saved goes on, and ends, to the bit as one
/// that was not. What is reported is θ* with v*, an honest loss of held-out observations; before the first of them, or
/// with k = 0, what the trainer reports.
///
/// **Needs** gradients of minibatches and the loss of held-out observations. **Keeps** what the trainer keeps, and the
/// best parameters.
/// **Guarantee** none: v* is the smallest of the losses looked at, and a little too small for having been chosen.
/// **Reference** L. Prechelt, *Early stopping – but when?*, in Neural Networks: Tricks of the Trade, LNCS 1524 (1998).
public struct EarlyStopping<Base: BatchTrainer>: OptimizationMethod {
  public var trainer: Base
  /// k, steps between two looks; 0 never looks.
  public var every: Int
  /// Looks in a row without a smaller loss that end the training; 0 never ends it.
  public var patience: Int

  public init(_ trainer: Base, every: Int, patience: Int = 0) {
    precondition(every >= 0 && patience >= 0, "a look every \(every) steps, ended by \(patience) in vain")
    self.trainer = trainer
    self.every = every
    self.patience = patience
  }

  /// The best of the looks.
  public struct Best: Sendable, Codable {
    public internal(set) var step: Int
    public internal(set) var loss: Double
    public internal(set) var parameters: Buffer<Float>
  }

  /// Everything that changes.
  public struct State: Sendable, Codable {
    /// Of the trainer.
    public internal(set) var base: Base.State
    public internal(set) var best: Best?
    /// The step of the last look and its loss.
    public internal(set) var looked: Look?
    /// Looks since the best.
    public internal(set) var waited = 0
    var claim: Claim?

    /// The training after the last step that counts.
    public var training: Trainer<Base.State.Rule>.State { base.settled }

    /// One look at the held-out observations.
    public struct Look: Sendable, Codable {
      public var step: Int
      public var loss: Double
    }
  }

  /// The start of the trainer, with nothing looked at.
  public func start(_ problem: Training, random: RandomStream) -> State {
    State(base: trainer.start(problem, random: random))
  }

  /// A look when one is due, signals where the rule wants them, otherwise the next batch.
  public func ask(_ s: inout State) -> HeldOutQuestion<Buffer<Float>>? {
    guard s.claim == nil else { return nil }
    if isLookDue(s) { return .heldOut(at: trainer.report(s.base).point) }
    if let question = trainer.askSignals(&s.base) { return .signals(question) }
    if let question = trainer.askCurvature(&s.base) { return .curvature(question) }
    return trainer.ask(&s.base).map { .batch($0) }
  }

  /// Whether the next question is about the held-out observations.
  public func isLookDue(_ s: State) -> Bool {
    let training = s.training
    guard every > 0, training.step > 0, s.looked?.step != training.step else { return false }
    return training.step % every == 0 && training.claim != .failed || training.claim == .exhausted
  }

  /// A step of the trainer, signals for it, or another look.
  public func tell(
    _ s: inout State, _ answer: consuming HeldOutQuestion<Buffer<Float>>.Answer,
    to question: consuming HeldOutQuestion<Buffer<Float>>
  ) {
    switch consume answer {
    case .batch(let answer):
      // Nothing else of the question stays: the buffer of the parameters has one owner when it is changed.
      trainer.tell(&s.base, answer, to: Self.batch(question))
    case .signals(let signals): trainer.hear(&s.base, signals)
    case .curvature(let diagonal): trainer.hear(&s.base, diagonal)
    case .heldOut(let loss): look(&s, loss, at: question.point)
    }
  }

  private static func batch(_ question: consuming HeldOutQuestion<Buffer<Float>>) -> MinibatchGradient<Buffer<Float>> {
    guard case .batch(let batch) = question else {
      preconditionFailure("the gradient of a batch was told to a look at held-out observations")
    }
    return batch
  }

  private func look(_ s: inout State, _ loss: Double, at point: Buffer<Float>) {
    let step = s.training.step
    s.looked = .init(step: step, loss: loss)
    if loss.isFinite, loss < s.best?.loss ?? .infinity {
      s.waited = 0
      if s.best == nil {
        s.best = Best(step: step, loss: loss, parameters: Buffer(repeating: 0, count: point.count))
      }
      s.best?.step = step
      s.best?.loss = loss
      // Number by number: the training's buffer stays its own and is changed where it lies.
      s.best?.parameters.copy(point)
    } else {
      s.waited += 1
      if patience > 0, s.waited >= patience, s.training.claim == nil { s.claim = .stalled }
    }
  }

  /// The best parameters and their held-out loss; before a look, what the trainer reports.
  public func report(_ s: State) -> Report<Buffer<Float>> {
    var report = trainer.report(s.base)
    if let best = s.best {
      report.point = best.parameters
      report.value = best.loss
    }
    report.claim = s.claim ?? (isLookDue(s) ? nil : report.claim)
    return report
  }

}

extension EarlyStopping: UpdatesInPlace where Base: UpdatesInPlace {
  public func parameterAddress(in state: borrowing State) -> UInt {
    trainer.parameterAddress(in: state.base)
  }
}

extension Buffer<Float> {
  fileprivate mutating func copy(_ other: Buffer<Float>) {
    for i in elements.indices { elements[i] = other.elements[i] }
  }
}
