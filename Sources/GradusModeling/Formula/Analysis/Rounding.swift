// SPDX-License-Identifier: Apache-2.0

/// Elementary operations rounded in a chosen direction without touching the processor's rounding mode.
///
/// The rounding error of a sum, product, quotient or root is itself a number that can be computed (TwoSum, fused
/// multiply-add); its sign tells whether the rounded result must move by one unit. Near underflow, where the error is no
/// longer a number, the result moves anyway. 0·∞ is 0, as the bounds of intervals want it, and ∞ − ∞ is the safe side.
package enum Rounding {
  /// Below this the residual of a product may underflow.
  private static let small = 0x1p-960

  @inline(__always)
  package static func sumDown(_ a: Double, _ b: Double) -> Double {
    let s = a + b
    if !s.isFinite {
      if s.isNaN { return -.infinity }
      return s == .infinity && a.isFinite && b.isFinite ? .greatestFiniteMagnitude : s
    }
    return residual(a, b, s) < 0 ? s.nextDown : s
  }

  @inline(__always)
  package static func sumUp(_ a: Double, _ b: Double) -> Double { -sumDown(-a, -b) }

  /// a + b − s exactly (Knuth).
  @inline(__always)
  private static func residual(_ a: Double, _ b: Double, _ s: Double) -> Double {
    let part = s - a
    return (a - (s - part)) + (b - part)
  }

  @inline(__always)
  package static func productDown(_ a: Double, _ b: Double) -> Double {
    if a == 0 || b == 0 { return 0 }
    let p = a * b
    if !p.isFinite { return p == .infinity && a.isFinite && b.isFinite ? .greatestFiniteMagnitude : p }
    if abs(p) < small { return p.nextDown }
    return (-p).addingProduct(a, b) < 0 ? p.nextDown : p
  }

  @inline(__always)
  package static func productUp(_ a: Double, _ b: Double) -> Double { -productDown(-a, b) }

  /// a / b for b ≠ 0.
  @inline(__always)
  package static func quotientDown(_ a: Double, _ b: Double) -> Double {
    if a == 0 { return 0 }
    let q = a / b
    if !q.isFinite {
      if q.isNaN { return -.infinity }
      return q == .infinity && a.isFinite && b != 0 ? .greatestFiniteMagnitude : q
    }
    // A finite number over an infinite bound: between 0 and arbitrarily small numbers of the sign of q.
    if b.isInfinite { return q.sign == .minus ? -Double.leastNonzeroMagnitude : 0 }
    if abs(q) < small || abs(a) < small { return q.nextDown }
    let rest = a.addingProduct(-q, b)
    return (b > 0 ? rest < 0 : rest > 0) ? q.nextDown : q
  }

  @inline(__always)
  package static func quotientUp(_ a: Double, _ b: Double) -> Double { -quotientDown(-a, b) }

  @inline(__always)
  package static func rootDown(_ a: Double) -> Double {
    let s = a.squareRoot()
    if a == 0 || !s.isFinite { return s }
    return max(0, a < small || a.addingProduct(-s, s) < 0 ? s.nextDown : s)
  }

  @inline(__always)
  package static func rootUp(_ a: Double) -> Double {
    let s = a.squareRoot()
    if a == 0 || !s.isFinite { return s }
    return a < small || a.addingProduct(-s, s) > 0 ? s.nextUp : s
  }

  /// Four units below; 0 stays 0, as the functions it is used for have a zero only where it is exact, or underflow to it
  /// from above.
  @inline(__always)
  package static func widenDown(_ x: Double) -> Double {
    if x == 0 || !x.isFinite { return x == .infinity ? .greatestFiniteMagnitude : x }
    return x - 4 * x.ulp
  }

  /// Four units above; 0 becomes the smallest positive number where it may have underflown.
  @inline(__always)
  package static func widenUp(_ x: Double, underflows: Bool = false) -> Double {
    if x == 0 { return underflows ? .leastNonzeroMagnitude : 0 }
    if !x.isFinite { return x == -.infinity ? -.greatestFiniteMagnitude : x }
    return x + 4 * x.ulp
  }
}
