// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Chooses which of many prompts to try next, several at a time: those with the largest
///
///     mean + c·√(ln N / n),     N trials in all, n of this prompt; untried ones first.
///
/// Source: Auer, Cesa-Bianchi and Fischer, Machine Learning 47 (2002), UCB1; in batches as in Zhou et al., "Large Language Models Are
/// Human-Level Prompt Engineers" (2023), section 3.
public struct PromptBandit: Sendable, Codable, Hashable {
  /// c.
  public var exploration: Double
  public private(set) var sums: [Double]
  public private(set) var counts: [Int]

  public init(count: Int, exploration: Double = 1) {
    self.exploration = exploration
    sums = [Double](repeating: 0, count: count)
    counts = [Int](repeating: 0, count: count)
  }

  public var count: Int { counts.count }

  /// The mean of a prompt's scores; 0 where it has none.
  public func mean(_ arm: Int) -> Double { counts[arm] == 0 ? 0 : sums[arm] / Double(counts[arm]) }

  /// The next `wanted` prompts, the most promising first. Of equals a random one, by `stream`.
  public func next(_ wanted: Int, _ stream: inout RandomStream) -> [Int] {
    let total = Double(max(1, counts.reduce(0, +)))
    let order = stream.permutation(count)
    func promise(_ arm: Int) -> Double {
      counts[arm] == 0
        ? .infinity : mean(arm) + exploration * (VectorMath.log(total) / Double(counts[arm])).squareRoot()
    }
    let ranked = order.map { (arm: $0, promise: promise($0)) }.enumerated().sorted { a, b in
      a.element.promise != b.element.promise ? a.element.promise > b.element.promise : a.offset < b.offset
    }
    return ranked.prefix(wanted).map(\.element.arm)
  }

  /// Takes the scores of a prompt in; NaN counts 0.
  public mutating func tell(_ arm: Int, scores: [Double]) {
    for score in scores { sums[arm] += score.isNaN ? 0 : score }
    counts[arm] += scores.count
  }

  /// The prompt with the largest mean; of equals the one that was tried more often, then the first. nil when none was tried.
  public var best: Int? {
    counts.indices.filter { counts[$0] > 0 }.max { a, b in
      (mean(a), counts[a], -a) < (mean(b), counts[b], -b)
    }
  }
}
