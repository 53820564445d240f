// SPDX-License-Identifier: Apache-2.0

/// A whole number of any size: a sign and limbs of 64 bits, lowest first, without leading zeros.
///
/// Schoolbook arithmetic throughout; products of k by l limbs cost k·l. Source: Knuth, *The Art of Computer Programming*,
/// volume 2, section 4.3.1.
package struct BigInteger: Hashable, Sendable {
  var isNegative: Bool
  var limbs: [UInt]

  package static let zero = BigInteger(0)
  package static let one = BigInteger(1)

  package init(_ value: Int) {
    isNegative = value < 0
    limbs = value == 0 ? [] : [value.magnitude]
  }

  init(magnitude: [UInt], isNegative: Bool) {
    limbs = magnitude
    while limbs.last == 0 { limbs.removeLast() }
    self.isNegative = isNegative && !limbs.isEmpty
  }

  package var isZero: Bool { limbs.isEmpty }
  /// −1, 0 or 1.
  package var signum: Int { limbs.isEmpty ? 0 : isNegative ? -1 : 1 }
  package var magnitude: BigInteger { BigInteger(magnitude: limbs, isNegative: false) }

  /// Bits of the magnitude; 0 for zero.
  package var bitWidth: Int {
    guard let top = limbs.last else { return 0 }
    return 64 * limbs.count - top.leadingZeroBitCount
  }

  package static prefix func - (a: BigInteger) -> BigInteger {
    BigInteger(magnitude: a.limbs, isNegative: !a.isNegative)
  }

  package static func + (a: BigInteger, b: BigInteger) -> BigInteger {
    if a.isNegative == b.isNegative {
      return BigInteger(magnitude: sum(a.limbs, b.limbs), isNegative: a.isNegative)
    }
    switch compare(a.limbs, b.limbs) {
    case 0: return .zero
    case 1: return BigInteger(magnitude: difference(a.limbs, b.limbs), isNegative: a.isNegative)
    default: return BigInteger(magnitude: difference(b.limbs, a.limbs), isNegative: b.isNegative)
    }
  }

  package static func - (a: BigInteger, b: BigInteger) -> BigInteger { a + -b }
  package static func += (a: inout BigInteger, b: BigInteger) { a = a + b }
  package static func -= (a: inout BigInteger, b: BigInteger) { a = a - b }

  package static func * (a: BigInteger, b: BigInteger) -> BigInteger {
    BigInteger(magnitude: product(a.limbs, b.limbs), isNegative: a.isNegative != b.isNegative)
  }

  /// a·m + c for small m and c, where a ≥ 0.
  func scaled(by m: UInt, adding c: UInt) -> BigInteger {
    var result = limbs
    var carry = c
    for i in result.indices {
      let (high, low) = result[i].multipliedFullWidth(by: m)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      result[i] = sum
      carry = high &+ (overflow ? 1 : 0)
    }
    if carry != 0 { result.append(carry) }
    return BigInteger(magnitude: result, isNegative: false)
  }

  /// a·2^k; for negative k the magnitude is cut off.
  package func shifted(left k: Int) -> BigInteger {
    guard k != 0, !isZero else { return self }
    let (words, bits) = (k.magnitude / 64, UInt(k.magnitude % 64))
    let count = Int(words)
    if k > 0 {
      var result = [UInt](repeating: 0, count: limbs.count + count + 1)
      for i in limbs.indices {
        result[i + count] |= limbs[i] << bits
        if bits > 0 { result[i + count + 1] = limbs[i] >> (64 - bits) }
      }
      return BigInteger(magnitude: result, isNegative: isNegative)
    }
    guard count < limbs.count else { return .zero }
    var result = [UInt](repeating: 0, count: limbs.count - count)
    for i in result.indices {
      result[i] = limbs[i + count] >> bits
      if bits > 0, i + count + 1 < limbs.count { result[i] |= limbs[i + count + 1] << (64 - bits) }
    }
    return BigInteger(magnitude: result, isNegative: isNegative)
  }

  /// Zero bits at the low end; 0 for zero.
  var trailingZeroBits: Int {
    guard let i = limbs.firstIndex(where: { $0 != 0 }) else { return 0 }
    return 64 * i + limbs[i].trailingZeroBitCount
  }

  static func compare(_ a: [UInt], _ b: [UInt]) -> Int {
    if a.count != b.count { return a.count > b.count ? 1 : -1 }
    for i in a.indices.reversed() where a[i] != b[i] { return a[i] > b[i] ? 1 : -1 }
    return 0
  }

  private static func sum(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    let (long, short) = a.count >= b.count ? (a, b) : (b, a)
    var result = long
    var carry: UInt = 0
    for i in result.indices {
      if i >= short.count, carry == 0 { break }
      let (partial, first) = result[i].addingReportingOverflow(i < short.count ? short[i] : 0)
      let (total, second) = partial.addingReportingOverflow(carry)
      result[i] = total
      carry = first || second ? 1 : 0
    }
    if carry != 0 { result.append(carry) }
    return result
  }

  /// a − b for a ≥ b.
  private static func difference(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    var result = a
    var borrow: UInt = 0
    for i in result.indices {
      if i >= b.count, borrow == 0 { break }
      let (partial, first) = result[i].subtractingReportingOverflow(i < b.count ? b[i] : 0)
      let (total, second) = partial.subtractingReportingOverflow(borrow)
      result[i] = total
      borrow = first || second ? 1 : 0
    }
    return result
  }

  private static func product(_ a: [UInt], _ b: [UInt]) -> [UInt] {
    if a.isEmpty || b.isEmpty { return [] }
    var result = [UInt](repeating: 0, count: a.count + b.count)
    for i in a.indices {
      var carry: UInt = 0
      let m = a[i]
      for j in b.indices {
        let (high, low) = m.multipliedFullWidth(by: b[j])
        let (partial, first) = low.addingReportingOverflow(carry)
        let (total, second) = result[i + j].addingReportingOverflow(partial)
        result[i + j] = total
        carry = high &+ (first ? 1 : 0) &+ (second ? 1 : 0)
      }
      result[i + b.count] = carry
    }
    return result
  }
}

extension BigInteger: Comparable {
  package static func < (a: BigInteger, b: BigInteger) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    let order = compare(a.limbs, b.limbs)
    return a.isNegative ? order > 0 : order < 0
  }
}
