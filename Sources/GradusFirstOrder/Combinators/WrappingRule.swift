// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A rule around another one, which changes what that one hears or where it ends and remembers nothing of its own.
///
/// Everything but the update is that of the inner rule unless it is written out.
public protocol WrappingRule: UpdateRule where State == Base.State {
  /// The inner rule's type.
  associatedtype Base: UpdateRule
  /// The rule inside.
  var base: Base { get }
}

extension WrappingRule {
  public var wordsPerParameter: Double { base.wordsPerParameter }
  public var needsGradientNorm: Bool { base.needsGradientNorm }
  public var needsLoss: Bool { base.needsLoss }
  public var treatsTensorsAlone: Bool { base.treatsTensorsAlone }

  public func start(_ layout: Layout) -> Base.State { base.start(layout) }

  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { base.wantedCurvature(at: step) }

  public func hear(_ diagonal: Span<Float>, state: inout Base.State, layout: Layout) {
    base.hear(diagonal, state: &state, layout: layout)
  }

  public func wantsSignals(at step: Int) -> Bool { base.wantsSignals(at: step) }

  public func hear(_ signals: [ProductSignals], state: inout Base.State, layout: Layout) {
    base.hear(signals, state: &state, layout: layout)
  }

  public func evaluationPoint(_ parameters: Span<Float>, state: Base.State, layout: Layout) -> [Float]? {
    base.evaluationPoint(parameters, state: state, layout: layout)
  }
}
