// SPDX-License-Identifier: Apache-2.0

/// Shortens the gradient to a length: u ← u·min(1, c/|g|), with the norm of the whole gradient.
///
/// **Keeps** nothing. Cost: one more pass over the gradient, for its norm.
/// **Reference** R. Pascanu, T. Mikolov & Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
public struct ClipByNorm: ElementwiseRule {
  /// c.
  public var length: Float

  @inlinable
  public init(_ length: Float) {
    precondition(length > 0, "a gradient is clipped to a positive length")
    self.length = length
  }

  @inlinable
  public var cell: NoCell { NoCell() }

  @inlinable
  public var needsGradientNorm: Bool { true }

  /// The factor; 1 for gradients that are short enough.
  @inlinable
  public func constants(_ context: StepContext) -> Float {
    guard let whole = context.gradientNorm else { preconditionFailure("clipping needs the norm of the gradient") }
    let norm = Float(whole)
    return norm > length ? length / norm : 1
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout NoCell, _ factor: Float) { u *= factor }
}

/// Cuts every coordinate to [−c, c].
///
/// **Keeps** nothing.
public struct ClipByValue: ElementwiseRule {
  /// c.
  public var limit: Float

  @inlinable
  public init(_ limit: Float) {
    precondition(limit > 0, "coordinates are clipped to a positive limit")
    self.limit = limit
  }

  @inlinable
  public var cell: NoCell { NoCell() }

  @inlinable
  public func constants(_ context: StepContext) {}

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout NoCell, _ constants: Void) {
    u.clamp(lowerBound: Lane(repeating: -limit), upperBound: Lane(repeating: limit))
  }
}
