// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Testing

/// Square roots of whole registers are those of the standard library, to the bit.
@Suite struct LaneSquareRootTests {
  @Test func singles() {
    for bits in stride(from: UInt32(0), to: 0x7F80_0000, by: 65_521) {
      let x = SIMD16<Float>((0..<16).map { Float(bitPattern: bits &+ UInt32($0)) })
      let y = squareRoot(x)
      for k in 0..<16 { #expect(y[k].bitPattern == x[k].squareRoot().bitPattern) }
    }
    let special: SIMD16<Float> = [
      0, -0, .infinity, .nan, -1, -.infinity, .leastNonzeroMagnitude, 4, 2, 3, 1e-30, 1e30, 0.5, 0.25, 1e-20, 9,
    ]
    let roots = squareRoot(special)
    for k in 0..<16 {
      let wanted = special[k].squareRoot()
      #expect(wanted.isNaN ? roots[k].isNaN : roots[k].bitPattern == wanted.bitPattern)
    }
  }

  @Test func doubles() {
    var stream = RandomStream(seed: 1)
    for _ in 0..<1000 {
      let x = SIMD4<Double>((0..<4).map { _ in Double(bitPattern: stream.next() >> 1) })
      let y = squareRoot(x)
      for k in 0..<4 {
        #expect(x[k].isNaN ? y[k].isNaN : y[k].bitPattern == x[k].squareRoot().bitPattern)
      }
    }
  }
}
