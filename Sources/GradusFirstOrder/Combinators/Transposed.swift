// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Any rule, shown matrices with rows and columns exchanged.
///
///     θ ← (θᵀ + u(gᵀ, θᵀ, memory))ᵀ         tensors with two axes that are meant; the others as they are
///
/// Rules that take a row for one neuron (matrix rules, AdamP, SGDP) expect matrices [outputs, inputs]. Where a layout says that
/// a linear map is stored [inputs, outputs], as those of this library are, they exchange it themselves; this is for layouts
/// that do not say so.
///
/// Cost: three more passes over the parameters and one copy of parameters and gradient.
public struct Transposed<Base: UpdateRule>: UpdateRule {
  public var base: Base
  /// Tensors that are meant, among those with two axes.
  public var pattern: TensorPattern

  public init(_ base: Base, _ pattern: TensorPattern = "matrices") {
    self.base = base
    self.pattern = pattern
  }

  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var needsGradientNorm: Bool { base.needsGradientNorm }
  public var needsLoss: Bool { base.needsLoss }
  public var treatsTensorsAlone: Bool { base.treatsTensorsAlone }

  private func isMeant(_ slot: Layout.Slot) -> Bool { slot.shape.count == 2 && pattern.matches(slot) }

  /// The layout that the rule sees: shapes of the meant tensors reversed.
  public func turned(_ layout: Layout) -> Layout { exchange(layout).turned }

  private func exchange(_ layout: Layout) -> TensorExchange { TensorExchange(layout, where: isMeant) }

  public func start(_ layout: Layout) -> Base.State { base.start(turned(layout)) }

  /// One step of the rule on the exchanged tensors.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Base.State, layout: Layout,
    context: StepContext
  ) {
    exchange(layout).around(&parameters, gradient) { parameters, gradient, turned in
      base.update(&parameters, gradient: gradient, state: &state, layout: turned, context: context)
    }
  }

  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { base.wantedCurvature(at: step) }

  /// The diagonal is exchanged as the tensors are.
  public func hear(_ diagonal: Span<Float>, state: inout Base.State, layout: Layout) {
    let exchange = exchange(layout)
    base.hear(exchange.exchanged(diagonal).span, state: &state, layout: exchange.turned)
  }

  public func evaluationPoint(_ parameters: Span<Float>, state: Base.State, layout: Layout) -> [Float]? {
    let exchange = exchange(layout)
    return base.evaluationPoint(exchange.exchanged(parameters).span, state: state, layout: exchange.turned)
      .map { exchange.restored($0.span) }
  }
}
