// SPDX-License-Identifier: Apache-2.0

/// The double nearest to m·10ᵉ, ties to even, where whole numbers of 128 bits decide it: |e| ≤ 27, results in the normal range.
///
///     e ≥ 0:   m·5ᵉ = h·2⁶⁴ + l                    the leading bits of a product that is exact
///     e < 0:   ⌊m·2ᵏ/5⁻ᵉ⌋ and whether a rest is left,   k so large that the quotient has 64 bits
///
/// and 10ᵉ = 5ᵉ·2ᵉ. Nil for other exponents. Cost: one multiplication or one division of 128 bits.
func nearestDouble(_ mantissa: UInt64, tenTo exponent: Int) -> Double? {
  guard mantissa != 0 else { return 0 }
  guard exponent.magnitude < powersOfFive.count else { return nil }
  let five = powersOfFive[Int(exponent.magnitude)]
  // The value is (high·2⁶⁴ + low + rest)·2^scale with 0 ≤ rest < 1, and the top bit of `high` is set.
  var (high, low): (UInt64, UInt64)
  var scale = exponent
  var hasRest = false
  if exponent >= 0 {
    (high, low) = mantissa.multipliedFullWidth(by: five)
    if high == 0 {
      (high, low) = (low, 0)
      scale -= 64
    }
    let shift = high.leadingZeroBitCount
    if shift > 0 {
      high = high << UInt64(shift) | low >> UInt64(64 - shift)
      low <<= UInt64(shift)
    }
    scale -= shift
  } else {
    // Both with their top bits set, and the numerator halved: the quotient then fits and has at least 63 bits.
    let (above, below) = (mantissa.leadingZeroBitCount, five.leadingZeroBitCount)
    let numerator = mantissa << UInt64(above)
    let (quotient, remainder) = (five << UInt64(below)).dividingFullWidth((numerator >> 1, numerator << 63))
    hasRest = remainder > 0
    let shift = quotient.leadingZeroBitCount
    (high, low) = (quotient << UInt64(shift), 0)
    scale += below - above - 63 - shift - 64
  }
  let halfway: UInt64 = 1 << 10
  let tail = high & (2 * halfway - 1)
  var leading = high >> 11
  // A quotient of 63 bits leaves its last bit open, far below the half that is compared here.
  let isAbove = tail > halfway || tail == halfway && (low > 0 || hasRest)
  if isAbove || tail == halfway && leading & 1 == 1 { leading += 1 }
  // leading·2^(scale + 75); where rounding reaches 2⁵³, the sum carries into the exponent as it should.
  let biased = UInt64(bitPattern: Int64(scale + 75 + 52 + 1023))
  return Double(bitPattern: (biased << 52) + (leading - (1 << 52)))
}

/// 5⁰ to 5²⁷, the last that fits.
private let powersOfFive: [UInt64] = (0...27).map { k in (0..<k).reduce(1) { power, _ in power * 5 } }
