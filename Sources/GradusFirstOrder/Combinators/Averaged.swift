// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A rule that reports an average of its points in place of the last one.
///
///     moving(β)       x̄ ← βx̄ + (1 − β)θ                              from x̄ = θ₁
///     polynomial(γ)   x̄ ← x̄ + (γ + 1)/(t + γ)·(θ − x̄)                weights like tᵞ; γ = 0 is the mean of all
///     tail(s)         the mean of all points from step s on           the last point before
///
/// Gradients are asked at θ as before. Cost: one more pass over parameters and average.
///
/// **Keeps** one number a parameter more.
/// **Reference** B. T. Polyak, A. B. Juditsky, SIAM J. Control Optim. 30 (1992); O. Shamir, T. Zhang, ICML 2013, for
/// polynomial weights.
public struct Averaged<Base: UpdateRule>: UpdateRule {
  /// Which average.
  public enum Kind: Sendable, Codable, Hashable {
    case moving(Double)
    case polynomial(Double)
    case tail(Int)
  }

  public var base: Base
  public var kind: Kind

  public init(_ base: Base, _ kind: Kind) {
    self.base = base
    self.kind = kind
  }

  /// The memory of the rule, and x̄.
  public struct State: Sendable, Codable {
    public internal(set) var base: Base.State
    public internal(set) var average: Buffer<Float>
  }

  public var wordsPerParameter: Double { base.wordsPerParameter + 1 }
  public var needsGradientNorm: Bool { base.needsGradientNorm }
  public var needsLoss: Bool { base.needsLoss }
  public var treatsTensorsAlone: Bool { base.treatsTensorsAlone }

  public func start(_ layout: Layout) -> State {
    State(base: base.start(layout), average: Buffer(repeating: 0, count: layout.count))
  }

  /// One step of the rule, and of the average behind it.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    base.update(&parameters, gradient: gradient, state: &state.base, layout: layout, context: context)
    let t = context.step
    let share: Double =
      switch kind {
      case .moving(let factor): t == 1 ? 1 : 1 - factor
      case .polynomial(let exponent): min(1, (exponent + 1) / (Double(t) + exponent))
      case .tail(let first): t <= first ? 1 : 1 / Double(t - first + 1)
      }
    let weight = Float(share)
    parameters.withUnsafeMutableBufferPointer { p in
      state.average.elements.withUnsafeMutableBufferPointer { a in
        for j in a.indices { a[j] += weight * (p[j] - a[j]) }
      }
    }
  }

  public func wantedCurvature(at step: Int) -> CurvatureEstimate? { base.wantedCurvature(at: step) }

  public func hear(_ diagonal: Span<Float>, state: inout State, layout: Layout) {
    base.hear(diagonal, state: &state.base, layout: layout)
  }

  public func wantsSignals(at step: Int) -> Bool { base.wantsSignals(at: step) }

  public func hear(_ signals: [ProductSignals], state: inout State, layout: Layout) {
    base.hear(signals, state: &state.base, layout: layout)
  }

  /// x̄.
  public func evaluationPoint(_ parameters: Span<Float>, state: State, layout: Layout) -> [Float]? {
    state.average.elements
  }
}
