// SPDX-License-Identifier: Apache-2.0

/// The expected best of k samples, from n ≥ k of them, without bias and with the least variance.
///
///     eff@k = Σ_{r=k}^{n} C(r−1, k−1)/C(n, k)·e_(r),   e_(1) ≤ … ≤ e_(n) the sorted scores
///     weights from above: λ_n = k/n,  λ_{r−1} = λ_r·(1 − (k−1)/(r−1))
///
/// It is the mean over all subsets of k: Rao–Blackwell of the best of the first k. Of scores that are 0 or 1 it is pass@k.
///
/// **Reference** Qiu et al., "How Efficient is LLM-Generated Code? A Rigorous & High-Standard Benchmark" (ICLR 2025), algorithm 1.
public enum EffAtK {
  /// By rank, from the lowest score to the highest. Cost: O(n); no number grows.
  public static func weights(_ n: Int, _ k: Int) -> [Double] {
    precondition(k >= 1 && k <= n, "the best of k is estimated from at least k samples")
    var weights = [Double](repeating: 0, count: n)
    var weight = Double(k) / Double(n)
    for r in stride(from: n, through: k, by: -1) {
      weights[r - 1] = weight
      if r > 1 { weight *= 1 - Double(k - 1) / Double(r - 1) }
    }
    return weights
  }

  /// The estimate; scores in any order.
  public static func value(_ scores: [Double], k: Int) -> Double {
    zip(weights(scores.count, k), scores.sorted()).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The expected gold score of the sample that a proxy prefers among k: the same weights, in the order of the proxy.
  public static func value(_ gold: [Double], by proxy: [Double], k: Int) -> Double {
    precondition(gold.count == proxy.count, "every sample has both scores")
    let order = proxy.indices.sorted { (proxy[$0], $0) < (proxy[$1], $1) }
    return zip(weights(gold.count, k), order).reduce(0) { $0 + $1.0 * gold[$1.1] }
  }
}
