// SPDX-License-Identifier: Apache-2.0

/// An interval that holds a sum of products of doubles, whatever rounding did: sums and products are rounded outwards where
/// they are not exact.
struct DirectedSum {
  private(set) var lower = 0.0
  private(set) var upper = 0.0

  init() {}

  init(_ value: Double) {
    lower = value
    upper = value
  }

  /// Adds a·b for two finite doubles.
  mutating func add(_ a: Double, times b: Double) {
    if a == 0 || b == 0 { return }
    lower = Self.sumDown(lower, Self.productDown(a, b))
    upper = Self.sumUp(upper, Self.productUp(a, b))
  }

  /// A lower bound of min of z·x over this interval of z and l ≤ x ≤ u; −∞ where an infinite end counts.
  func leastProduct(_ l: Double, _ u: Double) -> Double {
    func corner(_ z: Double, _ x: Double) -> Double {
      if z == 0 { return 0 }
      return x.isInfinite ? z * x : Self.productDown(z, x)
    }
    return min(min(corner(lower, l), corner(lower, u)), min(corner(upper, l), corner(upper, u)))
  }

  static func productDown(_ a: Double, _ b: Double) -> Double {
    let p = a * b
    return isExact(a, b, p) ? p : p.nextDown
  }

  static func productUp(_ a: Double, _ b: Double) -> Double {
    let p = a * b
    return isExact(a, b, p) ? p : p.nextUp
  }

  /// True only when the rounded product is the product; the error term itself must not underflow.
  private static func isExact(_ a: Double, _ b: Double, _ p: Double) -> Bool {
    abs(p) > 1e-250 && (-p).addingProduct(a, b) == 0
  }

  static func sumDown(_ a: Double, _ b: Double) -> Double {
    let s = a + b
    return isExactSum(a, b, s) ? s : s.nextDown
  }

  static func sumUp(_ a: Double, _ b: Double) -> Double {
    let s = a + b
    return isExactSum(a, b, s) ? s : s.nextUp
  }

  private static func isExactSum(_ a: Double, _ b: Double, _ s: Double) -> Bool {
    let t = s - a
    return s.isFinite && (a - (s - t)) + (b - t) == 0
  }
}
