// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Stochastic gradient descent with momentum.
///
///     g ← g + λθ,   b ← μb + (1 − τ)g  (b = g at the first step)
///     θ ← θ − ηb,   with Nesterov's lookahead  θ ← θ − η(g + μb)
///
/// The rate multiplies the buffer, so a changed rate acts at once. With momentum 0 it is plain gradient descent.
///
/// **Needs** gradients. **Keeps** one number a parameter.
/// **Guarantee** f(θₖ) − f* = O(1/k) for convex f with Lipschitz gradient and η small enough; O(1/√k) in expectation with
/// noise and a falling rate.
/// **Reference** H. Robbins, S. Monro, Ann. Math. Statist. 22 (1951); B. T. Polyak, USSR Comput. Math. Math. Phys. 4 (1964);
/// I. Sutskever, J. Martens, G. Dahl, G. Hinton, ICML 2013, for the form with a lookahead.
public struct SGD: CataloguedRule, FusedRule {
  /// η.
  public var rate = 1e-2
  /// μ.
  public var momentum = 0.9
  /// τ.
  public var dampening = 0.0
  /// Nesterov's form.
  public var isNesterov = false
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "sgd", "stochastic gradient descent with momentum", guarantee: "O(1/k) for smooth convex f and a small rate",
    reference: "Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013",
    trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the buffer"),
    Setting("dampening", \.dampening, in: 0...1, "what of the gradient is kept out of the buffer"),
    Setting("nesterov", \.isNesterov, "look ahead along the buffer"),
    .coupledDecay(\.decay),
  ]

  public var cell: Cell1 { Cell1() }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var momentum: Float
    @usableFromInline var share: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
    @usableFromInline var isNesterov: Bool
  }

  public static var memory: [MemoryKind] { [.signed] }

  /// What the coordinates of this step share.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      momentum: Float(momentum), share: context.step == 1 ? 1 : Float(1 - dampening), decay: Float(decay),
      rate: Float(-context.rateFactor * rate), isNesterov: isNesterov)
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    let g = u + c.decay * parameter
    cell.first = c.momentum * cell.first + c.share * g
    u = c.rate * (c.isNesterov ? g + c.momentum * cell.first : cell.first)
  }
}
