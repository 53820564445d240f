// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a loss will be after more steps, from its first ones.
///
///     L(t) ≈ a·e^{bt} + c,   b < 0
///
/// Up to ten times the 3 % of values in the first half that lie farthest from a parabola through the rest are dropped; a
/// moving average over a tenth of the series follows; then b is searched for, a and c by least squares.
///
/// **Reference** Y. Jin et al., *AutoLRS: Automatic learning-rate schedule by Bayesian optimization on the fly*, ICLR 2021,
/// section 4.2 (with a parabola in the place of the smoothing spline of degree 2).
public struct LossForecast: Sendable, Hashable {
  /// a and c; b = −`decay`.
  public let amplitude: Double
  public let limit: Double
  /// −b > 0, for each step.
  public let decay: Double

  /// Fits the series of losses after steps 1, 2, …; nil when one of them is no number or there are fewer than three.
  public init?(_ losses: [Double]) {
    guard losses.count >= 3, losses.allSatisfy({ $0.isFinite }) else { return nil }
    let kept = Self.withoutOutliers(losses.enumerated().map { (Double($0.offset + 1), $0.element) })
    let smooth = Self.averaged(kept, width: max(1, kept.count / 10))
    let length = Double(losses.count)
    // The curve bends visibly within the series or is a line on it: rates from 1/100 to 30 of an inverse length.
    var best = (place: 0.0, error: Double.infinity)
    func error(_ logarithm: Double) -> Double { Self.leastSquares(smooth, exp(logarithm)).error }
    for k in 0...40 {
      let candidate = log(0.01 / length) + Double(k) / 40 * log(3000.0)
      let miss = error(candidate)
      if miss < best.error { best = (candidate, miss) }
    }
    let spacing = log(3000.0) / 40
    var (low, high) = (best.place - spacing, best.place + spacing)
    for _ in 0..<40 {
      let (left, right) = (low + 0.382 * (high - low), low + 0.618 * (high - low))
      if error(left) <= error(right) { high = right } else { low = left }
    }
    decay = exp(0.5 * (low + high))
    (amplitude, limit, _) = Self.leastSquares(smooth, decay)
  }

  /// The forecast for step t.
  public func value(at step: Int) -> Double { amplitude * exp(-decay * Double(step)) + limit }

  private typealias Place = (t: Double, loss: Double)

  /// a, c and Σ residual² for a given rate.
  private static func leastSquares(_ places: [Place], _ decay: Double) -> (a: Double, c: Double, error: Double) {
    let n = Double(places.count)
    var (se, see, sy, sey) = (0.0, 0.0, 0.0, 0.0)
    for (t, y) in places {
      let e = exp(-decay * t)
      se += e
      see += e * e
      sy += y
      sey += e * y
    }
    let determinant = n * see - se * se
    let a = abs(determinant) > 1e-14 * n * see ? (n * sey - se * sy) / determinant : 0
    let c = (sy - a * se) / n
    let error = places.reduce(0.0) { sum, place in
      let miss = a * exp(-decay * place.t) + c - place.loss
      return sum + miss * miss
    }
    return (a, c, error)
  }

  private static func withoutOutliers(_ places: [Place]) -> [Place] {
    guard places.count >= 12 else { return places }
    let middle = 0.5 * Double(places.count)
    let dropped = max(1, Int(0.03 * Double(places.count)))
    var kept = places
    for _ in 0..<10 {
      let fit = parabola(kept)
      func miss(_ place: Place) -> Double { abs(fit(place.t) - place.loss) }
      let spread = (kept.reduce(0.0) { $0 + miss($1) * miss($1) } / Double(kept.count)).squareRoot()
      let worst = kept.indices.filter { kept[$0].t <= middle && miss(kept[$0]) > 2 * spread }
        .sorted { miss(kept[$0]) > miss(kept[$1]) }.prefix(dropped)
      guard !worst.isEmpty, kept.count - worst.count >= 8 else { break }
      let gone = Set(worst)
      kept = kept.indices.filter { !gone.contains($0) }.map { kept[$0] }
    }
    return kept
  }

  /// The parabola with the least squared distance, by elimination in coordinates from −1 to 1.
  private static func parabola(_ places: [Place]) -> (Double) -> Double {
    let (first, last) = (places[0].t, places[places.count - 1].t)
    func unit(_ t: Double) -> Double { last > first ? 2 * (t - first) / (last - first) - 1 : 0 }
    var m = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 3)
    for (t, y) in places {
      let x = unit(t)
      let powers = [1, x, x * x]
      for i in 0..<3 {
        for j in 0..<3 { m[i][j] += powers[i] * powers[j] }
        m[i][3] += powers[i] * y
      }
    }
    for i in 0..<3 where abs(m[i][i]) > 1e-12 {
      for k in 0..<3 where k != i {
        let factor = m[k][i] / m[i][i]
        for j in i..<4 { m[k][j] -= factor * m[i][j] }
      }
    }
    let c = (0..<3).map { abs(m[$0][$0]) > 1e-12 ? m[$0][3] / m[$0][$0] : 0 }
    return { t in c[0] + unit(t) * (c[1] + unit(t) * c[2]) }
  }

  private static func averaged(_ places: [Place], width: Int) -> [Place] {
    guard width > 1 else { return places }
    return (0...places.count - width).map { start in
      let window = places[start..<start + width]
      let n = Double(width)
      return (window.reduce(0) { $0 + $1.t } / n, window.reduce(0) { $0 + $1.loss } / n)
    }
  }
}
