// SPDX-License-Identifier: Apache-2.0

/// A piece of a YAML or JSON text: every scalar is its source text (YAML's failsafe schema), every piece knows its place.
package struct DocumentNode: Sendable {
  package enum Content: Sendable {
    case scalar(DocumentScalar)
    case sequence([DocumentNode])
    case mapping([Entry])
    /// Nothing behind a colon or a dash; JSON's `null`.
    case absent
  }

  package struct Entry: Sendable {
    package var key: DocumentScalar
    package var value: DocumentNode
  }

  /// Where it begins, as an offset into the bytes of the source.
  package var offset: Int
  package var content: Content

  package init(offset: Int, _ content: Content) {
    self.offset = offset
    self.content = content
  }

  package var scalar: DocumentScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// What it is, for messages.
  package var what: String {
    switch content {
    case .scalar: "a value"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .absent: "nothing"
    }
  }
}

/// A scalar as typed, after folding of lines and escapes.
package struct DocumentScalar: Sendable {
  package var text: String
  /// True for '…' and "…"; a quoted number is still a number where a number is expected.
  package var isQuoted = false
  /// Where the text begins in the source (behind the quote).
  package var offset: Int
  /// From which byte of the text on the source runs in parallel: ascending pairs, the first one at 0.
  package var pieces: [(text: Int, source: Int)] = []
  /// Where a comment begins behind the scalar on its last line.
  package var comment: Int?

  package init(_ text: String, offset: Int) {
    self.text = text
    self.offset = offset
  }

  /// The place in the source of byte `i` of the text.
  package func source(of i: Int) -> Int {
    var low = 0
    var high = pieces.count
    if high == 0 { return offset + i }
    while high - low > 1 {
      let middle = (low + high) / 2
      if pieces[middle].text <= i { low = middle } else { high = middle }
    }
    return pieces[low].source + max(0, i - pieces[low].text)
  }
}

/// The bytes of a scalar while they are gathered.
struct ScalarBuilder {
  private(set) var bytes: [UInt8] = []
  private var pieces: [(text: Int, source: Int)] = []
  private var expected = -1

  /// Appends bytes of the source as they stand.
  mutating func append(_ run: ArraySlice<UInt8>) {
    if run.isEmpty { return }
    mark(run.startIndex)
    bytes.append(contentsOf: run)
    expected = run.endIndex
  }

  /// Appends bytes that stand for something at `source`.
  mutating func append(_ replaced: some Collection<UInt8>, at source: Int) {
    mark(source)
    bytes.append(contentsOf: replaced)
    expected = -1
  }

  /// Takes blanks off the end, down to `count` bytes.
  mutating func trimBlanks(downTo count: Int) {
    while bytes.count > count, let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
  }

  private mutating func mark(_ source: Int) {
    if source != expected { pieces.append((bytes.count, source)) }
  }

  func scalar(offset: Int, isQuoted: Bool) -> DocumentScalar {
    var scalar = DocumentScalar(String(decoding: bytes, as: UTF8.self), offset: offset)
    scalar.isQuoted = isQuoted
    if pieces.count != 1 || pieces[0].source != offset { scalar.pieces = pieces }
    return scalar
  }
}
