// SPDX-License-Identifier: Apache-2.0

/// Arithmetic modulo the prime 2⁶¹ − 1, in which 2⁶¹ = 1 and every double is one number.
enum ModularNumber {
  static let prime: UInt = (1 << 61) - 1

  static func add(_ a: UInt, _ b: UInt) -> UInt {
    let sum = a + b
    return sum >= prime ? sum - prime : sum
  }

  static func subtract(_ a: UInt, _ b: UInt) -> UInt { a >= b ? a - b : a + prime - b }

  static func multiply(_ a: UInt, _ b: UInt) -> UInt {
    let (high, low) = a.multipliedFullWidth(by: b)
    return add(low & prime, (low >> 61) | (high << 3))
  }

  /// a⁻¹ = a^(p−2).
  static func inverse(_ a: UInt) -> UInt {
    var (result, power, rest) = (UInt(1), a, prime - 2)
    while rest != 0 {
      if rest & 1 == 1 { result = multiply(result, power) }
      power = multiply(power, power)
      rest >>= 1
    }
    return result
  }

  /// a·2^k.
  static func shift(_ a: UInt, by k: Int) -> UInt {
    let r = ((k % 61) + 61) % 61
    if r == 0 { return a }
    return add((a << UInt(r)) & prime, a >> UInt(61 - r))
  }

  static func of(_ value: Double) -> UInt {
    let dyadic = Dyadic(value)
    let size = shift(dyadic.mantissa.magnitude % prime, by: dyadic.exponent)
    return dyadic.mantissa < 0 && size != 0 ? prime - size : size
  }
}
