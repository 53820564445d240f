// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Something whose content is summed up in 64 bits, the same in every process.
public protocol Fingerprinted: Sendable {
  /// Equal for equal content, whatever the process.
  var fingerprint: UInt64 { get }
}

/// Mixes content into 64 bits: for recognising a problem, not against forgery.
public struct Fingerprint: Sendable {
  public private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

  public init() {}

  /// Mixes one word in; the order counts.
  public mutating func mix(_ word: UInt64) { absorb(word) }

  /// Mixes the 64 bits of an integer in.
  public mutating func mix(_ number: Int) { absorb(UInt64(bitPattern: Int64(number))) }
  /// Mixes the bits of a number in; 0 and −0 differ.
  public mutating func mix(_ number: Double) { absorb(number.bitPattern) }
  /// Mixes the length and the UTF-8 of a text in.
  public mutating func mix(_ text: String) { mix(bytes: Array(text.utf8)) }

  /// Mixes the count and the bits of every number in.
  public mutating func mix(_ numbers: [Double]) {
    absorb(UInt64(numbers.count))
    for x in numbers { absorb(x.bitPattern) }
  }

  /// Mixes the count and every number in.
  public mutating func mix(_ numbers: [Int32]) {
    absorb(UInt64(numbers.count))
    for x in numbers { absorb(UInt64(UInt32(bitPattern: x))) }
  }

  /// Mixes the count and the bytes in, eight at a time.
  public mutating func mix(bytes: [UInt8]) { bytes.withUnsafeBytes { mix(raw: $0) } }

  /// The same for bytes that lie somewhere.
  mutating func mix(raw: UnsafeRawBufferPointer) {
    absorb(UInt64(raw.count))
    mix(stretch: raw, isLast: true)
  }

  /// A stretch of bytes whose count was mixed in before; all but the last one have a multiple of eight.
  mutating func mix(stretch raw: UnsafeRawBufferPointer, isLast: Bool) {
    var i = 0
    while i + 8 <= raw.count {
      absorb(raw.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      i += 8
    }
    guard isLast else { return }
    var rest: UInt64 = 0
    while i < raw.count {
      rest = rest << 8 | UInt64(raw[i])
      i += 1
    }
    absorb(rest)
  }

  /// Mixes size, pattern and values in.
  public mutating func mix(_ matrix: SparseMatrix) {
    mix(matrix.rowCount)
    mix(matrix.columnCount)
    mix(matrix.starts)
    mix(matrix.rows)
    mix(matrix.values)
  }

  @inline(__always)
  private mutating func absorb(_ word: UInt64) {
    // One multiply and a fold a word: the finalizer of a 128-bit product.
    let product = (value ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    value = product.high ^ product.low &+ 0x9E37_79B9_7F4A_7C15
  }
}
