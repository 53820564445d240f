// SPDX-License-Identifier: Apache-2.0

/// Bytes as text and back (RFC 4648, with padding).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for k in 0..<4 { text.append(k <= group.count ? alphabet[word >> (18 - 6 * k) & 63] : padding) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil when the text is not Base64.
  static func decode(_ text: String) -> [UInt8]? {
    var values = [Int](repeating: -1, count: 256)
    for (i, byte) in alphabet.enumerated() { values[Int(byte)] = i }
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4) else { return nil }
    let filled = digits.count - digits.suffix(2).count { $0 == padding }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(filled * 3 / 4)
    var word = 0
    var bits = 0
    for digit in digits[..<filled] {
      let value = values[Int(digit)]
      guard value >= 0 else { return nil }
      word = (word << 6 | value) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> bits))
      }
    }
    return bytes
  }
}
