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
    self.init(ruleCount, weighted: pairs.map { ($0.parent, $0.child, 1) }, smoothing: smoothing, scale: scale)
  }

  /// From pairs that count more or less than one. With kinds, one a rule, p is that among rules of the same kind: where the type of a
  /// part is known, only rules of this type are chosen among.
  public init(
    _ ruleCount: Int, weighted pairs: [(parent: Int?, child: Int, weight: Double)], kinds: [Int]? = nil,
    smoothing: Double = 0.5, scale: Double = 1
  ) {
    precondition(ruleCount > 0 && smoothing > 0, "there are rules, and smoothing keeps all of them possible")
    self.ruleCount = ruleCount
    var counts = [Double](repeating: smoothing, count: (ruleCount + 1) * ruleCount)
    for pair in pairs { counts[(pair.parent ?? ruleCount) * ruleCount + pair.child] += pair.weight }
    let kinds = kinds ?? [Int](repeating: 0, count: ruleCount)
    var table = [Int](repeating: 1, count: counts.count)
    for row in 0...ruleCount {
      var totals: [Int: Double] = [:]
      for child in 0..<ruleCount { totals[kinds[child], default: 0] += counts[row * ruleCount + child] }
      for child in 0..<ruleCount {
        let share = (totals[kinds[child]] ?? 1) / counts[row * ruleCount + child]
        table[row * ruleCount + child] = max(1, Int((scale * VectorMath.log(share) / VectorMath.log(2)).rounded()))
      }
    }
    self.table = table
  }

  /// Of a rule under another, or at the root.
  public func cost(_ child: Int, under parent: Int?) -> Int { table[(parent ?? ruleCount) * ruleCount + child] }

  /// The least that a root costs.
  var leastRoot: Int { table[(ruleCount * ruleCount)...].min() ?? 1 }

  /// The costs of some of the rules, by their new numbers.
  public func restricted(to numbers: [Int]) -> MiniRuleCosts {
    var some = MiniRuleCosts(uniform: numbers.count)
    for (row, parent) in (numbers.map(Optional.some) + [nil]).enumerated() {
      for (column, child) in numbers.enumerated() {
        some.table[row * numbers.count + column] = cost(child, under: parent)
      }
    }
    return some
  }
}
