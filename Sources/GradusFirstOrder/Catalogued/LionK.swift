// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Lion with any dual map: the gradient of a convex function K in place of the sign.
///
///     c = β₁m + (1 − β₁)g,   θ ← θ − η·(∇K(c) + λθ),   m ← β₂m + (1 − β₂)g
///
///     l1      K = ‖c‖₁                   ∇K = sign c                          box ‖θ‖∞ ≤ 1/λ: Lion itself
///     lp      K = ‖c‖ₚ                   sign(c)·(|c|/‖c‖ₚ)^(p − 1)           ball of the dual norm
///     group   K = Σ |rows of c|          each row by its length               rows in balls
///     huber   K = Σ huber(cⱼ, e)         clamp(c/e, ±1)                       box, and ½e·λ|θ|² within it
///     top     K = sum of the k largest   sign cⱼ for the k largest |cⱼ|       ball of ‖·‖₁ and the box, k of them
///
/// Maps are taken tensor by tensor; a vector is one row. Orthogonalization, the map of the nuclear norm, is `muon`'s.
///
/// **Needs** gradients. **Keeps** one number a parameter.
/// **Guarantee** limit points are stationary for f(θ) + K*(λθ)/λ·γ, with a falling rate; K* the conjugate.
/// **Reference** L. Chen, B. Liu, K. Liang, Q. Liu, *Lion secretly solves constrained optimization: as Lyapunov predicts*,
/// ICLR 2024.
public struct LionK: CataloguedRule, UpdateRule {
  /// η.
  public var rate = 1e-4
  /// β₁.
  public var beta1 = 0.9
  /// β₂.
  public var beta2 = 0.99
  /// λ.
  public var decay = 0.0
  /// K by name.
  public var map = MapName.lp
  /// p of lp, e of huber, k of top.
  public var parameter = 2.0

  public init() {}

  public static let card = Card(
    "lion-k", "Lion with the dual map of a convex function", guarantee: "minimizes f + a conjugate of the function",
    reference: "Chen et al. 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 400)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("beta1", \.beta1, in: 0...0.99999, "share of the average in the direction"),
    Setting("beta2", \.beta2, in: 0...0.9999999, "factor of the average"),
    .decay(\.decay),
    Setting("map", choice: \.map, "the dual map"),
    Setting("parameter", \.parameter, in: 1e-12...1e9, "p of lp (at least 1), e of huber, k of top"),
  ]

  public var wordsPerParameter: Double { 1 }
  public var treatsTensorsAlone: Bool { true }

  /// The average m, zero at the start.
  public func start(_ layout: Layout) -> Buffer<Float> { Buffer(repeating: 0, count: layout.count) }

  /// Tensor by tensor: c and the new average, the map, the step.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Buffer<Float>, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    precondition(state.count == layout.count, "the memory of the rule belongs to another layout")
    let (keep1, share1, keep2, share2) = (Float(beta1), Float(1 - beta1), Float(beta2), Float(1 - beta2))
    let (factor, decay) = (Float(-context.rateFactor * rate), Float(decay))
    let map = dualMap
    parameters.withUnsafeMutableBufferPointer { p in
      gradient.withUnsafeBufferPointer { g in
        state.elements.withUnsafeMutableBufferPointer { m in
          for slot in layout.slots {
            var direction = [Float](unsafeUninitializedCapacity: slot.count) { c, initialized in
              for (k, j) in slot.range.enumerated() {
                c[k] = keep1 * m[j] + share1 * g[j]
                m[j] = keep2 * m[j] + share2 * g[j]
              }
              initialized = slot.count
            }
            let width = slot.shape.count > 1 ? slot.count / slot.shape[0] : slot.count
            map.apply(&direction, rowWidth: width)
            for (k, j) in slot.range.enumerated() { p[j] += factor * (direction[k] + decay * p[j]) }
          }
        }
      }
    }
  }

  /// The map of the settings.
  var dualMap: DualMap {
    switch map {
    case .l1: .l1
    case .lp: .lp(max(1, parameter))
    case .group: .group
    case .huber: .huber(parameter)
    case .top: .top(max(1, Int(parameter)))
    }
  }

  /// The maps by name.
  public enum MapName: String, Sendable, Codable, Hashable, CaseIterable { case l1, lp, group, huber, top }
}
