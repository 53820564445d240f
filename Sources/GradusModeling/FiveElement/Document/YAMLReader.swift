// SPDX-License-Identifier: Apache-2.0

/// Reads the part of YAML 1.2 in which a model can mean only one thing, with every scalar as its source text.
///
/// Block and flow lists and mappings, plain, quoted, literal and folded scalars, comments, one document. Refused with their
/// place: anchors, aliases, tags, merge keys, complex and repeated keys, directives, tabs as indentation, a second
/// document. No resolution of types happens. Cost: one pass; nesting is limited to `DocumentLimits.depth`.
package struct YAMLReader {
  let source: SourceText
  let bytes: [UInt8]
  var position = 0
  var lineStart = 0
  var depth = 0

  /// What a document is about, for messages.
  package struct Subject: Sendable {
    var name: String
    var members: String

    package init(_ name: String, members: String) {
      self.name = name
      self.members = members
    }

    package static let model = Subject("model", members: "sets, parameters, variables, …")
  }

  private let subject: Subject

  package static func read(_ source: SourceText, as subject: Subject = .model) throws(ReadError) -> DocumentNode {
    var reader = YAMLReader(source: source, bytes: source.bytes, subject: subject)
    return try reader.document()
  }

  private init(source: SourceText, bytes: [UInt8], subject: Subject) {
    self.source = source
    self.bytes = bytes
    self.subject = subject
  }

  // MARK: Document

  private mutating func document() throws(ReadError) -> DocumentNode {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      position = 3
      lineStart = 3
    }
    try checkControls()
    try skipToContent()
    if byte == UInt8(ascii: "%"), column == 0 {
      throw error("directives are not read", expected: "a \(subject.name) without %")
    }
    if isMarker("---") {
      position += 3
      skipBlanks()
      guard isLineEnd || byte == UInt8(ascii: "#") else {
        throw error("text behind ---", expected: "the \(subject.name) on the next line")
      }
      try skipToContent()
    }
    guard position < bytes.count, !isMarker("...") else {
      throw source.error(at: 0, "the file is empty", expected: "a \(subject.name): \(subject.members)")
    }
    let root = try blockNode(parent: -1)
    try skipToContent()
    if isMarker("...") {
      position += 3
      try skipToContent()
    }
    guard position == bytes.count else {
      if isMarker("---") { throw error("a second document", expected: "one \(subject.name) a file") }
      throw error(
        "unexpected text",
        expected: column > 0 ? "the indentation of the line before" : "the end of the \(subject.name)")
    }
    return root
  }

  private func checkControls() throws(ReadError) {
    for (i, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x7F {
      if byte == 10 || byte == 9 || (byte == 13 && (i + 1 == bytes.count || bytes[i + 1] == 10)) { continue }
      throw source.error(
        at: i, "the control character 0x\(String(byte, radix: 16))", expected: "printable text, tabs and line ends")
    }
  }

  // MARK: Block structure

  /// The node that begins here; `parent` is the indentation it must exceed.
  mutating func blockNode(parent: Int) throws(ReadError) -> DocumentNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= DocumentLimits.depth else {
      throw error("nesting is deeper than \(DocumentLimits.depth)", expected: "a flatter model")
    }
    let indent = column
    try refuseIndicators()
    if byte == UInt8(ascii: "-"), isBlank(at: position + 1) { return try blockSequence(at: indent) }
    if let key = try keyHere() { return try blockMapping(at: indent, first: key) }
    return try inlineValue(parent: parent)
  }

  /// A flow collection or a scalar, to the end of its last line.
  private mutating func inlineValue(parent: Int) throws(ReadError) -> DocumentNode {
    let start = position
    var node: DocumentNode
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"): node = try flowNode()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): node = DocumentNode(offset: start, .scalar(try quoted()))
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      return DocumentNode(offset: start, .scalar(try blockScalar(parent: parent)))
    default: node = DocumentNode(offset: start, .scalar(try plain(parent: parent)))
    }
    skipBlanks()
    if byte == UInt8(ascii: "#"), isBlank(at: position - 1) {
      if case .scalar(var scalar) = node.content {
        scalar.comment = position
        node.content = .scalar(scalar)
      }
      skipLine()
    }
    guard isLineEnd else {
      if byte == UInt8(ascii: ":") {
        throw error("a colon inside a value", expected: "the value in quotes, or a mapping on lines of its own")
      }
      throw error("unexpected text behind \(node.what)", expected: "the end of the line")
    }
    return node
  }

  private mutating func blockSequence(at indent: Int) throws(ReadError) -> DocumentNode {
    let start = position
    var items: [DocumentNode] = []
    while position < bytes.count, column == indent, byte == UInt8(ascii: "-"), isBlank(at: position + 1),
      !isMarker("---")
    {
      let dash = position
      position += 1
      skipBlanks()
      if isLineEnd || byte == UInt8(ascii: "#") {
        try skipToContent()
        items.append(
          position < bytes.count && column > indent
            ? try blockNode(parent: indent) : DocumentNode(offset: dash, .absent))
      } else {
        try refuseTab(from: dash + 1)
        items.append(try blockNode(parent: indent))
      }
      try skipToContent()
    }
    try checkDedent(indent)
    return DocumentNode(offset: start, .sequence(items))
  }

  private mutating func blockMapping(at indent: Int, first: DocumentScalar) throws(ReadError) -> DocumentNode {
    var entries: [DocumentNode.Entry] = []
    var seen = KeySet()
    var key = first
    while true {
      try seen.add(key, source)
      entries.append(DocumentNode.Entry(key: key, value: try blockValue(indent)))
      try skipToContent()
      guard position < bytes.count, column == indent, !isMarker("---"), !isMarker("...") else { break }
      if byte == UInt8(ascii: "-"), isBlank(at: position + 1) {
        throw error("an item of a list among keys", expected: "a key with a colon behind it")
      }
      try refuseIndicators()
      guard let next = try keyHere() else {
        throw error("a line without a key", expected: "a key with a colon and a blank behind it")
      }
      key = next
    }
    try checkDedent(indent)
    return DocumentNode(offset: first.offset, .mapping(entries))
  }

  /// What stands behind the colon of a key.
  private mutating func blockValue(_ indent: Int) throws(ReadError) -> DocumentNode {
    let colon = position
    skipBlanks()
    if isLineEnd || byte == UInt8(ascii: "#") {
      try skipToContent()
      let isList = byte == UInt8(ascii: "-") && isBlank(at: position + 1)
      guard position < bytes.count, column > indent || (column == indent && isList && !isMarker("---")) else {
        return DocumentNode(offset: colon, .absent)
      }
      return try blockNode(parent: column == indent ? indent - 1 : indent)
    }
    try refuseIndicators()
    if byte == UInt8(ascii: "-"), isBlank(at: position + 1) {
      throw error("a list begins behind a colon", expected: "the list on lines of its own, or in [ ]")
    }
    if let key = try keyHere() {
      throw source.error(
        at: key.offset + key.text.utf8.count, "a colon inside a value",
        expected: "the value in quotes, or a mapping in { }")
    }
    return try inlineValue(parent: indent)
  }

  private func checkDedent(_ indent: Int) throws(ReadError) {
    guard position < bytes.count, column > indent else { return }
    throw error("the line is indented too far", expected: "\(indent) blanks in front")
  }

  /// A key with its colon on this line; nil, and nothing taken, when there is none.
  private mutating func keyHere() throws(ReadError) -> DocumentScalar? {
    let here = (position, lineStart)
    let key = try takeKey()
    if key == nil { (position, lineStart) = here }
    return key
  }

  private mutating func takeKey() throws(ReadError) -> DocumentScalar? {
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: ">"): return nil
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      let line = lineStart
      let scalar = try quoted()
      skipBlanks()
      guard line == lineStart, byte == UInt8(ascii: ":"), isBlank(at: position + 1) else {
        return nil
      }
      position += 1
      return scalar
    default:
      let start = position
      while !isLineEnd {
        if byte == UInt8(ascii: ":"), isBlank(at: position + 1) {
          var builder = ScalarBuilder()
          builder.append(bytes[start..<position])
          builder.trimBlanks(downTo: 0)
          position += 1
          let key = builder.scalar(offset: start, isQuoted: false)
          if key.text == "<<" {
            throw source.error(at: start, "merge keys are not read", expected: "the entries themselves")
          }
          return key
        }
        if byte == UInt8(ascii: "#"), position > start, isBlank(at: position - 1) { return nil }
        position += 1
      }
      return nil
    }
  }
}

/// The keys of one mapping.
struct KeySet {
  private var seen: [String: Int] = [:]

  mutating func add(_ key: DocumentScalar, _ source: SourceText) throws(ReadError) {
    if let first = seen.updateValue(key.offset, forKey: key.text) {
      throw source.error(
        at: key.offset, "the key \(key.text) stands twice, first in line \(source.place(of: first).line)",
        expected: "every key once")
    }
  }
}
