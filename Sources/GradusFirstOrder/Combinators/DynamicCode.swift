// SPDX-License-Identifier: Apache-2.0

/// Numbers in [−1, 1] or [0, 1] as bytes, finer near zero: seven decades, each with twice the codes of the one below.
///
///     signed      0,  ±(midpoints of 2ⁱ equal parts of [0.1, 1])·10^(i − 6), i = 0 … 6,  and 1
///     unsigned    the same with 2^(i + 1) parts and no signs
///
/// A number is coded as one of its two neighbors, the nearer one more often: the lowest bits of the number itself, mixed, say
/// which. Rounded to the nearest, an average that changes by a hundredth a step would never leave its code. Codes are found
/// by the upper bits of the number and one comparison. Unsigned numbers other than zero are never coded as zero: a
/// denominator that vanishes would make a step of any size.
///
/// **Reference** T. Dettmers, M. Lewis, S. Shleifer, L. Zettlemoyer, *8-bit optimizers via block-wise quantization*,
/// ICLR 2022, section 2.
struct DynamicCode: Sendable {
  /// The numbers of the codes 0 … 255.
  let values: [Float]
  /// Magnitudes in order, each with the distance to the next; the last has none.
  private let steps: [SIMD2<Float>]
  /// The largest magnitude that no number with these upper bits is below; between two of them there is at most one more.
  private let starts: [UInt8]
  private let isSigned: Bool
  /// Magnitudes below 2⁻²⁴ are looked up like 2⁻²⁴.
  private static let base: UInt32 = 103 << 7

  init(signed: Bool) {
    isSigned = signed
    var magnitudes: [Double] = [0]
    var scale = 1e-6
    for i in 0...6 {
      let parts = signed ? 1 << i : 2 << i
      for k in 0..<parts { magnitudes.append((0.1 + 0.9 * (Double(k) + 0.5) / Double(parts)) * scale) }
      scale *= 10
    }
    magnitudes.append(1)
    let numbers = magnitudes.map { Float($0) }
    // Signed: 0, midpoints; then 1 in the place of −0, and the negative midpoints.
    values = signed ? numbers[..<128] + [1] + numbers[1..<128].map { -$0 } : numbers
    steps =
      zip(numbers, numbers.dropFirst()).map { SIMD2($0, $1 - $0) }
      + [SIMD2(1, .infinity), SIMD2(.infinity, .infinity)]
    var starts: [UInt8] = []
    var code = 0
    for bits in Self.base...(127 << 7) {
      // Those below the first bits are looked up there too.
      let least = bits == Self.base ? 0 : Float(bitPattern: bits << 16)
      while numbers.indices.contains(code + 1), least >= numbers[code + 1] { code += 1 }
      starts.append(UInt8(code))
    }
    self.starts = starts
  }

  /// Codes of sixteen numbers times `scale`, whose magnitudes are at most 1 then. Without a branch: which neighbor a number
  /// gets cannot be foretold.
  @inline(__always)
  func encode(_ x: UnsafePointer<Float>, scale: Float, isDithered: Bool, into codes: UnsafeMutablePointer<UInt8>) {
    starts.withUnsafeBufferPointer { starts in
      steps.withUnsafeBufferPointer { steps in
        guard let starts = starts.baseAddress, let steps = steps.baseAddress else { return }
        let least = isSigned ? 0 : 1
        for i in 0..<Lane.scalarCount {
          let y = x[i] * scale
          let magnitude = min(abs(y), 1)
          let bits = max(magnitude.bitPattern >> 16, Self.base) &- Self.base
          var low = Int(starts[Int(bits)])
          low &+= magnitude >= steps[low &+ 1].x ? 1 : 0
          let step = steps[low]
          // A random number in [0, 1) that depends on the number alone.
          let random = Float((x[i].bitPattern &* 0x9E37_79B1) >> 8) * 0x1p-24
          let share: Float = isDithered ? random : 0.5
          let up = magnitude - step.x > share * step.y ? 1 : 0
          let code = max(low &+ up, least) &* (magnitude > 0 ? 1 : 0)
          let sign = isSigned && y < 0 && code > 0 ? 128 : 0
          codes[i] = UInt8(truncatingIfNeeded: min(code &+ sign, 255))
        }
      }
    }
  }
}
