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
/// A rule that wants to hear the curvature is trained by `CurvatureTrainer`; here it would not hear any.
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
  /// Whether a batch with a loss or gradient that is no number is passed over instead of ending the run; as many of them in
  /// a row as an epoch has end it all the same.
  public var skipsBadBatches: Bool
  /// What the rate of the rule is multiplied by at each step; nil: 1.
  public var schedule: Schedule?
  /// Threads that help the rule; not saved, for the bits do not depend on them.
  public var crew: WorkCrew?

  private enum CodingKeys: CodingKey { case rule, batchSize, steps, skipsBadBatches, schedule }

  public init(
    _ rule: Rule, batchSize: Int, steps: Int, schedule: Schedule? = nil, skipsBadBatches: Bool = false
  ) {
    precondition(batchSize > 0 && steps >= 0, "training takes \(steps) batches of \(batchSize)")
    self.rule = rule
    self.batchSize = batchSize
    self.steps = steps
    self.schedule = schedule
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
    /// The last of them.
    public internal(set) var bad: BadBatch?
    /// How many batches up to the last were bad without a good one between them.
    public internal(set) var badInARow = 0
    /// What the rule was told of the curvature; nil before the first time.
    public internal(set) var curvature: CurvatureNote?
    /// The step before which the rule was told signals last.
    var signalStep: Int?
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
    let (rows, stream) = (question.rows, question.stream)
    _ = consume question
    s.batch = nil
    s.step += 1
    let norm = answer.gradient.elements.span.norm
    guard answer.value.isFinite, norm.isFinite, answer.gradient.count == s.parameters.count else {
      s.skipped += 1
      let place = answer.gradient.count == s.parameters.count ? s.layout.firstNotFinite(answer.gradient) : nil
      s.bad = BadBatch(step: s.step, rows: rows, stream: stream, loss: answer.value, tensor: place)
      s.badInARow += 1
      // Nothing moves between two bad batches: an epoch of them, or parameters that are no numbers, and all are bad.
      if !skipsBadBatches || s.badInARow >= s.order.batchesPerEpoch
        || s.layout.firstNotFinite(s.parameters) != nil
      {
        s.claim = .failed
      } else if s.step >= steps {
        s.claim = .exhausted
      }
      return
    }
    s.badInARow = 0
    s.loss = answer.value
    s.gradientNorm = norm
    s.average = Self.smoothing * s.average + (1 - Self.smoothing) * answer.value
    // Taken out for the moment of the update: the buffer keeps its place, and nobody else holds it.
    var parameters = s.parameters
    s.parameters = []
    let layout = s.layout
    let good = s.step - s.skipped
    let factor = rateFactor * (schedule?.rate(at: good) ?? 1)
    let context = StepContext(
      step: good, rateFactor: factor, loss: answer.value, gradientNorm: norm, crew: crew)
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

/// A batch whose loss or gradient is no number.
public struct BadBatch: Sendable, Codable {
  /// Of the batch, from 1.
  public var step: Int
  /// Its observations.
  public var rows: [Int]
  /// What dropout and the like were drawn from.
  public var stream: RandomStream
  public var loss: Double
  /// The first tensor whose gradient has NaN or infinity in it; nil when the gradient is finite.
  public var tensor: String?
}

extension Layout {
  /// The first tensor with NaN or infinity in it; nil when all numbers are finite.
  public func firstNotFinite(_ numbers: Buffer<Float>) -> String? {
    precondition(numbers.count == count, "\(numbers.count) numbers for a layout of \(count)")
    let span = numbers.elements.span
    return slots.first { !gradientSquare(span.extracting($0.range)).isFinite }?.name
  }
}

extension Span<Float> {
  /// |x| in double precision.
  fileprivate var norm: Double { gradientSquare(self).squareRoot() }
}
