// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import Testing

/// The part of YAML that models use, scalar by scalar.
@Suite struct YAMLReaderTests {
  /// A document in one line: scalars as `text`, quoted ones as "text".
  static func shown(_ text: String) throws -> String {
    let source = try SourceText(FileBytes(path: "y", text: text))
    return shown(try YAMLReader.read(source))
  }

  static func shown(_ node: DocumentNode) -> String {
    switch node.content {
    case .scalar(let scalar): scalar.isQuoted ? scalar.text.debugDescription : scalar.text
    case .sequence(let items): "[" + items.map(shown).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key.text): \(shown($0.value))" }.joined(separator: ", ") + "}"
    case .absent: "~"
    }
  }

  static let table: [(String, String)] = [
    ("a: NO\nb: 007\nc: 12:30\nd: 1_000\ne: ~\nf: null\n", "{a: NO, b: 007, c: 12:30, d: 1_000, e: ~, f: null}"),
    ("a: 'NO'\nb: \"x\\ty\"\nc: 'it''s'\n", "{a: \"NO\", b: \"x\\ty\", c: \"it\\'s\"}"),
    ("- a\n- - b\n  - c\n- d: 1\n  e: 2\n-\n", "[a, [b, c], {d: 1, e: 2}, ~]"),
    ("a:\n- x\n- y\nb:\n  - z\n", "{a: [x, y], b: [z]}"),
    ("a: {b: 1, \"c\":2, d: , e: [1, [2, 3], ]}\n", "{a: {b: 1, c: 2, d: ~, e: [1, [2, 3]]}}"),
    ("a: [1,\n  2, # two\n  3]\nb: x\n", "{a: [1, 2, 3], b: x}"),
    ("a: one\n  two\n\n  three\nb: x\n", "{a: one two\nthree, b: x}"),
    ("a: \"one\n  two\\\n  three\"\n", "{a: \"one twothree\"}"),
    ("a: |\n  x\n   y\n\n  z\n\nb: >-\n  x\n  y\n\n  z\n", "{a: \"x\\n y\\n\\nz\\n\", b: \"x y\\nz\"}"),
    ("# head\n---\na: x#y # tail\n\n# end\n...\n", "{a: x#y}"),
    ("a: b\r\nc: d\r\n", "{a: b, c: d}"),
    ("\u{FEFF}a: é\n", "{a: é}"),
    ("a: http://x/y\nb: x:y\nc: -5\nd: ?x\n", "{a: http://x/y, b: x:y, c: -5, d: ?x}"),
    ("\"a b\": 1\n'c' : 2\nd e: 3\n", "{a b: 1, c: 2, d e: 3}"),
    ("a: \"\\u00e9\\ud83d\\ude00\\/\"\n", "{a: \"é😀/\"}"),
    ("a: x [1] {2}, 3\n", "{a: x [1] {2}, 3}"),
    ("[a, b]\n", "[a, b]"),
    ("text\n", "text"),
    ("a:\n  # comment\n  b: 1\n  # comment\nc: 2", "{a: {b: 1}, c: 2}"),
  ]

  @Test func documents() throws {
    for (text, wanted) in Self.table {
      #expect(try Self.shown(text) == wanted, "\(text)")
    }
  }
}
