// SPDX-License-Identifier: Apache-2.0

/// A number as an unevaluated sum of two doubles: about 106 bits, without overflow protection.
///
/// Error of a sum or product ≤ 2⁻¹⁰⁴ relative. Source: Joldes, Muller, Popescu, "Tight and rigorous error bounds for basic
/// building blocks of double-word arithmetic", ACM TOMS 44 (2017), algorithms 6 (sum) and 12 (product).
struct DoubleDouble: Comparable {
  var high: Double
  var low: Double

  init(_ value: Double) {
    high = value
    low = 0
  }

  private init(_ high: Double, _ low: Double) {
    self.high = high
    self.low = low
  }

  static let zero = DoubleDouble(0)

  /// The nearest double.
  var rounded: Double { high + low }
  var isFinite: Bool { high.isFinite && low.isFinite }
  var magnitude: Double { abs(rounded) }

  /// a + b exactly.
  private static func exactSum(_ a: Double, _ b: Double) -> DoubleDouble {
    let s = a + b
    let t = s - a
    return DoubleDouble(s, (a - (s - t)) + (b - t))
  }

  /// a·b exactly.
  static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    let p = a * b
    return DoubleDouble(p, (-p).addingProduct(a, b))
  }

  static func + (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    var s = exactSum(x.high, y.high)
    let t = exactSum(x.low, y.low)
    s.low += t.high
    s = fast(s.high, s.low)
    s.low += t.low
    return fast(s.high, s.low)
  }

  static func - (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble { x + DoubleDouble(-y.high, -y.low) }

  static func * (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let p = product(x.high, y.high)
    let low = p.low + (x.high * y.low + x.low * y.high)
    return fast(p.high, low)
  }

  static func * (a: Double, y: DoubleDouble) -> DoubleDouble { DoubleDouble(a) * y }

  static func += (x: inout DoubleDouble, y: DoubleDouble) { x = x + y }
  static func -= (x: inout DoubleDouble, y: DoubleDouble) { x = x - y }

  static prefix func - (x: DoubleDouble) -> DoubleDouble { DoubleDouble(-x.high, -x.low) }

  static func < (x: DoubleDouble, y: DoubleDouble) -> Bool { (x - y).rounded < 0 }

  private static func fast(_ a: Double, _ b: Double) -> DoubleDouble {
    let s = a + b
    return DoubleDouble(s, b - (s - a))
  }
}
