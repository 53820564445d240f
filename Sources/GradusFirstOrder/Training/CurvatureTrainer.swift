// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Training by a rule that hears the diagonal of the curvature now and then.
///
///     where the rule wants it:   rule.hear(ĥ),   ĥ ≈ diag ∇²f_B(θ)      Hutchinson's estimate or Gauss–Newton–Bartlett's
///     θ ← θ + rule(∇f_B(θ), θ, memory)                                   the same batch
///
/// An estimate that is no number is passed over: the rule keeps what it heard before. A run that was saved between the two
/// questions of a step goes on to the bit.
///
/// **Needs** gradients of minibatches, and diagonals of their curvature every k steps. **Keeps** what a training by the rule
/// keeps. **Guarantee** that of its rule.
/// **Reference** H. Liu, Z. Li, D. Hall, P. Liang & T. Ma, *Sophia*, ICLR 2024, algorithms 1–3.
public struct CurvatureTrainer<Rule: UpdateRule>: UpdatesInPlace {
  public var trainer: Trainer<Rule>

  public init(_ trainer: Trainer<Rule>) { self.trainer = trainer }

  public func start(_ problem: Training, random: RandomStream) -> Trainer<Rule>.State {
    trainer.start(problem, random: random)
  }

  /// Curvature where the rule wants it, then the gradient of the same batch.
  public func ask(_ s: inout Trainer<Rule>.State) -> CurvatureQuestion<Buffer<Float>>? {
    if let question = trainer.askCurvature(&s) { return .curvature(question) }
    return trainer.ask(&s).map { .batch($0) }
  }

  /// The rule hears, or makes its step.
  public func tell(
    _ s: inout Trainer<Rule>.State, _ answer: consuming CurvatureQuestion<Buffer<Float>>.Answer,
    to question: consuming CurvatureQuestion<Buffer<Float>>
  ) {
    switch consume answer {
    case .batch(let gradient):
      // Nothing else of the question stays: the buffer of the parameters has one owner when it is changed.
      trainer.tell(&s, gradient, to: Self.batch(question))
    case .curvature(let diagonal):
      guard case .curvature = question else {
        preconditionFailure("a diagonal of curvature was told to a question about the gradient of a batch")
      }
      trainer.hear(&s, diagonal)
    }
  }

  private static func batch(
    _ question: consuming CurvatureQuestion<Buffer<Float>>
  ) -> MinibatchGradient<Buffer<Float>> {
    guard case .batch(let batch) = question else {
      preconditionFailure("the gradient of a batch was told to a question about curvature")
    }
    return batch
  }

  public func report(_ s: Trainer<Rule>.State) -> Report<Buffer<Float>> { trainer.report(s) }

  public func parameterAddress(in state: borrowing Trainer<Rule>.State) -> UInt {
    trainer.parameterAddress(in: state)
  }
}

/// What a rule was told of the curvature.
public struct CurvatureNote: Sendable, Codable, Hashable {
  /// Batches told before the last estimate.
  public internal(set) var step: Int
  /// Estimates that the rule heard.
  public internal(set) var heard = 0
  /// Estimates that were passed over, for they were no numbers.
  public internal(set) var passedOver = 0
}

extension Trainer {
  /// For the batch of the next step.
  public func askCurvature(_ s: inout State) -> MinibatchCurvature<Buffer<Float>>? {
    guard s.claim == nil, s.step < steps, s.curvature?.step != s.step,
      let estimate = rule.wantedCurvature(at: s.step - s.skipped + 1)
    else { return nil }
    let batch = s.batch ?? s.order.next()
    s.batch = batch
    return MinibatchCurvature(
      point: s.parameters, rows: batch, estimate: estimate, stream: s.stream.child("curvature", s.step))
  }

  /// Hands an estimate to the rule, unless it is no number.
  public func hear(_ s: inout State, _ diagonal: consuming Buffer<Float>) {
    var note = s.curvature ?? CurvatureNote(step: s.step)
    note.step = s.step
    let isNumber = diagonal.count == s.layout.count && s.layout.firstNotFinite(diagonal) == nil
    if isNumber { note.heard += 1 } else { note.passedOver += 1 }
    s.curvature = note
    guard isNumber else { return }
    let layout = s.layout
    rule.hear(diagonal.elements.span, state: &s.memory, layout: layout)
  }
}
