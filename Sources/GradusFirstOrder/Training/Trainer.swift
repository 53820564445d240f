// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNative
public import GradusNumerics

/// Training by an update rule: one minibatch a step, its gradient handed to the rule.
///
///     B_t: the next batch of the epoch's order,   g = ∇f_B(θ),   θ ← θ + rule(g, θ, memory)
///
/// The order of the observations, the position in it, the memory of the rule and the step are the state: a run that was
/// saved goes on with the next batch, to the bit. What is reported beside the parameters is the bias-corrected moving
/// average (factor 0.98) of the losses of batches, an estimate and not the loss of all observations.
///
/// **Needs** gradients of minibatches. **Keeps** the parameters and what the rule remembers.
/// **Guarantee** none in general; that of its rule.
/// **Reference** H. Robbins & S. Monro, Ann. Math. Statist. 22 (1951); for the order of epochs M. Gürbüzbalaban,
/// A. Ozdaglar & P. Parrilo, *Why random reshuffling beats stochastic gradient descent*, Math. Prog. 186 (2021).
public struct Trainer<Rule: UpdateRule>: UpdatesInPlace {
  public var rule: Rule
  /// Observations in a batch.
  public var batchSize: Int
  /// Batches until the end.
  public var steps: Int
  /// Whether a batch with a loss or gradient that is no number is passed over instead of ending the run.
  public var skipsBadBatches: Bool
  /// Threads that help the rule; not saved, for the bits do not depend on them.
  public var crew: WorkCrew?

  private enum CodingKeys: CodingKey { case rule, batchSize, steps, skipsBadBatches }

  public init(_ rule: Rule, batchSize: Int, steps: Int, skipsBadBatches: Bool = false) {
    precondition(batchSize > 0 && steps >= 0, "training takes \(steps) batches of \(batchSize)")
    self.rule = rule
    self.batchSize = batchSize
    self.steps = steps
    self.skipsBadBatches = skipsBadBatches
  }

  /// Everything that changes.
  public struct State: Sendable, Codable {
    public internal(set) var parameters: Buffer<Float>
    public internal(set) var memory: Rule.State
    public internal(set) var order: BatchOrder
    /// Batches told so far.
    public internal(set) var step = 0
    /// Of the last batch.
    public internal(set) var loss: Double?
    public internal(set) var gradientNorm: Double?
    /// Batches that were passed over because something was no number.
    public internal(set) var skipped = 0
    var layout: Layout
    var average = 0.0
    var stream: RandomStream
    var batch: [Int]?
    var claim: Claim?

    /// Whether nothing more is asked.
    package var isOver: Bool { claim != nil }

    /// The bias-corrected moving average of the losses of batches.
    public var smoothedLoss: Double? {
      step > skipped ? average / (1 - power(Trainer.smoothing, step - skipped)) : nil
    }
  }

  private static var smoothing: Double { 0.98 }

  /// At the start of the problem, before the first epoch.
  public func start(_ problem: Training, random: RandomStream) -> State {
    State(
      parameters: problem.start, memory: rule.start(problem.layout),
      order: BatchOrder(
        count: problem.observationCount, size: min(batchSize, problem.observationCount), stream: random.child("order"),
        dropsLast: true),
      layout: problem.layout, stream: random.child("batches"))
  }

  /// The next batch at the parameters as they stand.
  public func ask(_ s: inout State) -> MinibatchGradient<Buffer<Float>>? {
    guard s.claim == nil, s.step < steps else { return nil }
    let batch = s.batch ?? s.order.next()
    s.batch = batch
    return MinibatchGradient(point: s.parameters, rows: batch, stream: s.stream.child("batch", s.step))
  }

  /// One step of the rule, in place.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Buffer<Float>>,
    to question: consuming MinibatchGradient<Buffer<Float>>
  ) { tell(&s, answer, to: question, rateFactor: 1) }

  /// One step with the rate of the rule multiplied by a factor: schedules that watch the training use it.
  package func tell(
    _ s: inout State, _ answer: consuming Linearization<Buffer<Float>>,
    to question: consuming MinibatchGradient<Buffer<Float>>, rateFactor: Double
  ) {
    _ = consume question
    s.batch = nil
    s.step += 1
    let norm = answer.gradient.elements.span.norm
    guard answer.value.isFinite, norm.isFinite, answer.gradient.count == s.parameters.count else {
      s.skipped += 1
      if !skipsBadBatches { s.claim = .failed }
      return
    }
    s.loss = answer.value
    s.gradientNorm = norm
    s.average = Self.smoothing * s.average + (1 - Self.smoothing) * answer.value
    // Taken out for the moment of the update: the buffer keeps its place, and nobody else holds it.
    var parameters = s.parameters
    s.parameters = []
    let layout = s.layout
    let context = StepContext(
      step: s.step - s.skipped, rateFactor: rateFactor, loss: answer.value, gradientNorm: norm, crew: crew)
    var span = parameters.elements.mutableSpan
    rule.update(&span, gradient: answer.gradient.elements.span, state: &s.memory, layout: layout, context: context)
    s.parameters = parameters
    if s.step >= steps { s.claim = .exhausted }
  }

  /// The parameters, or the average that the rule reports in their place, with the smoothed loss of batches.
  public func report(_ s: State) -> Report<Buffer<Float>> {
    let average = rule.evaluationPoint(s.parameters.elements.span, state: s.memory, layout: s.layout)
    return Report(
      point: average.map { Buffer($0) } ?? s.parameters, value: s.smoothedLoss, measure: s.gradientNorm,
      claim: s.claim)
  }

  public func parameterAddress(in state: borrowing State) -> UInt {
    state.parameters.elements.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
  }
}

extension Span<Float> {
  /// |x| in double precision.
  fileprivate var norm: Double { gradientSquare(self).squareRoot() }
}
