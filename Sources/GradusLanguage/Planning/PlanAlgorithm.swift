// SPDX-License-Identifier: Apache-2.0

/// A way of planning: where the search goes on, and how often what is not good enough is written again.
public struct PlanAlgorithm: Sendable, Codable, Hashable {
  public var name: String
  public var rule: StepRule
  public var repairs: Int

  public init(_ name: String, _ rule: StepRule, repairs: Int = 1) {
    self.name = name
    self.rule = rule
    self.repairs = repairs
  }

  /// Five whole plans.
  public static let bestOfFive = PlanAlgorithm("best-of-n", .bestOf(count: 5))
  /// Three proposals for each line of the best two beginnings.
  public static let treeOfThought = PlanAlgorithm("tree-of-thought", .beam(width: 2, branching: 3))
  /// Six proposals for each line, shared by scores.
  public static let rebase = PlanAlgorithm("rebase", .rebase(budget: 6, temperature: 40))
}
