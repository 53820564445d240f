// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Where a sample lies: the median of the means of all pairs, each value with itself included. A third of the values may be wild.
///
/// **Reference** J. L. Hodges, E. L. Lehmann, Annals of Mathematical Statistics 34 (1963).
public enum HodgesLehmann {
  /// For seconds that are measured several times; steps need none. Cost: O(n² log n).
  public static func of(_ sample: [Double]) -> Double {
    precondition(!sample.isEmpty, "an estimate needs at least one value")
    var means: [Double] = []
    for i in sample.indices { for j in i..<sample.count { means.append(0.5 * (sample[i] + sample[j])) } }
    return Median.of(means)
  }
}
