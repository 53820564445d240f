// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A rational number as a numerator and a positive denominator, not in lowest terms.
package struct ExactRatio: Sendable {
  package var numerator: BigInteger
  package var denominator: BigInteger

  package init(_ numerator: BigInteger, over denominator: BigInteger = .one) {
    precondition(denominator.signum > 0, "denominators are positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// A finite double, exactly.
  package init(_ value: Double) {
    let dyadic = Dyadic(value)
    self.init(
      BigInteger(dyadic.mantissa).shifted(left: max(0, dyadic.exponent)),
      over: BigInteger.one.shifted(left: max(0, -dyadic.exponent)))
  }

  package static func + (a: ExactRatio, b: ExactRatio) -> ExactRatio {
    a.denominator == b.denominator
      ? ExactRatio(a.numerator + b.numerator, over: a.denominator)
      : ExactRatio(
        a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
  }

  package static func - (a: ExactRatio, b: ExactRatio) -> ExactRatio {
    ExactRatio(
      a.numerator * b.denominator - b.numerator * a.denominator, over: a.denominator * b.denominator)
  }

  package static func * (a: ExactRatio, b: ExactRatio) -> ExactRatio {
    ExactRatio(a.numerator * b.numerator, over: a.denominator * b.denominator)
  }

  package var signum: Int { numerator.signum }

  /// A double within one part in 2⁵³ or so.
  package var approximation: Double {
    guard !numerator.isZero else { return 0 }
    func head(_ value: BigInteger) -> (Double, Int) {
      let drop = max(0, value.bitWidth - 62)
      return (Double(value.shifted(left: -drop).limbs.first ?? 0), drop)
    }
    let ((n, up), (d, down)) = (head(numerator), head(denominator))
    return (numerator.isNegative ? -1 : 1) * scalbn(n / d, Int32(clamping: up - down))
  }

  /// In lowest terms as `p/q` where that is short, otherwise as a decimal number.
  package var text: String {
    let small = 200
    guard numerator.bitWidth + denominator.bitWidth <= 4 * 64 * 64 else { return "\(approximation)" }
    var (a, b) = (numerator.magnitude, denominator)
    while !b.isZero { (a, b) = (b, a.divided(by: b).remainder) }
    let (p, q) = (numerator.divided(by: a).quotient, denominator.divided(by: a).quotient)
    if q == .one, p.bitWidth <= small { return "\(p)" }
    return p.bitWidth + q.bitWidth <= small ? "\(p)/\(q) = \(approximation)" : "\(approximation)"
  }
}

/// A finite double as mantissa · 2^exponent with an odd mantissa (or 0).
struct Dyadic {
  var mantissa: Int
  var exponent: Int

  init(_ value: Double) {
    precondition(value.isFinite, "infinities have no mantissa")
    guard value != 0 else {
      (mantissa, exponent) = (0, 0)
      return
    }
    let bits = value.significandBitPattern
    let isSubnormal = value.exponentBitPattern == 0
    let whole = Int(isSubnormal ? bits : bits | 1 << 52)
    let zeros = whole.trailingZeroBitCount
    mantissa = (value < 0 ? -1 : 1) * (whole >> zeros)
    exponent = (isSubnormal ? -1074 : Int(value.exponentBitPattern) - 1075) + zeros
  }
}

/// Σ mantissaₖ·2^exponentₖ·integerₖ, exactly.
package struct DyadicSum {
  private(set) var total = BigInteger.zero
  private(set) var exponent = 0

  package init() {}

  init(_ total: BigInteger, exponent: Int) {
    self.total = total
    self.exponent = exponent
  }

  /// Adds value · integer.
  package mutating func add(_ value: Double, times integer: BigInteger = .one) {
    if value == 0 || integer.isZero { return }
    let dyadic = Dyadic(value)
    add(BigInteger(dyadic.mantissa) * integer, exponent: dyadic.exponent)
  }

  package var signum: Int { total.signum }

  /// The sum over `denominator`.
  package func ratio(over denominator: BigInteger = .one) -> ExactRatio {
    exponent >= 0
      ? ExactRatio(total.shifted(left: exponent), over: denominator)
      : ExactRatio(total, over: denominator.shifted(left: -exponent))
  }
}
