// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// How parameters move on hearing a gradient.
///
/// Rules that need whole tensors (factored moments, orthogonalization) conform themselves; those that treat every coordinate
/// alike are an `ElementwiseRule` inside `Elementwise`.
public protocol UpdateRule: Sendable, Codable {
  /// What is remembered from step to step.
  associatedtype State: Sendable & Codable
  /// What is remembered before the first step. The parameters of the start are those of the first update.
  func start(_ layout: Layout) -> State
  /// θ ← θ + u(g, θ, state), in place. The gradient was asked at θ. The rate of the rule is multiplied by
  /// `context.rateFactor`.
  func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext)
  /// Numbers of four bytes that the rule remembers for each parameter.
  var wordsPerParameter: Double { get }
  /// True when the rule reads |g| of the whole gradient.
  var needsGradientNorm: Bool { get }
  /// True when the rule reads the loss of the batch.
  var needsLoss: Bool { get }
  /// True when what happens to a tensor depends on that tensor, its gradient, the step and |g| alone, so that any part of
  /// the tensors may be updated by itself.
  var treatsTensorsAlone: Bool { get }
  /// Which diagonal of the curvature the rule should be told before this step; nil (the default): none.
  func wantedCurvature(at step: Int) -> CurvatureEstimate?
  /// Takes an estimate of the diagonal in. Rules that never want one need not have it.
  func hear(_ diagonal: Span<Float>, state: inout State, layout: Layout)
  /// True when the rule should be told the signals of the network's products before this step; false unless a rule says so.
  func wantsSignals(at step: Int) -> Bool
  /// Takes signals in. Rules that never want any need not have it.
  func hear(_ signals: [ProductSignals], state: inout State, layout: Layout)
  /// The point that is reported and judged, where it differs from the one at which gradients are asked: averages.
  func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]?
}

extension UpdateRule {
  @inlinable
  public var needsGradientNorm: Bool { false }

  @inlinable
  public var needsLoss: Bool { false }

  @inlinable
  public var treatsTensorsAlone: Bool { false }

  @inlinable
  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { nil }

  @inlinable
  public func hear(_ diagonal: Span<Float>, state: inout State, layout: Layout) {}

  @inlinable
  public func wantsSignals(at step: Int) -> Bool { false }

  @inlinable
  public func hear(_ signals: [ProductSignals], state: inout State, layout: Layout) {}

  /// The parameters themselves.
  @inlinable
  public func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]? { nil }
}

/// |g|.
@usableFromInline
func gradientNorm(_ gradient: Span<Float>) -> Double { gradientSquare(gradient).squareRoot() }

/// |g|² in double precision, summed in fixed blocks.
package func gradientSquare(_ gradient: Span<Float>) -> Double {
  gradient.withUnsafeBufferPointer { g in
    guard let x = g.baseAddress else { return 0 }
    var sum = 0.0
    for start in stride(from: 0, to: g.count, by: 4096) {
      let end = min(start + 4096, g.count)
      var lanes = SIMD16<Double>.zero
      for i in stride(from: start, to: end, by: Lane.scalarCount) {
        let y = widened(Lane(x, i, end))
        lanes += y * y
      }
      sum += total(lanes)
    }
    return sum
  }
}
