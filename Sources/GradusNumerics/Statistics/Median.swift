// SPDX-License-Identifier: Apache-2.0

/// The middle of a sample that is not empty. Cost: one sorting.
public enum Median {
  /// The mean of the two middle values where their number is even.
  public static func of(_ sample: [Double]) -> Double {
    let sorted = sample.sorted()
    return 0.5 * (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
  }

  /// The lower of the two middle values where their number is even: half of the sample does not exceed it.
  public static func lower(_ sample: [Double]) -> Double { sample.sorted()[(sample.count - 1) / 2] }
}
