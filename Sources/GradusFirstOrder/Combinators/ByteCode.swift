// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Numbers as bytes, block by block: a table of at most 256 numbers in [−1, 1] or [0, 1], and one scale for each block.
///
///     block:   scale = max |x|,   code of x = place of the number of the table next to x/scale
///
///     dynamic   finer near zero: seven decades, each with twice the numbers of the one below (`Quantized`)
///     linear    k/127 with both signs, or k/255
///
/// The table is searched; `Quantized` has a faster way for the dynamic code and blocks of 256.
///
/// **Reference** T. Dettmers, M. Lewis, S. Shleifer, L. Zettlemoyer, *8-bit optimizers via block-wise quantization*,
/// ICLR 2022, sections 1.2 and 2.
public struct ByteCode: Sendable, Hashable {
  /// How the numbers of the table lie.
  public enum Kind: String, Sendable, Codable, Hashable, CaseIterable { case dynamic, linear }

  /// The numbers of the codes 0, 1, …, in order.
  public let values: [Float]
  private let magnitudes: [Float]
  private let zero: Int
  private let keepsZeroFree: Bool

  public init(_ kind: Kind, isSigned: Bool) {
    switch kind {
    case .dynamic:
      let all = DynamicCode(signed: isSigned).values
      values = all.sorted()
      // A denominator that vanishes would make a step of any size.
      keepsZeroFree = !isSigned
    case .linear:
      values = isSigned ? (-127...127).map { Float($0) / 127 } : (0...255).map { Float($0) / 255 }
      keepsZeroFree = false
    }
    zero = values.firstIndex(of: 0) ?? 0
    magnitudes = Array(values[zero...])
  }

  /// The code of a number in [−1, 1]: the nearer neighbor, or with `share` ≠ ½ the upper one where the number lies beyond
  /// that share of the way from the lower to the upper. O(log 256).
  public func code(of x: Float, share: Float = 0.5) -> UInt8 {
    guard x != 0, !x.isNaN else { return UInt8(zero) }
    let magnitude = min(x.magnitude, 1)
    var (low, high) = (0, magnitudes.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if magnitudes[middle] <= magnitude { low = middle } else { high = middle }
    }
    if low + 1 < magnitudes.count, magnitude - magnitudes[low] > share * (magnitudes[low + 1] - magnitudes[low]) {
      low += 1
    }
    if keepsZeroFree { low = max(low, 1) }
    return UInt8(x < 0 ? max(0, zero - low) : zero + low)
  }

  /// The numbers after a way through bytes, each block of `block` of them with a scale of its own; nil: one for all.
  public func rounded(_ x: [Float], block: Int?) -> [Float] {
    let size = block ?? max(1, x.count)
    precondition(size > 0, "a block has at least one number")
    var result: [Float] = []
    result.reserveCapacity(x.count)
    for first in stride(from: 0, to: x.count, by: size) {
      let part = x[first..<min(first + size, x.count)]
      let scale = part.reduce(0) { max($0, $1.magnitude) }
      let factor = Self.inverse(scale)
      for number in part { result.append(values[Int(code(of: number * factor))] * scale) }
    }
    return result
  }

  /// 1/scale; 0 for a block of zeros. A scale below the smallest normal number has no inverse.
  static func inverse(_ scale: Float) -> Float {
    let inverse = scale > 0 ? 1 / scale : 0
    return inverse.isFinite ? inverse : .greatestFiniteMagnitude
  }

  /// A number in [0, 1) that depends on the bits of x alone: dither.
  static func dither(_ x: Float) -> Float { Float((x.bitPattern &* 0x9E37_79B1) >> 8) * 0x1p-24 }
}
