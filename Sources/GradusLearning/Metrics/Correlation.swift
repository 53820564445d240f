// SPDX-License-Identifier: Apache-2.0

/// How two lists of numbers vary together.
public enum Correlation {
  /// Pearson's r = Σ(x − x̄)(y − ȳ)/√(Σ(x − x̄)²·Σ(y − ȳ)²), in two passes; nil when one side is constant or a number is none.
  public static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) numbers beside \(y.count)")
    guard !x.isEmpty else { return nil }
    let n = Double(x.count)
    let (a, b) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (p, q) in zip(x, y) {
      xy += (p - a) * (q - b)
      xx += (p - a) * (p - a)
      yy += (q - b) * (q - b)
    }
    guard xx > 0, yy > 0 else { return nil }
    // Rounding does not carry a correlation beyond ±1.
    return min(1, max(-1, xy / (xx.squareRoot() * yy.squareRoot())))
  }
}
