// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Adam that drops the radial part of a step where weights are scale-invariant.
///
///     u = (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε),   m and v as in Adam; `nesterov`: β₁m + (1 − β₁)g for m
///     rows of a tensor, then the whole:  max |cos(g, θ)| < δ/√dim  ⇒  u ← u − θ̂⟨θ̂, u⟩,  λ ← ratio·λ,  θ̂ = θ/(|θ| + ε)
///     θ ← θ − η·(u + λθ)
///
/// Vectors are never projected.
///
/// **Needs** gradients. **Keeps** two numbers a parameter. **Guarantee** none in general.
/// **Reference** B. Heo et al., *AdamP: slowing down the slowdown for momentum optimizers on scale-invariant weights*,
/// ICLR 2021, algorithm 2.
public struct AdamP: CataloguedRule, UpdateRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.999
  /// ε.
  public var epsilon = 1e-8
  /// λ.
  public var decay = 0.01
  /// Nesterov's numerator.
  public var isNesterov = false
  /// δ.
  public var threshold = 0.1
  /// Share of λ.
  public var ratio = 0.1

  public init() {}

  public static let card = Card(
    "adamp", "Adam without steps along scale-free weights", guarantee: "none in general",
    reference: "Heo et al. 2021", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-3)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate), .beta1(\.beta1), .beta2(\.beta2), .epsilon(\.epsilon), .decay(\.decay),
    Setting("nesterov", \.isNesterov, "Nesterov's numerator"),
    Setting(
      "threshold", \.threshold, in: 0...1e6,
      "largest cosine, times the root of the dimension, that is taken for scale invariance"),
    Setting("ratio", \.ratio, in: 0...1, "share of the decay where the step was projected"),
  ]

  public static let settingsOfTensors: Set = ["ratio"]

  /// The rule whose steps are projected.
  private var base: AdamPDirection {
    AdamPDirection(beta1: beta1, beta2: beta2, epsilon: epsilon, isNesterov: isNesterov)
  }

  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var treatsTensorsAlone: Bool { true }

  /// A point without shape is a matrix of two rows where its numbers are even.
  public static func layout(of count: Int) -> Layout {
    Layout([("x", count > 3 && count % 2 == 0 ? [2, count / 2] : [max(1, count)])])
  }

  /// Cells for every row of every tensor.
  public func start(_ layout: Layout) -> ProjectedState<AdamPDirection.Cell> { ProjectedState(layout, base.cell) }

  /// One pass over parameters and gradient for the test, one for the step.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout ProjectedState<AdamPDirection.Cell>,
    layout: Layout, context: StepContext
  ) {
    let projection = RadialProjection(threshold: threshold, epsilon: epsilon)
    state.step(
      base, projection, decay: decay, ratio: ratio, rate: rate * context.rateFactor, &parameters, gradient, layout,
      context)
  }
}
