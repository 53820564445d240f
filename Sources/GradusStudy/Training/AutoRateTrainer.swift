// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusFirstOrder
public import GradusNumerics

/// Training whose learning rate is searched for while it runs, from nothing but a range.
///
/// Parameters, memory of the rule and order of the data go back to the begin of the stage after each trial, to the bit, so a
/// stage is the same as if there had been no trials. The rule's own rate is 1; the search multiplies it.
///
/// **Needs** gradients of minibatches, about twice as many as the training has steps.
/// **Keeps** a second copy of everything the rule remembers.
/// **Guarantee** none; that of the rule for the rates found.
/// **Reference** Y. Jin et al., *AutoLRS*, ICLR 2021. The loss series are those of the minibatches, not of a validation set.
public struct AutoRateTrainer<Rule: UpdateRule>: BatchTrainer {
  public var trainer: Trainer<Rule>
  public var search: RateSearch

  /// `steps` are those of the trainer: trials come on top.
  public init(_ trainer: Trainer<Rule>, search: RateSearch = RateSearch()) {
    self.trainer = trainer
    self.search = search
  }

  /// The training as it stands, where its stage began, and the search.
  public struct State: Sendable, Codable {
    public internal(set) var training: Trainer<Rule>.State
    public internal(set) var search: RateSearch
    /// Rates of the stages so far, with the step at which each began.
    public internal(set) var rates: [StageRate] = []
    /// Steps of trials so far.
    public internal(set) var trialSteps = 0
    var begin: Trainer<Rule>.State
    var losses: [Double] = []
  }

  /// The rate of a stage.
  public struct StageRate: Sendable, Codable, Hashable {
    public var step: Int
    public var rate: Double
  }

  public var schedule: Schedule? { trainer.schedule }

  /// At the start of the problem.
  public func start(_ problem: Training, random: RandomStream) -> State {
    let training = trainer.start(problem, random: random)
    return State(training: training, search: search, begin: training)
  }

  /// The next batch of the trial or stage.
  public func ask(_ s: inout State) -> MinibatchGradient<Buffer<Float>>? { trainer.ask(&s.training) }

  /// Of the trial or stage.
  public func askCurvature(_ s: inout State) -> MinibatchCurvature<Buffer<Float>>? { trainer.askCurvature(&s.training) }

  public func hear(_ s: inout State, _ diagonal: consuming Buffer<Float>) { trainer.hear(&s.training, diagonal) }

  /// One step of the rule at the rate of this part.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Buffer<Float>>,
    to question: consuming MinibatchGradient<Buffer<Float>>
  ) {
    let part = s.search.next(remaining: trainer.steps - s.begin.step)
    if !part.isTrial, s.losses.isEmpty { s.rates.append(StageRate(step: s.training.step + 1, rate: part.rate)) }
    let loss = answer.value
    trainer.tell(&s.training, answer, to: question, rateFactor: part.rate)
    s.losses.append(loss)
    if part.isTrial { s.trialSteps += 1 }
    // A trial that meets what is no number is over; a stage that does ends the training as it would anyhow.
    let isLost = part.isTrial && !loss.isFinite
    guard s.losses.count >= part.steps || isLost || part.isTrial && s.training.isOver else { return }
    s.search.tell(s.losses)
    s.losses = []
    if part.isTrial { s.training = s.begin } else { s.begin = s.training }
  }

  /// That of the training, without a trial that is on its way.
  public func report(_ s: State) -> Report<Buffer<Float>> { trainer.report(s.settled) }
}

extension AutoRateTrainer.State: TrainerState {
  /// The begin of the stage while rates are tried.
  public var settled: Trainer<Rule>.State { search.isTrying ? begin : training }

  /// The rate of the last stage.
  public var foundFactor: Double? { rates.last?.rate }
}
