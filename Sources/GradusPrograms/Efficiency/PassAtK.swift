// SPDX-License-Identifier: Apache-2.0

/// How likely one of k samples passes, from n ≥ k of which c do: 1 − C(n−c, k)/C(n, k), without bias.
///
/// **Reference** Chen et al., "Evaluating Large Language Models Trained on Code" (2021), section 2.1.
public enum PassAtK {
  /// As a product, so that no number grows. Cost: O(k).
  public static func value(samples n: Int, passed c: Int, k: Int) -> Double {
    precondition(k >= 1 && k <= n && c >= 0 && c <= n, "k samples out of n, of which c passed")
    var none = 1.0
    for i in 0..<k { none *= Double(max(0, n - c - i)) / Double(n - i) }
    return 1 - none
  }
}
