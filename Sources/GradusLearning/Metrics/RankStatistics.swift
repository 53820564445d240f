// SPDX-License-Identifier: Apache-2.0

/// Measures that depend on the order of numbers alone.
public enum RankStatistics {
  /// Ranks from 1; equal numbers share the mean of theirs. O(n log n).
  public static func ranks(_ x: [Double]) -> [Double] {
    let order = x.indices.sorted { x[$0] < x[$1] }
    var ranks = [Double](repeating: 0, count: x.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, x[order[last + 1]] == x[order[first]] { last += 1 }
      for k in first...last { ranks[order[k]] = Double(first + last) / 2 + 1 }
      first = last + 1
    }
    return ranks
  }

  /// Spearman's ρ: Pearson's correlation of ranks, equal numbers sharing theirs. nil when one side is constant or a
  /// number is none. O(n log n).
  public static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) numbers beside \(y.count)")
    guard x.allSatisfy({ !$0.isNaN }), y.allSatisfy({ !$0.isNaN }) else { return nil }
    let (a, b) = (ranks(x), ranks(y))
    let mean = Double(x.count + 1) / 2
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (p, q) in zip(a, b) {
      ab += (p - mean) * (q - mean)
      aa += (p - mean) * (p - mean)
      bb += (q - mean) * (q - mean)
    }
    return aa > 0 && bb > 0 ? limited(ab / (aa.squareRoot() * bb.squareRoot())) : nil
  }

  /// Kendall's τ_b = (C − D)/√((n₀ − n₁)(n₀ − n₂)), n₀ = n(n − 1)/2, n₁ and n₂ the pairs tied in x and in y; C concordant,
  /// D discordant. nil when one side is constant or a number is none. O(n log n): discordant pairs are the exchanges of a
  /// merge sort.
  ///
  /// **Reference** W. Knight, *A computer method for calculating Kendall's tau with ungrouped data*, JASA 61 (1966).
  public static func kendall(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) numbers beside \(y.count)")
    guard x.count >= 2, x.allSatisfy({ !$0.isNaN }), y.allSatisfy({ !$0.isNaN }) else { return nil }
    let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
    func pairs(_ equal: (Int, Int) -> Bool, _ order: [Int]) -> Int {
      var (total, first) = (0, 0)
      for k in 1...max(1, order.count) where k == order.count || !equal(order[k - 1], order[k]) {
        total += (k - first) * (k - first - 1) / 2
        first = k
      }
      return total
    }
    let inX = pairs({ x[$0] == x[$1] }, order)
    let inBoth = pairs({ x[$0] == x[$1] && y[$0] == y[$1] }, order)
    var sorted = order.map { y[$0] }
    let discordant = exchanges(&sorted)
    let inY = pairs({ y[$0] == y[$1] }, y.indices.sorted { y[$0] < y[$1] })
    let all = x.count * (x.count - 1) / 2
    guard all > inX, all > inY else { return nil }
    let difference = Double(all - inX - inY + inBoth - 2 * discordant)
    return limited(difference / (Double(all - inX).squareRoot() * Double(all - inY).squareRoot()))
  }

  /// Rounding does not carry a correlation beyond ±1.
  private static func limited(_ r: Double) -> Double { min(1, max(-1, r)) }

  /// Sorts, and counts how many pairs stood the wrong way round.
  private static func exchanges(_ y: inout [Double]) -> Int {
    var (count, width) = (0, 1)
    var target = y
    while width < y.count {
      var start = 0
      while start < y.count {
        let (middle, end) = (min(start + width, y.count), min(start + 2 * width, y.count))
        var (i, j) = (start, middle)
        for k in start..<end {
          if j >= end || i < middle && y[i] <= y[j] {
            target[k] = y[i]
            i += 1
          } else {
            target[k] = y[j]
            j += 1
            count += middle - i
          }
        }
        start = end
      }
      swap(&y, &target)
      width *= 2
    }
    return count
  }

  /// The area under the receiver operating characteristic: the share of pairs (yes, no) that the scores order rightly,
  /// ties half. nil without a yes or without a no. O(n log n), by the sum of ranks (Mann & Whitney).
  public static func areaUnderROC(scores: [Double], isPositive: [Bool]) -> Double? {
    precondition(scores.count == isPositive.count, "\(scores.count) scores of \(isPositive.count) observations")
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard positives > 0, negatives > 0, scores.allSatisfy({ !$0.isNaN }) else { return nil }
    let ranks = ranks(scores)
    let sum = zip(ranks, isPositive).reduce(0.0) { $1.1 ? $0 + $1.0 : $0 }
    return (sum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
  }
}
