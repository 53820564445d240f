// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// JSON as Python writes it: with the words `NaN`, `Infinity` and `-Infinity` among the numbers.
enum PythonJSON {
  private static let words = [("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf")]

  /// The value, with our strings for numbers that are not finite; nil for anything else.
  static func value(_ text: [UInt8]) -> JSONValue? {
    if let value = try? JSONValue(parsing: text) { return value }
    var bytes: [UInt8] = []
    var (place, inString) = (0, false)
    while place < text.count {
      let byte = text[place]
      if inString {
        bytes.append(byte)
        if byte == UInt8(ascii: "\\"), place + 1 < text.count {
          place += 1
          bytes.append(text[place])
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
      } else if let (word, ours) = Self.words.first(where: { text[place...].starts(with: $0.0.utf8) }) {
        bytes += Array("\"\(ours)\"".utf8)
        place += word.utf8.count - 1
      } else {
        bytes.append(byte)
        inString = byte == UInt8(ascii: "\"")
      }
      place += 1
    }
    return try? JSONValue(parsing: bytes)
  }
}
