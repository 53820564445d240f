// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Momentum of gradients that are all made one unit long.
///
///     m ← μm + (1 − μ)·g/(|g| + ε),   θ ← θ − η·(m + λθ)
///
/// |g| is the norm of the whole gradient. With μ = 0 every step has the length η.
///
/// **Needs** gradients and their norm: one more pass where the caller does not know it. **Keeps** one number a parameter.
/// **Guarantee** min |∇f(θₖ)| = O(1/√k) for f with Lipschitz gradient and η like 1/√k.
/// **Reference** Yu. Nesterov, Matekon 29 (1984); A. Cutkosky, H. Mehta, *Momentum improves normalized SGD*, ICML 2020.
public struct NormalizedDescent: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-3
  /// μ.
  public var momentum = 0.9
  /// ε.
  public var epsilon = 1e-12
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "normalized-sgd", "steps of one length along momentum", guarantee: "stationary for smooth f",
    reference: "Nesterov 1984; Cutkosky & Mehta 2020", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the average"),
    .epsilon(\.epsilon), .decay(\.decay),
  ]

  public var needsGradientNorm: Bool { true }

  public var cell: Cell1 { Cell1() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var momentum: Float
    @usableFromInline var share: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  public static var memory: [MemoryKind] { [.signed] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    guard let norm = context.gradientNorm else { preconditionFailure("the rule needs the norm of the gradient") }
    let length = norm + epsilon
    return Constants(
      momentum: Float(momentum), share: length > 0 ? Float((1 - momentum) / length) : 0, decay: Float(decay),
      rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    cell.first = c.momentum * cell.first + c.share * u
    u = c.rate * (cell.first + c.decay * parameter)
  }
}
