// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Chooses which way of planning is tried next:
///
///     UCB(a) = mean(a) + c·√(2 ln(T + 1)/N(a)) + λ·prior(a) + α_d/(n(a) + 1) + α_r·recovery(a)
///
/// N(a) rounds of a, T of all; n(a) those on the task at hand; prior what a model thinks of a for this task, from 0 to 1; recovery(a) the
/// share of rounds of a that were good enough among those that followed one that was not. Ways without a round come first, those with the
/// largest prior in front. A round's reward is from 0 to 1.
///
/// Source: Parmar et al., "PlanGEN" (2025), who state no constants; c is 1 there.
public struct PlanBandit: Sendable, Codable, Hashable {
  /// c.
  public var exploration = 1.0
  /// λ.
  public var trust = 1.0
  /// α_d.
  public var diversity = 0.1
  /// α_r.
  public var recovery = 0.1
  public private(set) var sums: [Double]
  public private(set) var counts: [Int]
  /// Rounds that followed one that was not good enough, and those of them that were.
  public private(set) var rescues: [Int]
  public private(set) var rescued: [Int]

  public init(count: Int) {
    sums = [Double](repeating: 0, count: count)
    counts = [Int](repeating: 0, count: count)
    rescues = counts
    rescued = counts
  }

  public var count: Int { counts.count }

  /// The mean reward of a way; 0 where it has none.
  public func mean(_ arm: Int) -> Double { counts[arm] == 0 ? 0 : sums[arm] / Double(counts[arm]) }

  /// The sum of the formula; infinite where nothing was tried yet.
  public func promise(_ arm: Int, prior: Double, tries: Int) -> Double {
    guard counts[arm] > 0 else { return .infinity }
    let rounds = Double(counts.reduce(0, +))
    let width = (2 * VectorMath.log(rounds + 1) / Double(counts[arm])).squareRoot()
    let share = rescues[arm] == 0 ? 0 : Double(rescued[arm]) / Double(rescues[arm])
    return mean(arm) + exploration * width + trust * prior + diversity / Double(tries + 1) + recovery * share
  }

  /// The way with the largest promise; of equals that with the larger prior, then the first. `tries`: its rounds on this task.
  public func next(priors: [Double], tries: [Int]) -> Int {
    var best = 0, top = (-Double.infinity, -Double.infinity)
    for arm in counts.indices {
      let own = (promise(arm, prior: priors[arm], tries: tries[arm]), priors[arm])
      if arm == 0 || own > top { (best, top) = (arm, own) }
    }
    return best
  }

  /// Takes a round in. A reward that is no number counts 0.
  public mutating func tell(_ arm: Int, reward: Double, isEnough: Bool, afterFailure: Bool) {
    sums[arm] += reward.isNaN ? 0 : min(1, max(0, reward))
    counts[arm] += 1
    if afterFailure {
      rescues[arm] += 1
      rescued[arm] += isEnough ? 1 : 0
    }
  }
}
