// SPDX-License-Identifier: Apache-2.0

extension BigInteger {
  /// Quotient and remainder, the quotient cut off towards zero: a = q·b + r with |r| < |b| and the sign of a in r.
  package func divided(by b: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
    precondition(!b.isZero, "a division by zero")
    if Self.compare(limbs, b.limbs) < 0 { return (.zero, self) }
    let (q, r) = b.limbs.count == 1 ? Self.short(limbs, b.limbs[0]) : Self.long(limbs, b.limbs)
    return (
      BigInteger(magnitude: q, isNegative: isNegative != b.isNegative), BigInteger(magnitude: r, isNegative: isNegative)
    )
  }

  /// The residue of least magnitude, in (−m/2, m/2].
  func symmetricResidue(modulo m: BigInteger) -> BigInteger {
    var r = divided(by: m).remainder
    if r.isNegative { r += m }
    return r.shifted(left: 1) > m ? r - m : r
  }

  private static func short(_ a: [UInt], _ b: UInt) -> ([UInt], [UInt]) {
    var quotient = a
    var rest: UInt = 0
    for i in a.indices.reversed() { (quotient[i], rest) = b.dividingFullWidth((rest, a[i])) }
    return (quotient, [rest])
  }

  /// Knuth's algorithm D for b of two limbs or more, a ≥ b.
  private static func long(_ a: [UInt], _ b: [UInt]) -> ([UInt], [UInt]) {
    let shift = b[b.count - 1].leadingZeroBitCount
    let v = BigInteger(magnitude: b, isNegative: false).shifted(left: shift).limbs
    var u = BigInteger(magnitude: a, isNegative: false).shifted(left: shift).limbs
    while u.count <= a.count { u.append(0) }
    let n = v.count
    let m = u.count - n
    var quotient = [UInt](repeating: 0, count: m)
    let (top, next) = (v[n - 1], v[n - 2])
    for j in (0..<m).reversed() {
      var guess: UInt
      var rest: UInt
      var restOverflows = false
      if u[j + n] >= top {
        guess = .max
        (rest, restOverflows) = u[j + n - 1].addingReportingOverflow(top)
        if u[j + n] > top { restOverflows = true }
      } else {
        (guess, rest) = top.dividingFullWidth((u[j + n], u[j + n - 1]))
      }
      while !restOverflows {
        let (high, low) = guess.multipliedFullWidth(by: next)
        guard high > rest || high == rest && low > u[j + n - 2] else { break }
        guess -= 1
        (rest, restOverflows) = rest.addingReportingOverflow(top)
      }
      if subtract(v, times: guess, from: &u, at: j) {
        guess -= 1
        add(v, to: &u, at: j)
      }
      quotient[j] = guess
    }
    let remainder = BigInteger(magnitude: Array(u[..<n]), isNegative: false).shifted(left: -shift)
    return (quotient, remainder.limbs)
  }

  /// u[j...] −= q·v; true when that went below zero.
  private static func subtract(_ v: [UInt], times q: UInt, from u: inout [UInt], at j: Int) -> Bool {
    var carry: UInt = 0
    var borrow: UInt = 0
    for i in v.indices {
      let (high, low) = q.multipliedFullWidth(by: v[i])
      let (amount, overflow) = low.addingReportingOverflow(carry)
      carry = high &+ (overflow ? 1 : 0)
      let (partial, first) = u[j + i].subtractingReportingOverflow(amount)
      let (total, second) = partial.subtractingReportingOverflow(borrow)
      u[j + i] = total
      borrow = first || second ? 1 : 0
    }
    let (partial, first) = u[j + v.count].subtractingReportingOverflow(carry)
    let (total, second) = partial.subtractingReportingOverflow(borrow)
    u[j + v.count] = total
    return first || second
  }

  private static func add(_ v: [UInt], to u: inout [UInt], at j: Int) {
    var carry: UInt = 0
    for i in v.indices {
      let (partial, first) = u[j + i].addingReportingOverflow(v[i])
      let (total, second) = partial.addingReportingOverflow(carry)
      u[j + i] = total
      carry = first || second ? 1 : 0
    }
    u[j + v.count] &+= carry
  }
}

extension BigInteger: CustomStringConvertible {
  package var description: String {
    var groups: [String] = []
    var rest = limbs
    while !rest.isEmpty {
      let (quotient, digit) = Self.short(rest, 1_000_000_000_000_000_000)
      groups.append(String(digit[0]))
      rest = BigInteger(magnitude: quotient, isNegative: false).limbs
    }
    guard let first = groups.last else { return "0" }
    let padded = groups.dropLast().reversed().map { String(repeating: "0", count: 18 - $0.count) + $0 }
    return (isNegative ? "-" : "") + first + padded.joined()
  }
}
