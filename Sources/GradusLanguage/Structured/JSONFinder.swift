// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Finds structured answers in what a model has written around them.
public enum JSONFinder {
  /// The last JSON object in a text that reads as one, whatever stands before and behind it; nil when there is none. Models often
  /// repeat an example before they answer. Raw line breaks inside strings are taken as meant. Cost: linear for what models
  /// usually write; of texts full of braces without an end, the first ones are looked at.
  public static func object(in text: String) -> JSONValue? {
    let bytes = Array(text.utf8)
    var found: JSONValue?
    var k = 0
    var patience = 20 * bytes.count + 1_000_000
    while k < bytes.count, patience > 0 {
      guard bytes[k] == UInt8(ascii: "{"), let end = closing(bytes, from: k, &patience) else {
        k += 1
        continue
      }
      if let value = parsed(bytes[k...end]), value.members != nil {
        found = value
        k = end
      }
      k += 1
    }
    return found
  }

  /// What stands between `<name>` and `</name>`, the last time; nil without both.
  public static func tagged(_ name: String, in text: String) -> String? {
    guard let end = text.ranges(of: "</\(name)>").last,
      let begin = text[..<end.lowerBound].ranges(of: "<\(name)>").last
    else { return nil }
    return String(text[begin.upperBound..<end.lowerBound])
  }

  /// The inside of the last fenced block, of a language where one is named; nil when there is none.
  public static func block(_ language: String? = nil, in text: String) -> String? {
    var found: String?, open: [Substring]?, isWanted = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let mark = line.drop { $0 == " " }
      guard mark.hasPrefix("```") else {
        open?.append(line)
        continue
      }
      if let lines = open {
        if isWanted { found = lines.joined(separator: "\n") }
        open = nil
      } else {
        let word = mark.dropFirst(3).prefix { !$0.isWhitespace }
        isWanted = language == nil || word.lowercased() == language?.lowercased()
        open = []
      }
    }
    return found
  }

  /// Where the object that begins at `start` ends.
  private static func closing(_ bytes: [UInt8], from start: Int, _ patience: inout Int) -> Int? {
    var depth = 0, isText = false, k = start
    defer { patience -= min(k, bytes.count) - start }
    while k < bytes.count {
      let byte = bytes[k]
      if isText {
        if byte == UInt8(ascii: "\\") { k += 1 } else if byte == UInt8(ascii: "\"") { isText = false }
      } else if byte == UInt8(ascii: "\"") {
        isText = true
      } else if byte == UInt8(ascii: "{") {
        depth += 1
      } else if byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return k }
      }
      k += 1
    }
    return nil
  }

  private static func parsed(_ bytes: ArraySlice<UInt8>) -> JSONValue? {
    if let value = try? JSONValue(parsing: Array(bytes)) { return value }
    var mended: [UInt8] = []
    var isText = false, isEscaped = false
    for byte in bytes {
      if isText, byte < 0x20 {
        mended += byte == 10 ? Array("\\n".utf8) : byte == 9 ? Array("\\t".utf8) : []
        isEscaped = false
        continue
      }
      if byte == UInt8(ascii: "\""), !isEscaped { isText.toggle() }
      isEscaped = isText && byte == UInt8(ascii: "\\") && !isEscaped
      mended.append(byte)
    }
    return try? JSONValue(parsing: mended)
  }
}
