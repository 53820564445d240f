// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Interval {
  /// Hull of an increasing function of the mathematical library on this interval, cut to `range`.
  private func increasing(_ f: (Double) -> Double, range: Interval = .whole, underflows: Bool = false) -> Interval {
    if isEmpty { return .empty }
    let low = f(lower)
    let high = f(upper)
    // An argument of ±∞ is a limit, and so is its value.
    let bottom = lower.isInfinite ? low : Rounding.widenDown(low)
    let top = upper.isInfinite ? high : Rounding.widenUp(high, underflows: underflows)
    return Interval(max(bottom.isNaN ? -.infinity : bottom, range.lower), min(top.isNaN ? .infinity : top, range.upper))
  }

  var exponential: Interval { increasing({ exp($0) }, range: Interval(0, .infinity), underflows: true) }

  func logarithm(_ f: (Double) -> Double) -> Interval {
    let part = intersection(Interval(0, .infinity))
    // log 0 = −∞ is a limit; widening must not make it finite.
    if part.isEmpty || part.upper == 0 { return .empty }
    let low = part.lower == 0 ? -.infinity : Rounding.widenDown(f(part.lower))
    return Interval(low, part.upper == .infinity ? .infinity : Rounding.widenUp(f(part.upper)))
  }

  var sine: Interval { wave({ sin($0) }, peak: Double.pi / 2) }
  var cosine: Interval { wave({ cos($0) }, peak: 0) }

  /// A wave of period 2π between −1 and 1 with a maximum at `peak`.
  private func wave(_ f: (Double) -> Double, peak: Double) -> Interval {
    if isEmpty { return .empty }
    if !isBounded || width >= 6.283 || magnitude > 1e6 { return Interval(-1, 1) }
    let (low, high) = (min(f(lower), f(upper)), max(f(lower), f(upper)))
    return Interval(
      holds(peak + Double.pi, period: 2 * Double.pi) ? -1 : max(-1, Rounding.widenDown(low)),
      holds(peak, period: 2 * Double.pi) ? 1 : min(1, Rounding.widenUp(high)))
  }

  /// Whether a point `offset` + k·`period` may lie inside; errs to true.
  private func holds(_ offset: Double, period: Double) -> Bool {
    ((lower - offset) / period - 1e-9).rounded(.up) <= ((upper - offset) / period + 1e-9).rounded(.down)
  }

  var tangent: Interval {
    if isEmpty { return .empty }
    if !isBounded || width >= 3.15 || magnitude > 1e6 || holds(Double.pi / 2, period: Double.pi) { return .whole }
    return increasing { tan($0) }
  }

  var arcSine: Interval {
    intersection(Interval(-1, 1)).increasing({ asin($0) }, range: Interval(-1.5707963267948968, 1.5707963267948968))
  }
  var arcCosine: Interval {
    let part = intersection(Interval(-1, 1))
    if part.isEmpty { return .empty }
    return Interval(Rounding.widenDown(acos(part.upper)), Rounding.widenUp(acos(part.lower)))
  }
  var arcTangent: Interval {
    if isEmpty { return .empty }
    return Interval(Rounding.widenDown(atan(lower)), Rounding.widenUp(atan(upper)))
  }
  var hyperbolicSine: Interval { increasing { sinh($0) } }
  var hyperbolicCosine: Interval { absolute.increasing({ cosh($0) }, range: Interval(1, .infinity)) }
  var hyperbolicTangent: Interval { increasing({ tanh($0) }, range: Interval(-1, 1)) }
  var inverseHyperbolicSine: Interval { increasing { asinh($0) } }
  var inverseHyperbolicCosine: Interval {
    intersection(Interval(1, .infinity)).increasing({ acosh($0) }, range: Interval(0, .infinity))
  }
  var inverseHyperbolicTangent: Interval {
    let part = intersection(Interval(-1, 1))
    if part.isEmpty { return .empty }
    return Interval(
      part.lower <= -1 ? -.infinity : Rounding.widenDown(atanh(part.lower)),
      part.upper >= 1 ? .infinity : Rounding.widenUp(atanh(part.upper)))
  }

  /// a^n for a constant n, where it is a real number.
  func power(_ n: Double) -> Interval {
    if isEmpty { return .empty }
    if n == 0 { return Interval(1) }
    if n == 1 { return self }
    if n == 2 { return squared }
    guard n == n.rounded() else { return intersection(Interval(0, .infinity)).positivePower(n) }
    if n < 0 {
      let whole = power(-n)
      // An odd power that changes sign has both infinities as limits; `/` knows.
      return Interval(1) / whole
    }
    if n.truncatingRemainder(dividingBy: 2) == 0 { return absolute.positivePower(n) }
    let negative = -(-intersection(Interval(-.infinity, 0))).positivePower(n)
    return intersection(Interval(0, .infinity)).positivePower(n).hull(negative)
  }

  /// a^n for a ≥ 0 and n ≠ 0.
  private func positivePower(_ n: Double) -> Interval {
    if isEmpty { return .empty }
    // The magnitude takes the sign of a zero away, which the library would carry into an infinity.
    let (first, last) = n > 0 ? (abs(lower), abs(upper)) : (abs(upper), abs(lower))
    let (a, b) = (pow(first, n), pow(last, n))
    let isExact = { (x: Double) in x == 0 || x == 1 || x == .infinity }
    let low = isExact(first) ? a : max(0, Rounding.widenDown(a))
    let high = isExact(last) ? b : Rounding.widenUp(b, underflows: true)
    return Interval(low, high)
  }

  /// a^b, where it is a real number.
  func power(_ b: Interval) -> Interval {
    if isEmpty || b.isEmpty { return .empty }
    if b.isPoint { return power(b.lower) }
    let part = intersection(Interval(0, .infinity))
    var result = Interval.empty
    if !part.isEmpty { result = part.corners(b) }
    if lower < 0, !b.roundedInward().isEmpty {
      let size = (-intersection(Interval(-.infinity, 0))).corners(b).upper
      result = result.hull(Interval(-size, size))
    }
    return result
  }

  /// Extremes of a^b lie at corners, as it is monotone in each argument; a ≥ 0.
  private func corners(_ b: Interval) -> Interval {
    var result = Interval.empty
    for x in [abs(lower), abs(upper)] {
      for y in [b.lower, b.upper] {
        let v = pow(x, y)
        result = result.hull(Interval(max(0, Rounding.widenDown(v)), Rounding.widenUp(v, underflows: true)))
      }
    }
    // 1^∞ is 1 to the library; the limits next to it are 0 and ∞.
    if contains(1) && !b.isBounded || upper == .infinity && b.contains(0) { return Interval(0, .infinity) }
    return result
  }
}
