// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Any rule behind a gradient whose coordinates are cut to [−c, c].
///
/// `ClipByValue` does the same as a link of an elementwise chain, without a copy of the gradient; this is for rules that are
/// known only when a program runs, or that need whole tensors.
///
/// **Keeps** what the rule keeps, and for a step a copy of the gradient.
public struct ClippedByValue<Base: UpdateRule>: WrappingRule {
  public var base: Base
  /// c.
  public var limit: Float

  public init(_ base: Base, limit: Float) {
    precondition(limit > 0, "coordinates are clipped to a positive limit")
    self.base = base
    self.limit = limit
  }

  /// The step of the rule on hearing the cut gradient.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Base.State, layout: Layout,
    context: StepContext
  ) {
    let cut = [Float](unsafeUninitializedCapacity: gradient.count) { target, count in
      for i in 0..<gradient.count { target[i] = max(-limit, min(limit, gradient[i])) }
      count = gradient.count
    }
    var context = context
    if base.needsGradientNorm { context.gradientNorm = gradientNorm(cut.span) }
    base.update(&parameters, gradient: cut.span, state: &state, layout: layout, context: context)
  }
}
