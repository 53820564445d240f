// SPDX-License-Identifier: Apache-2.0

/// By how much a configuration is right more often than another on the same items, and whether it is worth going on.
///
///     dᵢ = right − right of the other, in {−1, 0, 1};   d̄ ± z·√(s²/n),   s² with one half of a difference each way added
///
/// The additions keep the interval from being empty where no pair differs.
public struct PairedRace: Sendable, Codable, Hashable {
  public private(set) var count = 0
  private var gains = 0
  private var losses = 0

  public init() {}

  /// Takes one pair in.
  public mutating func tell(_ own: Bool, against other: Bool) {
    count += 1
    if own, !other { gains += 1 }
    if !own, other { losses += 1 }
  }

  /// The mean difference; 0 where there are no pairs.
  public var mean: Double { count == 0 ? 0 : Double(gains - losses) / Double(count) }

  /// z·√(s²/n); infinite where there are no pairs.
  public func width(_ z: Double) -> Double {
    guard count > 0 else { return .infinity }
    let n = Double(count)
    let square = (Double(gains + losses) + 1) / n - mean * mean
    return z * (max(0, square) / n).squareRoot()
  }

  /// Whether all of the interval lies below.
  public func isBelow(_ limit: Double, z: Double) -> Bool { mean + width(z) < limit }
  /// Whether none of it does.
  public func isNotBelow(_ limit: Double, z: Double) -> Bool { mean - width(z) >= limit }
}
