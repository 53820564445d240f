// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Any rule under a factor of its steps that six gamblers learn: no rate to choose.
///
///     u = step of the rule at θ,   h = −⟨g + λS|g|/(|θ| + ε)·θ, Δ⟩,   S = Σᵢ sᵢ
///     rᵢ ← βᵢrᵢ + sᵢ·clamp(h, ±mᵢ),   mᵢ ← max(βᵢmᵢ, |h| + ε),   vᵢ ← βᵢ²vᵢ + h²,   βᵢ = 1 − 10⁻ⁱ, i = 1 … 6
///     sᵢ ← (s₀·mᵢ/6 + (rᵢ)₊)/(√vᵢ + ε),   Δ ← Δ + u,   θ ← θ₀ + S·Δ
///
/// `Mechanic` is the same around AdamW without Δ in memory. The rate of the rule should be 1 or what is usual: only its
/// course over the steps matters.
///
/// **Keeps** two numbers a parameter more: θ₀ and Δ. Cost: four more passes over the parameters.
/// **Reference** A. Cutkosky, A. Defazio, H. Mehta, *Mechanic: a learning rate tuner*, NeurIPS 2023, algorithm 1.
public struct Mechanized<Base: UpdateRule>: UpdateRule {
  public var base: Base
  /// λ.
  public var pull: Double
  /// s₀.
  public var initial: Double
  /// ε.
  public var epsilon: Double

  public init(_ base: Base, pull: Double = 1e-2, initial: Double = 1e-6, epsilon: Double = 1e-8) {
    precondition(pull >= 0 && initial > 0 && epsilon > 0, "a learned factor begins positive, not at \(initial)")
    self.base = base
    self.pull = pull
    self.initial = initial
    self.epsilon = epsilon
  }

  /// The memory of the rule, θ₀, Δ and the gamblers.
  public struct State: Sendable, Codable {
    public internal(set) var base: Base.State
    var start: Buffer<Float>
    var way: Buffer<Float>
    var gamblers: [Mechanic.Gambler]

    /// S, the factor of the steps.
    public var factor: Double { gamblers.reduce(0) { $0 + $1.stake } }
  }

  public var wordsPerParameter: Double { base.wordsPerParameter + 2 }
  public var needsGradientNorm: Bool { true }
  public var needsLoss: Bool { base.needsLoss }

  public func start(_ layout: Layout) -> State {
    State(
      base: base.start(layout), start: Buffer(repeating: 0, count: layout.count),
      way: Buffer(repeating: 0, count: layout.count),
      gamblers: (1...6).map { Mechanic.Gambler(beta: 1 - power(0.1, $0), initial: initial) })
  }

  /// The gamblers hear how the last factor did, then the rule makes its step on a copy.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    precondition(state.way.count == layout.count, "the memory of the rule belongs to another layout")
    if context.step == 1 { state.start = Buffer(parameters.withUnsafeBufferPointer { Array($0) }) }
    var (slope, pulled) = (0.0, 0.0)
    parameters.withUnsafeMutableBufferPointer { p in
      state.way.elements.withUnsafeBufferPointer { way in
        for j in way.indices {
          slope += Double(gradient[j]) * Double(way[j])
          pulled += Double(p[j]) * Double(way[j])
        }
      }
    }
    let length = context.gradientNorm ?? gradientNorm(gradient)
    let share = pull * state.factor * length / (gradientNorm(parameters.span) + epsilon)
    let gain = -(slope + share * pulled)
    for i in state.gamblers.indices { state.gamblers[i].hear(gain, initial: initial / 6, epsilon) }
    var shadow = parameters.withUnsafeBufferPointer { Array($0) }
    var span = shadow.mutableSpan
    base.update(&span, gradient: gradient, state: &state.base, layout: layout, context: context)
    let factor = Float(state.factor)
    parameters.withUnsafeMutableBufferPointer { p in
      state.start.elements.withUnsafeBufferPointer { start in
        state.way.elements.withUnsafeMutableBufferPointer { way in
          for j in p.indices {
            way[j] += shadow[j] - p[j]
            p[j] = start[j] + factor * way[j]
          }
        }
      }
    }
  }
}
