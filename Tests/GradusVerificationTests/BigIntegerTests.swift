// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusVerification
import Testing

@Suite struct BigIntegerTests {
  /// A number of up to `limbs` · 64 bits, with runs of zeros and ones in it.
  private func number(_ random: inout RandomStream, limbs: Int) -> BigInteger {
    var value = BigInteger.zero
    for _ in 0..<limbs {
      let word = random.next()
      let limb = word % 5 == 0 ? 0 : word % 5 == 1 ? UInt64.max : random.next()
      value =
        value.shifted(left: 64) + BigInteger(Int(limb >> 1)) + BigInteger(Int(limb >> 1)) + BigInteger(Int(limb & 1))
    }
    return word(&random) ? -value : value
  }

  private func word(_ random: inout RandomStream) -> Bool { random.next() & 1 == 1 }

  @Test func arithmeticAgreesWithMachineWords() {
    var random = RandomStream(seed: 1)
    for _ in 0..<2000 {
      let a = Int(Int32(truncatingIfNeeded: random.next()))
      let b = Int(Int32(truncatingIfNeeded: random.next()))
      #expect(BigInteger(a) + BigInteger(b) == BigInteger(a + b))
      #expect(BigInteger(a) - BigInteger(b) == BigInteger(a - b))
      #expect(BigInteger(a) * BigInteger(b) == BigInteger(a * b))
      #expect((BigInteger(a) < BigInteger(b)) == (a < b))
      if b != 0 {
        let (q, r) = BigInteger(a).divided(by: BigInteger(b))
        #expect(q == BigInteger(a / b) && r == BigInteger(a % b))
      }
    }
  }

  @Test func lawsHoldForLongNumbers() {
    var random = RandomStream(seed: 2)
    for k in 0..<500 {
      let a = number(&random, limbs: k % 9)
      let b = number(&random, limbs: k % 5 + 1)
      let c = number(&random, limbs: k % 3 + 1)
      #expect((a + b) * c == a * c + b * c)
      #expect(a - (a - b) == b)
      #expect(a.shifted(left: 77) == a * BigInteger.one.shifted(left: 77))
      #expect(a.shifted(left: 133).shifted(left: -133) == a)
      if !b.isZero {
        let (q, r) = a.divided(by: b)
        #expect(q * b + r == a)
        #expect(r.magnitude < b.magnitude)
        #expect(r.isZero || r.signum == a.signum)
        #expect((a * b).divided(by: b).quotient == a)
      }
    }
  }

  @Test func decimalDigits() {
    #expect(BigInteger.zero.description == "0")
    #expect(BigInteger(-1_000_000_000_000_000_000).description == "-1000000000000000000")
    #expect(BigInteger.one.shifted(left: 128).description == "340282366920938463463374607431768211456")
    var factorial = BigInteger.one
    for k in 1...30 { factorial = factorial * BigInteger(k) }
    #expect(factorial.description == "265252859812191058636308480000000")
  }

  @Test(arguments: [0.1, -3.5, 1e300, 1e-300, 123_456_789.123, -0x1p-1000, 0x1.fffffffffffffp1023])
  func doublesAreExact(_ value: Double) {
    let ratio = ExactRatio(value)
    #expect(abs(ratio.approximation - value) <= 1e-15 * abs(value))
    var sum = DyadicSum()
    sum.add(value)
    sum.add(-value)
    #expect(sum.signum == 0)
    if value.nextUp.isFinite { #expect((ExactRatio(value) - ExactRatio(value.nextUp)).signum == -1) }
  }

  @Test func sumsOfFractionsAreExact() {
    // 0.1 + 0.2 ≠ 0.3 for the doubles that these literals are.
    var sum = DyadicSum()
    for value in [0.1, 0.2, -0.3] { sum.add(value) }
    #expect(sum.signum == 1)
    #expect(sum.ratio().approximation == 0x1p-55)
  }
}
