// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Where a search in a tree of steps goes on.
public enum StepRule: Sendable, Codable, Hashable {
  /// `count` whole ways from the root, `wave` of them at a time, the next ones only where none was good enough; 0: all at once.
  case bestOf(count: Int, wave: Int = 0)
  /// Tree of thought: of each level the `width` best go on, each with `branching` proposals.
  case beam(width: Int, branching: Int)
  /// REBASE: so many proposals a level, less those that have come to an end; each node of the level before has the share
  ///
  ///     exp(score/temperature) / Σ exp(score/temperature),   rounded so that the sum is kept
  case rebase(budget: Int, temperature: Double)

  /// How many of `budget` each of these scores gets: the shares of their softmax, the largest remainders rounded up; of equals the
  /// first. A temperature of 0 or none gives all to the best.
  public static func allotment(_ budget: Int, _ scores: [Double], temperature: Double) -> [Int] {
    guard budget > 0, let top = scores.max() else { return scores.map { _ in 0 } }
    let weights = scores.map { score -> Double in
      if score == top { return 1 }
      return temperature > 0 ? VectorMath.exp(max(-700, (score - top) / temperature)) : 0
    }
    let sum = weights.reduce(0, +)
    let shares = weights.map { Double(budget) * $0 / sum }
    var counts = shares.map { Int($0) }
    let rest = budget - counts.reduce(0, +)
    let order = shares.indices.sorted { a, b in
      let (x, y) = (shares[a] - Double(counts[a]), shares[b] - Double(counts[b]))
      return x != y ? x > y : a < b
    }
    for k in order.prefix(max(0, rest)) { counts[k] += 1 }
    return counts
  }

  /// In words, for a model that shall choose.
  public var summary: String {
    switch self {
    case .bestOf(let count, _): "\(count) whole plans, of which the best is taken"
    case .beam(let width, let branching):
      "step by step, \(branching) proposals for each step of the best \(width) beginnings"
    case .rebase(let budget, _): "step by step, \(budget) proposals for each step, more for better beginnings"
    }
  }
}
