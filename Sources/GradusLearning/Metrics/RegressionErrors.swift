// SPDX-License-Identifier: Apache-2.0

/// How far predictions are from numbers, gathered one after the other.
///
///     RMSE = √(1/n Σ (p − t)²),   MAE = 1/n Σ |p − t|,   R² = 1 − Σ (p − t)² / Σ (t − t̄)²
public struct RegressionErrors: Sendable, Codable, Hashable {
  public private(set) var count = 0
  private var squares = 0.0
  private var magnitudes = 0.0
  private var mean = 0.0
  private var spread = 0.0

  public init() {}

  /// One prediction p of a number t. Means and spreads are updated as by Welford, without cancellation.
  public mutating func add(_ p: Double, target t: Double) {
    count += 1
    squares += (p - t) * (p - t)
    magnitudes += abs(p - t)
    let before = t - mean
    mean += before / Double(count)
    spread += before * (t - mean)
  }

  public var rootMeanSquare: Double { (squares / Double(count)).squareRoot() }
  public var meanMagnitude: Double { magnitudes / Double(count) }
  /// nil for fewer than two observations, or when all targets are equal.
  public var determination: Double? { count >= 2 && spread > 0 ? 1 - squares / spread : nil }
}
