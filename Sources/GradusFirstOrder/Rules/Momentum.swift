// SPDX-License-Identifier: Apache-2.0

/// Heavy-ball and Nesterov momentum.
///
///     b ← μb + (1 − τ)g  (b = g at the first step),   u = b,   with Nesterov  u = g + μb
///
/// **Keeps** one number a parameter.
/// **Reference** I. Sutskever, J. Martens, G. Dahl & G. Hinton, *On the importance of initialization and momentum in deep
/// learning*, ICML 2013, in the form in which the rate multiplies the buffer instead of the gradient.
public struct Momentum: ElementwiseRule {
  /// μ.
  public var factor: Float
  /// τ.
  public var dampening: Float
  public var isNesterov: Bool

  @inlinable
  public init(_ factor: Float = 0.9, dampening: Float = 0, isNesterov: Bool = false) {
    self.factor = factor
    self.dampening = dampening
    self.isNesterov = isNesterov
  }

  /// b.
  public struct Cell: BitwiseCopyable, Sendable {
    public var buffer = Lane.zero
    @inlinable
    public init() {}
  }

  @inlinable
  public var cell: Cell { Cell() }

  /// The share of the gradient that enters the buffer: all of it at the first step.
  @inlinable
  public func constants(_ context: StepContext) -> Float { context.step == 1 ? 1 : 1 - dampening }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell, _ share: Float) {
    cell.buffer = factor * cell.buffer + share * u
    u = isNesterov ? u + factor * cell.buffer : cell.buffer
  }
}
