// SPDX-License-Identifier: Apache-2.0

/// How a cotangent of an output is shared among the inputs: u ↦ (J₁ᵀu, J₂ᵀu, …).
///
/// One entry for each input, in their order; nil where nothing flows. The closure captures what it needs of the inputs, so
/// whoever writes one decides what is kept in memory.
public struct Pullback<V: Sendable>: Sendable {
  /// The shares of the inputs.
  public let share: @Sendable (V) -> [V?]

  /// A pullback from its rule.
  public init(_ share: @escaping @Sendable (V) -> [V?]) { self.share = share }
}
