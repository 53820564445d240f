// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Any rule behind a gradient whose coordinates are cut to [−c, c].
///
/// `ClipByValue` does the same as a link of an elementwise chain, without a copy of the gradient; this is for rules that are
/// known only when a program runs, or that need whole tensors.
///
/// **Keeps** what the rule keeps, and for a step a copy of the gradient.
public struct ClippedByValue<Rule: UpdateRule>: UpdateRule {
  public var rule: Rule
  /// c.
  public var limit: Float

  public init(_ rule: Rule, limit: Float) {
    precondition(limit > 0, "coordinates are clipped to a positive limit")
    self.rule = rule
    self.limit = limit
  }

  public var wordsPerParameter: Double { rule.wordsPerParameter }
  public var needsGradientNorm: Bool { rule.needsGradientNorm }
  public var needsLoss: Bool { rule.needsLoss }
  public var treatsTensorsAlone: Bool { rule.treatsTensorsAlone }

  /// That of the rule.
  public func start(_ layout: Layout) -> Rule.State { rule.start(layout) }

  /// The step of the rule on hearing the cut gradient.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Rule.State, layout: Layout,
    context: StepContext
  ) {
    let cut = [Float](unsafeUninitializedCapacity: gradient.count) { target, count in
      for i in 0..<gradient.count { target[i] = max(-limit, min(limit, gradient[i])) }
      count = gradient.count
    }
    var context = context
    if rule.needsGradientNorm { context.gradientNorm = gradientNorm(cut.span) }
    rule.update(&parameters, gradient: cut.span, state: &state, layout: layout, context: context)
  }

  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { rule.wantedCurvature(at: step) }

  /// Curvature is not clipped.
  public func hear(_ diagonal: Span<Float>, state: inout Rule.State, layout: Layout) {
    rule.hear(diagonal, state: &state, layout: layout)
  }

  public func wantsSignals(at step: Int) -> Bool { rule.wantsSignals(at: step) }

  public func hear(_ signals: [ProductSignals], state: inout Rule.State, layout: Layout) {
    rule.hear(signals, state: &state, layout: layout)
  }

  public func evaluationPoint(_ parameters: Span<Float>, state: Rule.State, layout: Layout) -> [Float]? {
    rule.evaluationPoint(parameters, state: state, layout: layout)
  }
}
