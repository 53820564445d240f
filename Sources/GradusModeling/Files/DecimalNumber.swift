// SPDX-License-Identifier: Apache-2.0

/// Decimal text to the nearest double, ties to even, to the last bit.
///
/// With w the digits as one integer and k the decimal exponent: w < 2⁵³ and |k| ≤ 22 need one rounding by the processor
/// (Clinger, "How to read floating point numbers accurately", 1990); w < 2⁶⁴ and |k| ≤ 19 are rounded once from the
/// exact 128-bit product, or from a 64-bit quotient with a sticky remainder; the rest goes to the standard library.
package enum DecimalNumber {
  /// The number written in `text`: sign, digits with a point, exponent after `e`, `E`, `d` or `D`, or the words `inf`
  /// and `infinity`. NaN stands for anything else, `nan` included. Too large a number is infinite.
  package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double {
    guard let base = text.baseAddress else { return .nan }
    return parse(base, 0, text.count)
  }

  @inline(__always)
  package static func parse(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Double {
    var i = start
    var isNegative = false
    if i < end, base[i] == 0x2B || base[i] == 0x2D {
      isNegative = base[i] == 0x2D
      i &+= 1
    }
    var digits: UInt64 = 0
    let firstDigit = i
    while i < end {
      let d = base[i] &- 0x30
      if d > 9 { break }
      digits = digits &* 10 &+ UInt64(d)
      i &+= 1
    }
    var digitCount = i &- firstDigit
    var exponent = 0
    if i < end, base[i] == 0x2E {
      i &+= 1
      let firstFraction = i
      while i < end {
        let d = base[i] &- 0x30
        if d > 9 { break }
        digits = digits &* 10 &+ UInt64(d)
        i &+= 1
      }
      exponent = firstFraction &- i
      digitCount &-= exponent
    }
    if digitCount == 0 { return word(base, firstDigit, end, isNegative) }
    if i < end {
      guard base[i] | 0x20 == 0x65 || base[i] | 0x20 == 0x64 else { return .nan }
      i &+= 1
      var isBelow = false
      if i < end, base[i] == 0x2B || base[i] == 0x2D {
        isBelow = base[i] == 0x2D
        i &+= 1
      }
      guard i < end else { return .nan }
      var written = 0
      while i < end {
        let d = base[i] &- 0x30
        if d > 9 { return .nan }
        if written < 1_000_000 { written = written &* 10 &+ Int(d) }
        i &+= 1
      }
      exponent &+= isBelow ? -written : written
    }
    if digitCount > 19 { return slow(base, start, end) }
    let magnitude: Double
    if digits == 0 {
      magnitude = 0
    } else if digits < 1 << 53 && exponent >= -22 && exponent <= 22 {
      magnitude =
        exponent < 0 ? Double(digits) / powers[-exponent] : Double(digits) * powers[exponent]
    } else if exponent >= -19 && exponent <= 19 {
      magnitude = exact(digits, exponent)
    } else {
      return slow(base, start, end)
    }
    return isNegative ? -magnitude : magnitude
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  private static let integerPowers: [UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// w·10ᵏ for 0 < w < 2⁶⁴ and |k| ≤ 19: 64 leading bits and a sticky one, rounded once by the conversion to 53.
  private static func exact(_ w: UInt64, _ k: Int) -> Double {
    let power = integerPowers[abs(k)]
    if k >= 0 {
      let product = w.multipliedFullWidth(by: power)
      if product.high == 0 { return Double(product.low) }
      let shift = product.high.leadingZeroBitCount
      let top = shift == 0 ? product.high : product.high << UInt64(shift) | product.low >> UInt64(64 - shift)
      let rest = product.low << UInt64(shift)
      return Double(top | (rest == 0 ? 0 : 1)) * Double(sign: .plus, exponent: 64 - shift, significand: 1)
    }
    let wShift = w.leadingZeroBitCount
    let dShift = power.leadingZeroBitCount
    let divisor = power << UInt64(dShift)
    var high = w << UInt64(wShift)
    var low: UInt64 = 0
    var scale = dShift - wShift - 64
    if high >= divisor {
      low = high << 63
      high >>= 1
      scale += 1
    }
    let (quotient, remainder) = divisor.dividingFullWidth((high, low))
    return Double(quotient | (remainder == 0 ? 0 : 1)) * Double(sign: .plus, exponent: scale, significand: 1)
  }

  /// Text that is known to be a number, as the standard library reads it.
  @inline(never)
  private static func slow(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Double {
    let text = String(unsafeUninitializedCapacity: end - start) { buffer in
      for i in start..<end { buffer[i - start] = base[i] | 0x20 == 0x64 ? 0x65 : base[i] }
      return end - start
    }
    return Double(text) ?? .nan
  }

  @inline(never)
  private static func word(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ isNegative: Bool) -> Double {
    let text = UnsafeBufferPointer(start: base + start, count: max(0, end - start))
    guard text.count == 3 || text.count == 8 else { return .nan }
    let infinity: StaticString = "infinity"
    for (i, byte) in text.enumerated() where byte | 0x20 != infinity.utf8Start[i] { return .nan }
    return isNegative ? -.infinity : .infinity
  }
}
