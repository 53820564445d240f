// SPDX-License-Identifier: Apache-2.0

/// Digits of base p = 2⁶¹ − 1 of the solution of regular equations, until rational numbers fit them.
///
///     r₀ = b,   dₖ = A⁻¹rₖ mod p,   rₖ₊₁ = (rₖ − A·dₖ)/p,   x = Σ dₖ·pᵏ
///
/// Each equation is scaled by a power of two to whole numbers; its residual stays within a fixed number of limbs, in
/// two's complement. Cost: one sparse solve of machine words a digit.
struct Lifting {
  private let equations: [[(index: Int, value: Double)]]
  private let sides: [DyadicSum]
  private let inverse: ([UInt]) -> [UInt]
  /// Coefficients as whole numbers: mantissa and left shift.
  private var scaled: [[(index: Int, mantissa: Int, shift: Int)]] = []
  private var scales: [Int] = []
  private var residuals: [[UInt]] = []
  private var digits: [[UInt]] = []
  private var modulus = BigInteger.one

  /// Limbs that digits may take up, 512 MB.
  private static let digitLimit = 64_000_000

  /// `inverse` solves the unscaled equations modulo p.
  init(
    _ equations: [[(index: Int, value: Double)]], _ sides: [DyadicSum], inverse: @escaping ([UInt]) -> [UInt]
  ) {
    self.equations = equations
    self.sides = sides
    self.inverse = inverse
    for (equation, side) in zip(equations, sides) {
      let parts = equation.map { (index: $0.index, dyadic: Dyadic($0.value)) }
      var least = parts.reduce(Int.max) { $1.dyadic.mantissa == 0 ? $0 : min($0, $1.dyadic.exponent) }
      if side.signum != 0 { least = min(least, side.exponent) }
      if least == .max { least = 0 }
      scales.append(-least)
      let row = parts.map { (index: $0.index, mantissa: $0.dyadic.mantissa, shift: $0.dyadic.exponent - least) }
      let widest = row.reduce(0) { max($0, 64 - $1.mantissa.magnitude.leadingZeroBitCount + $1.shift) }
      let start = side.total.shifted(left: side.signum == 0 ? 0 : side.exponent - least)
      let bits = max(start.bitWidth, widest + 64 + 64 - row.count.leadingZeroBitCount) + 3
      scaled.append(row)
      residuals.append(Self.complement(start, limbs: bits / 64 + 1))
    }
  }

  /// The solution, checked in the equations.
  mutating func solution(by deadline: ProofDeadline) throws(ExactSystem.Obstacle) -> [ExactRatio] {
    var attempt = 2
    while true {
      while digits.count < attempt {
        guard (digits.count + 1) * equations.count <= Self.digitLimit else { throw .size }
        if deadline.hasPassed { throw .time }
        lift()
      }
      if let found = try reconstruction(deadline), try fits(found, deadline) { return found }
      attempt += max(2, attempt / 2)
    }
  }

  private mutating func lift() {
    let digit = inverse(
      residuals.indices.map { ModularNumber.shift(Self.residue(residuals[$0]), by: -scales[$0]) })
    for i in residuals.indices {
      residuals[i].withUnsafeMutableBufferPointer { r in
        for (j, mantissa, shift) in scaled[i] where digit[j] != 0 {
          let (high, low) = mantissa.magnitude.multipliedFullWidth(by: digit[j])
          Self.accumulate(high, low, shift: shift, subtracting: mantissa > 0, in: r)
        }
        Self.divideExactly(r)
      }
    }
    digits.append(digit)
    modulus = modulus.scaled(by: ModularNumber.prime, adding: 0)
  }

  /// Rational numbers with these digits; nil when more digits are needed.
  private func reconstruction(_ deadline: ProofDeadline) throws(ExactSystem.Obstacle) -> [ExactRatio]? {
    var found: [ExactRatio] = []
    found.reserveCapacity(equations.count)
    var denominator = BigInteger.one
    let room = modulus.bitWidth - 40
    for j in equations.indices {
      if j % 16 == 0, deadline.hasPassed { throw .time }
      var value = BigInteger.zero
      for digit in digits.reversed() { value = value.scaled(by: ModularNumber.prime, adding: digit[j]) }
      // Neighbors often share their denominator; a whole number is tried as well.
      let whole = value.symmetricResidue(modulo: modulus)
      if whole.bitWidth <= room / 2 {
        found.append(ExactRatio(whole))
        continue
      }
      if denominator != .one {
        let scaled = (value * denominator).symmetricResidue(modulo: modulus)
        if scaled.bitWidth + denominator.bitWidth <= room {
          found.append(ExactRatio(scaled, over: denominator))
          continue
        }
      }
      guard let ratio = fraction(value, room) else { return nil }
      denominator = ratio.denominator
      found.append(ratio)
    }
    return found
  }

  /// n/d with n = value·d modulo p^k and both small, by Euclid's algorithm stopped half way.
  private func fraction(_ value: BigInteger, _ room: Int) -> ExactRatio? {
    var (r0, r1) = (modulus, value)
    var (s0, s1) = (BigInteger.zero, BigInteger.one)
    while r1.bitWidth > modulus.bitWidth / 2 {
      let (q, r) = r0.divided(by: r1)
      (r0, r1) = (r1, r)
      (s0, s1) = (s1, s0 - q * s1)
    }
    guard !s1.isZero, r1.bitWidth + s1.bitWidth <= room else { return nil }
    return s1.isNegative ? ExactRatio(-r1, over: -s1) : ExactRatio(r1, over: s1)
  }

  private func fits(_ x: [ExactRatio], _ deadline: ProofDeadline) throws(ExactSystem.Obstacle) -> Bool {
    let vector = ExactVector(x)
    for i in equations.indices {
      if deadline.hasPassed { throw .time }
      if (vector.sum(equations[i]) - sides[i].ratio()).signum != 0 { return false }
    }
    return true
  }
}

/// Whole numbers of fixed width in two's complement.
extension Lifting {
  private static func complement(_ value: BigInteger, limbs count: Int) -> [UInt] {
    var limbs = value.limbs + [UInt](repeating: 0, count: count - value.limbs.count)
    guard value.isNegative else { return limbs }
    var carry = true
    for i in limbs.indices {
      limbs[i] = ~limbs[i]
      if carry { (limbs[i], carry) = limbs[i].addingReportingOverflow(1) }
    }
    return limbs
  }

  /// The number modulo p.
  private static func residue(_ limbs: [UInt]) -> UInt {
    var value: UInt = 0
    for limb in limbs.reversed() {
      let reduced = ModularNumber.add(limb & ModularNumber.prime, limb >> 61)
      value = ModularNumber.add(ModularNumber.shift(value, by: 64), reduced == ModularNumber.prime ? 0 : reduced)
    }
    // A set sign bit means that 2^(64·count) was added.
    if let top = limbs.last, top >> 63 == 1 {
      value = ModularNumber.subtract(value, ModularNumber.shift(1, by: 64 * limbs.count))
    }
    return value
  }

  /// r ± (high, low)·2^shift.
  private static func accumulate(
    _ high: UInt, _ low: UInt, shift: Int, subtracting: Bool, in r: UnsafeMutableBufferPointer<UInt>
  ) {
    let (word, bits) = (shift / 64, UInt(shift % 64))
    let parts =
      bits == 0
      ? (low, high, UInt(0)) : (low << bits, high << bits | low >> (64 - bits), high >> (64 - bits))
    var carry = false
    for k in word..<r.count {
      let part = k == word ? parts.0 : k == word + 1 ? parts.1 : k == word + 2 ? parts.2 : 0
      if k > word + 2, !carry { break }
      let (partial, first) =
        subtracting ? r[k].subtractingReportingOverflow(part) : r[k].addingReportingOverflow(part)
      let (total, second) =
        subtracting
        ? partial.subtractingReportingOverflow(carry ? 1 : 0) : partial.addingReportingOverflow(carry ? 1 : 0)
      r[k] = total
      carry = first || second
    }
  }

  /// r/p where p divides r: limb by limb from the low end, with p⁻¹ modulo 2⁶⁴ (Jebelean 1993).
  private static func divideExactly(_ r: UnsafeMutableBufferPointer<UInt>) {
    var borrow: UInt = 0
    for k in r.indices {
      let (value, isBelow) = r[k].subtractingReportingOverflow(borrow)
      let quotient = value &* inversePrime
      r[k] = quotient
      borrow = quotient.multipliedFullWidth(by: ModularNumber.prime).high &+ (isBelow ? 1 : 0)
    }
  }

  /// p⁻¹ modulo 2⁶⁴ by Newton's iteration.
  private static let inversePrime: UInt = {
    var x: UInt = 1
    for _ in 0..<7 { x = x &* (2 &- ModularNumber.prime &* x) }
    return x
  }()
}
