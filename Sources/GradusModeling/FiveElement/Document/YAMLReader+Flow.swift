// SPDX-License-Identifier: Apache-2.0

/// Lists in [ ] and mappings in { }.
extension YAMLReader {
  mutating func flowNode() throws(ReadError) -> DocumentNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= DocumentLimits.depth else {
      throw error("nesting is deeper than \(DocumentLimits.depth)", expected: "a flatter model")
    }
    return byte == UInt8(ascii: "[") ? try flowSequence() : try flowMapping()
  }

  private mutating func flowSequence() throws(ReadError) -> DocumentNode {
    let start = position
    var items: [DocumentNode] = []
    position += 1
    while true {
      try skipInFlow(start)
      if byte == UInt8(ascii: "]") { break }
      items.append(try flowValue())
      try skipInFlow(start)
      if byte == UInt8(ascii: ",") {
        position += 1
      } else if byte == UInt8(ascii: ":") {
        throw error("a key inside a list", expected: "the entry in { }, or the text in quotes")
      } else if byte != UInt8(ascii: "]") {
        throw unexpectedInFlow("\",\" or \"]\"")
      }
    }
    position += 1
    return DocumentNode(offset: start, .sequence(items))
  }

  private mutating func flowMapping() throws(ReadError) -> DocumentNode {
    let start = position
    var entries: [DocumentNode.Entry] = []
    var seen = KeySet()
    position += 1
    while true {
      try skipInFlow(start)
      if byte == UInt8(ascii: "}") { break }
      if byte == UInt8(ascii: "?"), isBlank(at: position + 1) { try refuseIndicators() }
      let keyStart = position
      let keyNode = try flowValue()
      guard case .scalar(let key) = keyNode.content else {
        throw source.error(at: keyStart, "\(keyNode.what) as a key", expected: "a name")
      }
      if key.text == "<<", !key.isQuoted {
        throw source.error(at: keyStart, "merge keys are not read", expected: "the entries themselves")
      }
      try seen.add(key, source)
      try skipInFlow(start)
      var value = DocumentNode(offset: position, .absent)
      if byte == UInt8(ascii: ":") {
        position += 1
        try skipInFlow(start)
        value.offset = position
        if byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") { value = try flowValue() }
        try skipInFlow(start)
      }
      entries.append(DocumentNode.Entry(key: key, value: value))
      if byte == UInt8(ascii: ",") {
        position += 1
      } else if byte != UInt8(ascii: "}") {
        throw unexpectedInFlow("\",\" or \"}\"")
      }
    }
    position += 1
    return DocumentNode(offset: start, .mapping(entries))
  }

  private mutating func flowValue() throws(ReadError) -> DocumentNode {
    let start = position
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"): return try flowNode()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return DocumentNode(offset: start, .scalar(withComment(try quoted())))
    default: break
    }
    try refuseIndicators()
    let builder = try flowPlain()
    guard !builder.bytes.isEmpty else { throw unexpectedInFlow("a value") }
    return DocumentNode(offset: start, .scalar(withComment(builder.scalar(offset: start, isQuoted: false))))
  }

  /// A plain scalar inside brackets, which ends at any of , [ ] { } and at a colon with a blank behind it.
  private mutating func flowPlain() throws(ReadError) -> ScalarBuilder {
    var builder = ScalarBuilder()
    while true {
      let begin = position
      scan: while !isLineEnd {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"): break scan
        case UInt8(ascii: ":"):
          if isBlank(at: position + 1) || ",[]{}".utf8.contains(bytes[position + 1]) { break scan }
        case UInt8(ascii: "#") where isBlank(at: position - 1): break scan
        default: break
        }
        position += 1
      }
      builder.append(bytes[begin..<position])
      builder.trimBlanks(downTo: 0)
      if !isLineEnd || position >= bytes.count { return builder }
      let end = (position, lineStart)
      var blankLines = -1
      while position < bytes.count, isLineEnd {
        nextLine()
        skipBlanks()
        blankLines += 1
      }
      if position >= bytes.count || ",[]{}#:".utf8.contains(byte) {
        (position, lineStart) = end
        return builder
      }
      builder.append(blankLines == 0 ? [0x20] : [UInt8](repeating: 10, count: blankLines), at: position - 1)
    }
  }

  private mutating func withComment(_ scalar: DocumentScalar) -> DocumentScalar {
    let end = position
    skipBlanks()
    var scalar = scalar
    if byte == UInt8(ascii: "#"), isBlank(at: position - 1) { scalar.comment = position }
    position = end
    return scalar
  }

  private mutating func skipInFlow(_ start: Int) throws(ReadError) {
    while position < bytes.count {
      skipBlanks()
      if byte == UInt8(ascii: "#"), isBlank(at: position - 1) { skipLine() }
      guard isLineEnd else { return }
      nextLine()
    }
    let bracket = Character(Unicode.Scalar(bytes[start]))
    throw source.error(at: start, "\"\(bracket)\" has no end", expected: bracket == "[" ? "\"]\"" : "\"}\"")
  }

  private func unexpectedInFlow(_ wanted: String) -> ReadError {
    let found = Character(Unicode.Scalar(byte < 0x80 ? byte : 0x3F))
    return error("unexpected \"\(found)\" inside brackets", expected: "\(wanted), or the text in quotes")
  }
}
