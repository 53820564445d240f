// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Reads JSON (RFC 8259) into the same pieces as YAML, with their places. Numbers keep their source text; `true` and
/// `false` become the words, `null` nothing. Strict; nesting is limited to `DocumentLimits.depth`.
struct JSONDocument {
  private let source: SourceText
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  static func read(_ source: SourceText) throws(ReadError) -> DocumentNode {
    var reader = JSONDocument(source: source, bytes: source.bytes)
    reader.skipBlanks()
    guard reader.position < reader.bytes.count else {
      throw source.error(at: 0, "the file is empty", expected: "a JSON object")
    }
    let root = try reader.value()
    reader.skipBlanks()
    guard reader.position == reader.bytes.count else {
      throw reader.error("text behind the model", "the end of the file")
    }
    return root
  }

  private init(source: SourceText, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
  }

  private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private func error(_ cause: String, _ expected: String) -> ReadError {
    source.error(at: position, cause, expected: expected)
  }

  private mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func value() throws(ReadError) -> DocumentNode {
    let start = position
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      defer { depth -= 1 }
      guard depth <= DocumentLimits.depth else {
        throw error("nesting is deeper than \(DocumentLimits.depth)", "a flatter model")
      }
      return byte == UInt8(ascii: "{") ? try object() : try array()
    case UInt8(ascii: "\""): return DocumentNode(offset: start, .scalar(try string()))
    default: break
    }
    while position < bytes.count, Self.isWord(byte) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "null": return DocumentNode(offset: start, .absent)
    case "true", "false": return DocumentNode(offset: start, .scalar(DocumentScalar(word, offset: start)))
    default: break
    }
    guard Self.isNumber(bytes[start..<position]) else {
      position = start
      throw error(
        word.isEmpty
          ? position < bytes.count ? "no value" : "the text ends here" : "\"\(word.prefix(40))\" is no value",
        "an object, a list, a string, a number, true, false or null")
    }
    return DocumentNode(offset: start, .scalar(DocumentScalar(word, offset: start)))
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func digits(_ rest: inout ArraySlice<UInt8>) -> Int {
      let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let isZero = rest.first == UInt8(ascii: "0")
    let whole = digits(&rest)
    if whole == 0 || (isZero && whole > 1) { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      if digits(&rest) == 0 { return false }
    }
    if let e = rest.first, e | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
      if digits(&rest) == 0 { return false }
    }
    return rest.isEmpty
  }

  private mutating func array() throws(ReadError) -> DocumentNode {
    let start = position
    position += 1
    skipBlanks()
    var items: [DocumentNode] = []
    if byte != UInt8(ascii: "]") {
      while true {
        skipBlanks()
        items.append(try value())
        skipBlanks()
        if byte == UInt8(ascii: "]") { break }
        guard byte == UInt8(ascii: ",") else { throw error("a list goes wrong here", "\",\" or \"]\"") }
        position += 1
      }
    }
    position += 1
    return DocumentNode(offset: start, .sequence(items))
  }

  private mutating func object() throws(ReadError) -> DocumentNode {
    let start = position
    position += 1
    skipBlanks()
    var entries: [DocumentNode.Entry] = []
    var seen = KeySet()
    if byte != UInt8(ascii: "}") {
      while true {
        skipBlanks()
        guard byte == UInt8(ascii: "\"") else { throw error("no name", "a name in double quotes") }
        let key = try string()
        try seen.add(key, source)
        skipBlanks()
        guard byte == UInt8(ascii: ":") else { throw error("no colon behind the name", "\":\"") }
        position += 1
        skipBlanks()
        entries.append(DocumentNode.Entry(key: key, value: try value()))
        skipBlanks()
        if byte == UInt8(ascii: "}") { break }
        guard byte == UInt8(ascii: ",") else { throw error("an object goes wrong here", "\",\" or \"}\"") }
        position += 1
      }
    }
    position += 1
    return DocumentNode(offset: start, .mapping(entries))
  }

  private mutating func string() throws(ReadError) -> DocumentScalar {
    let start = position
    position += 1
    var builder = ScalarBuilder()
    while true {
      let begin = position
      while position < bytes.count, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
        position += 1
      }
      builder.append(bytes[begin..<position])
      guard position < bytes.count else {
        throw source.error(at: start, "the string has no end", expected: "a closing quote")
      }
      if byte == UInt8(ascii: "\"") {
        position += 1
        return builder.scalar(offset: start + 1, isQuoted: true)
      }
      guard byte == UInt8(ascii: "\\") else { throw error("a control character in a string", "an escape such as \\n") }
      // The escape alone, read by the JSON reader of the core.
      let escape = position
      let isUnicode = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "u")
      var end = min(bytes.count, position + (isUnicode ? 6 : 2))
      if isUnicode, end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\\"), bytes[end + 1] == UInt8(ascii: "u"),
        Self.isHighSurrogate(bytes[escape..<end])
      {
        end = min(bytes.count, end + 6)
      }
      let quoted = [UInt8(ascii: "\"")] + bytes[escape..<end] + [UInt8(ascii: "\"")]
      guard let value = try? JSONValue(parsing: quoted), case .string(let text) = value else {
        throw error("an unknown escape", "\\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits")
      }
      builder.append(text.utf8, at: escape)
      position = end
    }
  }

  private static func isHighSurrogate(_ escape: ArraySlice<UInt8>) -> Bool {
    let digits = escape.dropFirst(2)
    guard let first = digits.first, let second = digits.dropFirst().first else { return false }
    return first | 0x20 == UInt8(ascii: "d") && [0x38, 0x39, 0x61, 0x62].contains(second | 0x20)
  }
}
