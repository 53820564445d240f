// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Momentum that drops the radial part of a step where weights are scale-invariant.
///
///     b ← μb + (1 − τ)g,   u = b,   `nesterov`: g + μb
///     rows of a tensor, then the whole:  max |cos(g, θ)| < δ/√dim  ⇒  u ← u − θ̂⟨θ̂, u⟩,  λ ← ratio·λ,  θ̂ = θ/(|θ| + ε)
///     θ ← θ − η·(u + λ/(1 − μ)·θ)
///
/// Vectors are never projected. The decay is divided by 1 − μ, as the authors' code does.
///
/// **Needs** gradients. **Keeps** one number a parameter. **Guarantee** none in general.
/// **Reference** B. Heo et al., *AdamP: slowing down the slowdown for momentum optimizers on scale-invariant weights*,
/// ICLR 2021, algorithm 1.
public struct SGDP: CataloguedRule, UpdateRule {
  /// η.
  public var rate = 1e-2
  /// μ.
  public var momentum = 0.9
  /// τ.
  public var dampening = 0.0
  /// Nesterov's form.
  public var isNesterov = false
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 1e-4
  /// δ.
  public var threshold = 0.1
  /// Share of λ.
  public var ratio = 0.1

  public init() {}

  public static let card = Card(
    "sgdp", "momentum without steps along scale-free weights", guarantee: "none in general",
    reference: "Heo et al. 2021", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-3)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the buffer"),
    Setting("dampening", \.dampening, in: 0...1, "what of the gradient is kept out of the buffer"),
    Setting("nesterov", \.isNesterov, "look ahead along the buffer"),
    .epsilon(\.epsilon), .decay(\.decay),
    Setting(
      "threshold", \.threshold, in: 0...1e6,
      "largest cosine, times the root of the dimension, that is taken for scale invariance"),
    Setting("ratio", \.ratio, in: 0...1, "share of the decay where the step was projected"),
  ]

  public static let settingsOfTensors: Set = ["ratio"]

  /// The rule whose steps are projected.
  private var base: SGDPDirection {
    SGDPDirection(momentum: momentum, dampening: dampening, isNesterov: isNesterov)
  }

  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var treatsTensorsAlone: Bool { true }

  /// A point without shape is a matrix of two rows where its numbers are even.
  public static func layout(of count: Int) -> Layout {
    Layout([("x", count > 3 && count % 2 == 0 ? [2, count / 2] : [max(1, count)])])
  }

  /// Cells for every row of every tensor.
  public func start(_ layout: Layout) -> ProjectedState<SGDPDirection.Cell> { ProjectedState(layout, base.cell) }

  /// One pass over parameters and gradient for the test, one for the step.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout ProjectedState<SGDPDirection.Cell>,
    layout: Layout, context: StepContext
  ) {
    let projection = RadialProjection(threshold: threshold, epsilon: epsilon)
    state.step(
      base, projection, decay: decay / (1 - momentum), ratio: ratio, rate: rate * context.rateFactor, &parameters,
      gradient, layout, context)
  }
}
