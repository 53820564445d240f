// SPDX-License-Identifier: Apache-2.0

/// Text under construction, as bytes.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ number: Double) { append(TextBuffer.shortest(number)) }

  /// The shortest decimal text that reads back as the same number; whole numbers without a point.
  static func shortest(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
