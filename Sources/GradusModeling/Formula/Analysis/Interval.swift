// SPDX-License-Identifier: Apache-2.0

/// A closed interval [lower, upper] of the extended reals; empty when lower > upper.
///
/// All arithmetic rounds outward: the result contains f(x) for all real x in the arguments where f is defined, whatever
/// the rounding of the processor. Sums, products, quotients and roots are exact where the exact result is a number;
/// functions of the mathematical library are widened by four units in the last place.
/// Source: Moore, Kearfott & Cloud, *Introduction to Interval Analysis* (2009); Dekker, *Numer. Math.* 18 (1971) for the
/// residuals of sums and products.
public struct Interval: Sendable, Hashable, Codable {
  public var lower: Double
  public var upper: Double

  @inlinable
  public init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// [value, value].
  @inlinable
  public init(_ value: Double) { self.init(value, value) }

  public static let empty = Interval(.infinity, -.infinity)
  public static let whole = Interval(-.infinity, .infinity)

  @inlinable public var isEmpty: Bool { !(lower <= upper) }
  @inlinable public var isPoint: Bool { lower == upper }
  @inlinable public var isBounded: Bool { lower > -.infinity && upper < .infinity }
  /// upper − lower, rounded to nearest; negative infinity when empty.
  @inlinable public var width: Double { isEmpty ? -.infinity : lower == upper ? 0 : upper - lower }
  /// max |x|.
  @inlinable public var magnitude: Double { max(abs(lower), abs(upper)) }

  /// A finite number inside, near the middle where there is one.
  public var middle: Double {
    if isBounded { return min(max(lower, lower / 2 + upper / 2), upper) }
    if lower > -.infinity { return max(lower, lower > 0 ? 2 * lower : 1).clampedFinite }
    if upper < .infinity { return min(upper, upper < 0 ? 2 * upper : -1).clampedFinite }
    return 0
  }

  /// True for lower ≤ x ≤ upper; false for everything when empty, and for NaN.
  @inlinable public func contains(_ x: Double) -> Bool { lower <= x && x <= upper }
  /// True when every number inside is one of `other`; the empty interval is part of all.
  @inlinable public func isSubset(of other: Interval) -> Bool {
    isEmpty || lower >= other.lower && upper <= other.upper
  }

  /// What lies in both; `empty` when nothing does.
  @inlinable
  public func intersection(_ other: Interval) -> Interval {
    let result = Interval(max(lower, other.lower), min(upper, other.upper))
    return result.isEmpty ? .empty : result
  }

  /// The smallest interval that contains both.
  @inlinable
  public func hull(_ other: Interval) -> Interval {
    isEmpty ? other : other.isEmpty ? self : Interval(min(lower, other.lower), max(upper, other.upper))
  }

  /// The whole numbers inside, as their hull; `slack` outside counts as inside.
  public func roundedInward(slack: Double = 0) -> Interval {
    let result = Interval((lower - slack).rounded(.up), (upper + slack).rounded(.down))
    return result.isEmpty ? .empty : result
  }

  /// {−x}.
  public static prefix func - (a: Interval) -> Interval { Interval(-a.upper, -a.lower) }

  /// {x + y}, rounded outward.
  public static func + (a: Interval, b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty { return .empty }
    return Interval(Rounding.sumDown(a.lower, b.lower), Rounding.sumUp(a.upper, b.upper))
  }

  /// {x − y}, rounded outward.
  public static func - (a: Interval, b: Interval) -> Interval { a + -b }

  /// {x·y}, rounded outward; 0·∞ counts as 0.
  public static func * (a: Interval, b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty { return .empty }
    let low = min(
      min(Rounding.productDown(a.lower, b.lower), Rounding.productDown(a.lower, b.upper)),
      min(Rounding.productDown(a.upper, b.lower), Rounding.productDown(a.upper, b.upper)))
    let high = max(
      max(Rounding.productUp(a.lower, b.lower), Rounding.productUp(a.lower, b.upper)),
      max(Rounding.productUp(a.upper, b.lower), Rounding.productUp(a.upper, b.upper)))
    return Interval(low, high)
  }

  /// {a·x} for one number a, rounded outward.
  public static func * (a: Double, b: Interval) -> Interval {
    if b.isEmpty { return .empty }
    return a >= 0
      ? Interval(Rounding.productDown(a, b.lower), Rounding.productUp(a, b.upper))
      : Interval(Rounding.productDown(a, b.upper), Rounding.productUp(a, b.lower))
  }

  /// All quotients with a denominator other than 0; the hull of two rays where the denominator changes sign.
  public static func / (a: Interval, b: Interval) -> Interval {
    if a.isEmpty || b.isEmpty || b.lower == 0 && b.upper == 0 { return .empty }
    if b.lower < 0 && b.upper > 0 { return a.lower == 0 && a.upper == 0 ? a : .whole }
    if b.upper <= 0 { return -(a / -b) }
    // Here b ≥ 0.
    if b.lower == 0 {
      let least = a.lower >= 0 ? Rounding.quotientDown(a.lower, b.upper) : -.infinity
      let most = a.upper <= 0 ? Rounding.quotientUp(a.upper, b.upper) : .infinity
      return Interval(least, most)
    }
    return Interval(
      Rounding.quotientDown(a.lower, a.lower >= 0 ? b.upper : b.lower),
      Rounding.quotientUp(a.upper, a.upper >= 0 ? b.lower : b.upper))
  }

  public var squared: Interval {
    if isEmpty { return .empty }
    let high = magnitude
    let low = lower > 0 ? lower : upper < 0 ? -upper : 0
    return Interval(Rounding.productDown(low, low), Rounding.productUp(high, high))
  }

  public var absolute: Interval {
    if isEmpty { return .empty }
    return lower >= 0 ? self : upper <= 0 ? -self : Interval(0, magnitude)
  }

  /// √ of the part at or above 0.
  public var squareRoot: Interval {
    let part = intersection(Interval(0, .infinity))
    if part.isEmpty { return .empty }
    return Interval(Rounding.rootDown(part.lower), Rounding.rootUp(part.upper))
  }
}

extension Double {
  /// The value, or the largest finite number of its sign.
  var clampedFinite: Double { Swift.min(Swift.max(self, -Double.greatestFiniteMagnitude), .greatestFiniteMagnitude) }
}
