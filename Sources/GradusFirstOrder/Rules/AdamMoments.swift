// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// The direction of Adam.
///
///     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
///     u = (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)
///
/// **Keeps** two numbers a parameter.
/// **Reference** D. P. Kingma & J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.
public struct AdamMoments: ElementwiseRule {
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float

  @inlinable
  public init(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// m and v.
  public struct Cell: BitwiseCopyable, Sendable {
    public var first = Lane.zero
    public var second = Lane.zero
    @inlinable
    public init() {}
  }

  /// 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ).
  public struct Constants: Sendable {
    @usableFromInline var first: Float
    @usableFromInline var second: Float
  }

  @inlinable
  public var cell: Cell { Cell() }

  /// The corrections for the start at zero, in double precision.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      first: Float(1 / (1 - power(Double(beta1), context.step))),
      second: Float(1 / (1 - power(Double(beta2), context.step))))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell, _ constants: Constants) {
    cell.first = beta1 * cell.first + (1 - beta1) * u
    cell.second = beta2 * cell.second + (1 - beta2) * (u * u)
    u = (constants.first * cell.first) / (squareRoot(constants.second * cell.second) + epsilon)
  }
}

/// bᵗ by repeated squaring: the same on every machine.
func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}
