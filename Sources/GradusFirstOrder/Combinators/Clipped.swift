// SPDX-License-Identifier: Apache-2.0

/// Any rule on gradients that are shortened to a length: g ← g·min(1, c/|g|), with the norm of the whole gradient.
///
/// `ClipByNorm(c).then(rule)` does the same for elementwise rules without a copy of long gradients.
///
/// **Reference** R. Pascanu, T. Mikolov & Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
public struct Clipped<Base: UpdateRule>: UpdateRule {
  public var base: Base
  /// c.
  public var length: Double

  public init(_ base: Base, length: Double) {
    precondition(length > 0 && length.isFinite, "a gradient is clipped to a positive length, not \(length)")
    self.base = base
    self.length = length
  }

  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var needsGradientNorm: Bool { true }
  public var needsLoss: Bool { base.needsLoss }
  public var treatsTensorsAlone: Bool { base.treatsTensorsAlone }

  public func start(_ layout: Layout) -> Base.State { base.start(layout) }

  /// One step of the rule on the shortened gradient.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Base.State, layout: Layout,
    context: StepContext
  ) {
    let norm = context.gradientNorm ?? gradientNorm(gradient)
    var context = context
    context.gradientNorm = min(norm, length)
    guard norm > length else {
      return base.update(&parameters, gradient: gradient, state: &state, layout: layout, context: context)
    }
    let factor = Float(length) / Float(norm)
    let shortened = gradient.withUnsafeBufferPointer { $0.map { factor * $0 } }
    base.update(&parameters, gradient: shortened.span, state: &state, layout: layout, context: context)
  }

  public func evaluationPoint(_ parameters: Span<Float>, state: Base.State, layout: Layout) -> [Float]? {
    base.evaluationPoint(parameters, state: state, layout: layout)
  }
}
