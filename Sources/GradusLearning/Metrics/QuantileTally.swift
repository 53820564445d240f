// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// What predicted quantiles are judged by: the share of targets at or below each, which should be its level.
public struct QuantileTally: MetricTally {
  private let levels: [Double]
  private var below: [Int]
  private var count = 0

  public init(levels: [Double]) {
    self.levels = levels
    below = [Int](repeating: 0, count: levels.count)
  }

  public mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws {
    guard case .numbers(let numbers, _) = targets else { return }
    let o = outputs.doubles
    for (i, t) in try numbers.value.doubles.enumerated() {
      count += 1
      for l in levels.indices where t <= o[i * levels.count + l] { below[l] += 1 }
    }
  }

  public var metrics: [Metric] {
    guard count > 0 else { return [] }
    let shares = below.map { Double($0) / Double(count) }
    let error = zip(shares, levels).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(levels.count)
    return [Metric("coverage error", error, isBetterHigher: false)]
      + zip(levels, shares).map { Metric("share below \($0)", $1, isBetterHigher: true) }
  }
}
