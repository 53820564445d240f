// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Chooses one of finitely many settings again and again, and hears the cost of the chosen one only.
///
/// A value: it can be saved between any two rounds. `choose` and `learn` alternate.
public protocol OnlineChooser: Sendable, Codable {
  /// How many settings there are to choose from.
  var armCount: Int { get }
  /// The arm to try in this context (ignored by context-free choosers), and the probability with which it was drawn.
  mutating func choose(context: Double, random: inout RandomStream) -> Choice
  /// The cost, at least 0, of the choice just made.
  mutating func learn(_ choice: Choice, cost: Double)
}

/// One round of a chooser.
public struct Choice: Sendable, Codable, Hashable {
  public var arm: Int
  public var probability: Double
  public var context: Double

  public init(arm: Int, probability: Double, context: Double) {
    self.arm = arm
    self.probability = probability
    self.context = context
  }
}
