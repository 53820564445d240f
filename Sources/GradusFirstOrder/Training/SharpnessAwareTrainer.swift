// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Training that looks for flat minima: the gradient is taken where the batch's loss is about largest nearby.
///
///     ε = ρ g/|g|,   g = ∇f_B(θ)              adaptive: ε = ρ t²g/|tg|, t = |θ| each by itself
///     θ ← θ + rule(∇f_B(θ + ε), θ, memory)
///
/// **Needs** two gradients of each minibatch. **Keeps** one more copy of the parameters between the two.
/// **Guarantee** that of its rule, for the loss at the worst point of a ball.
/// **Reference** P. Foret, A. Kleiner, H. Mobahi & B. Neyshabur, *Sharpness-aware minimization for efficiently improving
/// generalization*, ICLR 2021, algorithm 1; J. Kwon et al., *ASAM*, ICML 2021.
public struct SharpnessAwareTrainer<Rule: UpdateRule>: OptimizationMethod {
  public var trainer: Trainer<Rule>
  /// ρ.
  public var radius: Double
  public var isAdaptive: Bool

  public init(_ trainer: Trainer<Rule>, radius: Double = 0.05, isAdaptive: Bool = false) {
    precondition(radius >= 0 && radius.isFinite, "a radius is a finite number ≥ 0, not \(radius)")
    self.trainer = trainer
    self.radius = radius
    self.isAdaptive = isAdaptive
  }

  /// The training, and between the two gradients of a batch the point of the second.
  public struct State: Sendable, Codable {
    public internal(set) var training: Trainer<Rule>.State
    var neighbor: Buffer<Float>?
    /// The loss at θ, which is reported in place of that at θ + ε.
    var loss = 0.0
  }

  public func start(_ problem: Training, random: RandomStream) -> State {
    State(training: trainer.start(problem, random: random))
  }

  /// The next batch at θ, then the same one at θ + ε.
  public func ask(_ s: inout State) -> MinibatchGradient<Buffer<Float>>? {
    var question = trainer.ask(&s.training)
    if let neighbor = s.neighbor { question?.point = neighbor }
    return question
  }

  /// Climbs, or hands the gradient at the neighbor to the rule.
  public func tell(
    _ s: inout State, _ answer: consuming Linearization<Buffer<Float>>,
    to question: consuming MinibatchGradient<Buffer<Float>>
  ) {
    if s.neighbor == nil, let neighbor = climbed(question.point, answer) {
      s.neighbor = neighbor
      s.loss = answer.value
      return
    }
    if s.neighbor != nil {
      s.neighbor = nil
      // What is no number at the neighbor is no number for the training either.
      if answer.value.isFinite { answer.value = s.loss }
    }
    trainer.tell(&s.training, answer, to: question)
  }

  /// θ + ε; nil where the gradient is no number, which the training deals with, and where it is zero.
  private func climbed(_ point: Buffer<Float>, _ answer: borrowing Linearization<Buffer<Float>>) -> Buffer<Float>? {
    let (θ, g) = (point.elements, answer.gradient.elements)
    guard answer.value.isFinite, θ.count == g.count else { return nil }
    var square = 0.0
    for i in g.indices {
      let scaled = isAdaptive ? Double(abs(θ[i])) * Double(g[i]) : Double(g[i])
      square += scaled * scaled
    }
    guard square > 0, square.isFinite else { return nil }
    let factor = radius / square.squareRoot()
    return Buffer(
      θ.indices.map { i in
        let scale = isAdaptive ? Double(θ[i]) * Double(θ[i]) : 1
        return θ[i] + Float(factor * scale * Double(g[i]))
      })
  }

  /// That of the training.
  public func report(_ s: State) -> Report<Buffer<Float>> { trainer.report(s.training) }
}
