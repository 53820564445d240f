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
  /// For magnitudes: halfway from code k to the next.
  private let bounds: [Float]
  /// The code of the smallest magnitude with these upper bits.
  private let starts: [UInt8]
  private let isSigned: Bool
  /// Magnitudes below 2⁻²⁴ are coded like 2⁻²⁴.
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
    if signed {
      // 0, midpoints; then 1 in the place of −0, and the negative midpoints.
      values = magnitudes[..<128].map { Float($0) } + [1] + magnitudes[1..<128].map { Float(-$0) }
    } else {
      values = magnitudes.map { Float($0) }
    }
    let least = signed ? 0.0 : -1.0
    bounds =
      zip(magnitudes, magnitudes.dropFirst()).enumerated().map { Float($0 == 0 && least < 0 ? 0 : 0.5 * ($1.0 + $1.1)) }
      + [.infinity]
    var starts: [UInt8] = []
    var code = 0
    for bits in Self.base...(127 << 7) {
      let x = Float(bitPattern: bits << 16)
      while x > bounds[code] { code += 1 }
      starts.append(UInt8(code))
    }
    self.starts = starts
  }

  /// Codes of `count` numbers times `scale`, whose magnitudes are at most 1 then.
  @inline(__always)
  func encode(
    _ x: UnsafePointer<Float>, _ count: Int, scale: Float, isDithered: Bool, into codes: UnsafeMutablePointer<UInt8>
  ) {
    starts.withUnsafeBufferPointer { starts in
      bounds.withUnsafeBufferPointer { bounds in
        values.withUnsafeBufferPointer { values in
          guard let starts = starts.baseAddress, let bounds = bounds.baseAddress, let values = values.baseAddress else {
            return
          }
          let last: UInt8 = isSigned ? 128 : 255
          for i in 0..<count {
            let y = x[i] * scale
            let magnitude = min(abs(y), 1)
            let bits = max(magnitude.bitPattern >> 16, Self.base)
            var code = starts[Int(bits - Self.base)]
            if magnitude > bounds[Int(code)] { code += 1 }
            if isDithered, code < last {
              if magnitude < values[Int(code)] { code -= 1 }
              let low = values[Int(code)]
              // A random number in [0, 1) that depends on the number alone.
              let random = Float((x[i].bitPattern &* 0x9E37_79B1) >> 8) * 0x1p-24
              if magnitude - low > random * (values[Int(code) + 1] - low) { code += 1 }
            }
            if code == 0, !isSigned { code = 1 }
            if magnitude == 0 { code = 0 }
            if isSigned {
              if code == 128 { code = y < 0 ? 255 : 128 } else if y < 0, code > 0 { code += 128 }
            }
            codes[i] = code
          }
        }
      }
    }
  }
}
