// SPDX-License-Identifier: Apache-2.0

/// A rule that treats every coordinate alike.
///
///     u ← g,   u ← rule₁(u, θ, s₁),  u ← rule₂(u, θ, s₂), …,   θ ← θ + u
///
/// A chain of rules is one type, so the compiler makes one pass over memory of it, whatever the number of links.
public protocol ElementwiseRule: Sendable, Codable, Hashable {
  /// What is remembered about sixteen neighboring coordinates: lanes and nothing else.
  associatedtype Cell: BitwiseCopyable & Sendable
  /// What is the same for all coordinates of a step.
  associatedtype Constants: Sendable
  /// What is remembered before the first step.
  var cell: Cell { get }
  /// True when `constants` reads the norm of the whole gradient, which costs one more pass over it.
  var needsGradientNorm: Bool { get }
  /// What the coordinates of this step share.
  func constants(_ context: StepContext) -> Constants
  /// `direction` enters as what the rule before left, at first the gradient, and leaves as what the next one hears.
  func transform(_ direction: inout Lane, parameter: Lane, cell: inout Cell, _ constants: Constants)
}

extension ElementwiseRule {
  @inlinable
  public var needsGradientNorm: Bool { false }

  /// This rule, and another one on what it leaves.
  @inlinable
  public func then<Next: ElementwiseRule>(_ next: Next) -> Then<Self, Next> { Then(self, next) }
}

/// One rule after the other, in the same pass.
public struct Then<First: ElementwiseRule, Second: ElementwiseRule>: ElementwiseRule {
  public var first: First
  public var second: Second

  @inlinable
  public init(_ first: First, _ second: Second) {
    self.first = first
    self.second = second
  }

  /// What both remember.
  public struct Cell: BitwiseCopyable, Sendable {
    public var first: First.Cell
    public var second: Second.Cell

    @inlinable
    public init(_ first: First.Cell, _ second: Second.Cell) {
      self.first = first
      self.second = second
    }
  }

  @inlinable
  public var cell: Cell { Cell(first.cell, second.cell) }

  @inlinable
  public var needsGradientNorm: Bool { first.needsGradientNorm || second.needsGradientNorm }

  @inlinable
  public func constants(_ context: StepContext) -> (First.Constants, Second.Constants) {
    (first.constants(context), second.constants(context))
  }

  @inlinable
  @inline(__always)
  public func transform(
    _ u: inout Lane, parameter: Lane, cell: inout Cell, _ constants: (First.Constants, Second.Constants)
  ) {
    first.transform(&u, parameter: parameter, cell: &cell.first, constants.0)
    second.transform(&u, parameter: parameter, cell: &cell.second, constants.1)
  }
}
