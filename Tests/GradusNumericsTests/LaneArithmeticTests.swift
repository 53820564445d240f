// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Operations on sixteen lanes at once.
@Suite struct LaneArithmeticTests {
  @Test func exponentialsDecay() {
    for x in stride(from: Float(0), through: 100, by: 0.00371) {
      let y = exponentialDecay(SIMD16(repeating: x))
      #expect(abs(Double(y[3]) - exp(-Double(x))) < 2e-7 && y[3] == y[15])
    }
    let largest = exponentialDecay(SIMD16(repeating: .infinity))
    #expect(largest[0] >= 0 && largest[0] < 1e-37)
  }

  @Test func signs() {
    let x: SIMD16<Float> = [
      0, -0, .infinity, .nan, -1, -.infinity, .leastNonzeroMagnitude, 4, 2, -3, 1, 1, 1, 1, 1, -1,
    ]
    #expect(sign(x) == [0, 0, 1, 0, -1, -1, 1, 1, 1, -1, 1, 1, 1, 1, 1, -1])
  }

  @Test(arguments: [0, 7, 15]) func limits(k: Int) {
    var x = SIMD16<Float>(repeating: 2)
    #expect(!isAny(x, above: 2) && isAny(x, above: 1.5))
    x[(k + 1) % 16] = .nan
    #expect(!isAny(x, above: 2))
    x[k] = 3
    #expect(isAny(x, above: 2))
  }

  @Test func sums() {
    let x = SIMD16<Float>((0..<16).map { Float(1 << $0) })
    #expect(total(widened(x)) == 65_535)
  }

  /// Nothing behind the end is read into a lane or written.
  @Test(arguments: 0...17) func partsOfRegisters(count: Int) {
    let source = (0..<32).map { Float($0 + 1) }
    var target = [Float](repeating: -1, count: 32)
    let lane = source.withUnsafeBufferPointer { x -> SIMD16<Float> in
      guard let base = x.baseAddress else { return .zero }
      return SIMD16(base, first: count)
    }
    for k in 0..<16 { #expect(lane[k] == (k < count ? Float(k + 1) : 0)) }
    target.withUnsafeMutableBufferPointer { x in
      guard let base = x.baseAddress else { return }
      SIMD16<Float>(repeating: 7).store(base, first: count)
    }
    for k in 0..<32 { #expect(target[k] == (k < min(count, 16) ? 7 : -1)) }
  }
}
