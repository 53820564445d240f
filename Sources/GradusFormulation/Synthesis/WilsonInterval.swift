// SPDX-License-Identifier: Apache-2.0

/// A share with its 95 % interval.
///
///     (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n),   p = successes/n,   z = 1.959964
///
/// Without trials the interval is 0 … 1. Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
/// Inference" (1927).
public struct WilsonInterval: Sendable, Hashable, Codable {
  public let successes: Int
  public let trials: Int
  public let lower: Double
  public let upper: Double

  /// `successes` from 0 to `trials`; others are moved there.
  public init(_ successes: Int, of trials: Int) {
    let trials = max(0, trials), successes = min(max(0, successes), trials)
    self.successes = successes
    self.trials = trials
    guard trials > 0 else {
      (lower, upper) = (0, 1)
      return
    }
    let n = Double(trials), p = Double(successes) / n, z = 1.959963984540054
    let center = p + z * z / (2 * n), width = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    lower = successes == 0 ? 0 : (center - width) / (1 + z * z / n)
    upper = successes == trials ? 1 : (center + width) / (1 + z * z / n)
  }

  /// NaN without trials.
  public var share: Double { Double(successes) / Double(trials) }
}
