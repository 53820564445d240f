// SPDX-License-Identifier: Apache-2.0

/// The one-sided signed-rank test of paired differences against a median of zero.
///
///     W⁺ = Σ rank(|dᵢ|) over dᵢ > 0,   p = P(W⁺ ≥ observed | signs are fair coins)
///
/// Exact: equal magnitudes share their mean rank, and all sign patterns of the shared ranks are counted. A difference of
/// zero counts against the alternative: it keeps its rank, with the sign of a failure. NaN counts as −∞. Cost: O(n³).
///
/// **Reference** F. Wilcoxon, Biometrics Bulletin 1 (1945); ties after J. W. Pratt, JASA 54 (1959), made conservative.
public struct SignedRankTest: Sendable, Hashable {
  /// Σ of the ranks of positive differences.
  public let statistic: Double
  /// The probability of a statistic at least as large when signs are fair coins; 1 without pairs.
  public let probability: Double

  public init(_ differences: [Double]) {
    let count = differences.count
    let values = differences.map { $0.isNaN ? -Double.infinity : $0 }
    let order = (0..<count).sorted { abs(values[$0]) < abs(values[$1]) }
    // Twice the mean ranks, so that they are whole numbers.
    var ranks = [Int](repeating: 0, count: count)
    var first = 0
    while first < count {
      var last = first
      while last + 1 < count, abs(values[order[last + 1]]) == abs(values[order[first]]) { last += 1 }
      for place in first...last { ranks[order[place]] = first + last + 2 }
      first = last + 1
    }
    var observed = 0
    for i in 0..<count where values[i] > 0 { observed += ranks[i] }
    statistic = Double(observed) / 2
    probability = Self.tail(ranks, from: observed)
  }

  /// The share of sign patterns whose positive ranks add up to `observed` or more.
  private static func tail(_ ranks: [Int], from observed: Int) -> Double {
    let total = ranks.reduce(0, +)
    var share = [Double](repeating: 0, count: total + 1)
    share[0] = 1
    var reached = 0
    for rank in ranks {
      reached += rank
      for sum in stride(from: reached, through: 0, by: -1) {
        share[sum] = 0.5 * (share[sum] + (sum >= rank ? share[sum - rank] : 0))
      }
    }
    return min(1, share[min(observed, total + 1)...].reduce(0, +))
  }
}
