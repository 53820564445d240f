// SPDX-License-Identifier: Apache-2.0

/// Adds a share of the parameters to the direction: u ← u + λθ.
///
/// Behind the moments it is decoupled decay (θ ← θ − ηλθ once the rate follows); before them it is the gradient of ½λ|θ|².
///
/// **Keeps** nothing.
/// **Reference** I. Loshchilov & F. Hutter, *Decoupled weight decay regularization*, ICLR 2019.
public struct Decay: ElementwiseRule {
  /// λ.
  public var factor: Float

  @inlinable
  public init(_ factor: Float) { self.factor = factor }

  @inlinable
  public var cell: NoCell { NoCell() }

  @inlinable
  public func constants(_ context: StepContext) {}

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout NoCell, _ constants: Void) {
    u += factor * parameter
  }
}

/// Nothing is remembered.
public struct NoCell: BitwiseCopyable, Sendable {
  @inlinable
  public init() {}
}
