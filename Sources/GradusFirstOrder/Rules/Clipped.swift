// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Any rule behind a gradient that is shortened to a length: g ← g·min(1, c/|g|), with the norm of the whole gradient.
///
/// `ClipByNorm` does the same as a link of an elementwise chain, without a copy of the gradient; this is for rules that are
/// known only when a program runs, or that need whole tensors.
///
/// **Keeps** what the rule keeps, and for a step a copy of a gradient that is too long.
/// **Reference** R. Pascanu, T. Mikolov & Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
public struct Clipped<Base: UpdateRule>: WrappingRule {
  public var base: Base
  /// c.
  public var length: Double

  public init(_ base: Base, length: Double) {
    precondition(length > 0, "a gradient is clipped to a positive length")
    self.base = base
    self.length = length
  }

  public var needsGradientNorm: Bool { true }

  /// The step of the rule on hearing the shorter gradient.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Base.State, layout: Layout,
    context: StepContext
  ) {
    let norm = context.gradientNorm ?? GradusFirstOrder.gradientNorm(gradient)
    var context = context
    context.gradientNorm = min(norm, length)
    guard norm > length else {
      return base.update(&parameters, gradient: gradient, state: &state, layout: layout, context: context)
    }
    let factor = Float(length / norm)
    let shorter = [Float](unsafeUninitializedCapacity: gradient.count) { target, count in
      for i in 0..<gradient.count { target[i] = factor * gradient[i] }
      count = gradient.count
    }
    base.update(&parameters, gradient: shorter.span, state: &state, layout: layout, context: context)
  }
}
