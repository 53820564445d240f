// SPDX-License-Identifier: Apache-2.0

/// What simplified formulas save, by `CostTable`.
public struct FormulaSavings: Sendable, Hashable {
  /// Of one evaluation of what was simplified, before and after.
  public var costBefore: Double
  public var costAfter: Double
  /// All formulas together; else the shapes of repeated ones, each by itself and counted as often as it stands there.
  public var isWhole: Bool
}
