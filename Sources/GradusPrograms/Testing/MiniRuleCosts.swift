// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What it costs to use a rule as a part of another: from counts of solved tasks, in whole units of −log₂ of their probability.
///
///     p(child | parent) = (count + smoothing) / (all of the parent + smoothing · rules);  cost = max(1, round(−scale·log₂ p))
///
/// Without counts every rule costs one, so that the cost of a term is the number of its rules.
public struct MiniRuleCosts: Sendable, Hashable, Codable {
  public let ruleCount: Int
  /// By parent – the place above the root is the last – and child.
  private var table: [Int]

  /// One for everything.
  public init(uniform ruleCount: Int) {
    self.ruleCount = ruleCount
    table = [Int](repeating: 1, count: (ruleCount + 1) * ruleCount)
  }

  /// From pairs of a rule and the one it is a part of; nil: it is the root.
  public init(
    _ ruleCount: Int, pairs: [(parent: Int?, child: Int)], smoothing: Double = 0.5, scale: Double = 1
  ) {
    precondition(ruleCount > 0 && smoothing > 0, "there are rules, and smoothing keeps all of them possible")
    self.ruleCount = ruleCount
    var counts = [Double](repeating: smoothing, count: (ruleCount + 1) * ruleCount)
    for pair in pairs { counts[(pair.parent ?? ruleCount) * ruleCount + pair.child] += 1 }
    table =
      counts
      .enumerated().map { place, count in
        let row = place / ruleCount * ruleCount
        let total = counts[row..<row + ruleCount].reduce(0, +)
        return max(1, Int((scale * VectorMath.log(total / count) / VectorMath.log(2)).rounded()))
      }
  }

  /// Of a rule under another, or at the root.
  public func cost(_ child: Int, under parent: Int?) -> Int { table[(parent ?? ruleCount) * ruleCount + child] }

  /// The least that a root costs.
  var leastRoot: Int { table[(ruleCount * ruleCount)...].min() ?? 1 }
}
