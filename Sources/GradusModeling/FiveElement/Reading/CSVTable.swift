// SPDX-License-Identifier: Apache-2.0

/// A table of comma-separated values (RFC 4180): a header and rows of the same width. Cells are their text without blanks
/// at the ends; cells in double quotes keep everything.
package struct CSVTable {
  package struct Cell {
    package var text: String
    package var offset: Int
  }

  let source: SourceText
  package let header: [Cell]
  package let rows: [[Cell]]

  package init(_ source: SourceText) throws(ReadError) {
    self.source = source
    var lines: [[Cell]] = []
    var position = source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while position < source.bytes.count {
      let line = try Self.line(source, &position)
      // Empty lines mean nothing.
      if line.count == 1, line[0].text.isEmpty { continue }
      if let width = lines.first?.count, width != line.count {
        throw source.error(
          at: line[0].offset, "\(line.count) cells in a row", expected: "\(width), as in the header")
      }
      lines.append(line)
    }
    guard let first = lines.first else {
      throw source.error(at: 0, "the table is empty", expected: "a header and rows")
    }
    header = first
    rows = Array(lines.dropFirst())
  }

  private static func line(_ source: SourceText, _ position: inout Int) throws(ReadError) -> [Cell] {
    let bytes = source.bytes
    var cells: [Cell] = []
    while true {
      while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
      let start = position
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        var content: [UInt8] = []
        position += 1
        while true {
          guard position < bytes.count else {
            throw source.error(at: start, "the quote has no end", expected: "a closing \"")
          }
          if bytes[position] == UInt8(ascii: "\"") {
            position += 1
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { break }
          }
          content.append(bytes[position])
          position += 1
        }
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 13 {
          position += 1
        }
        guard position >= bytes.count || bytes[position] == 10 || bytes[position] == UInt8(ascii: ",") else {
          throw source.error(at: position, "text behind a quoted cell", expected: "a comma or the end of the line")
        }
        cells.append(Cell(text: String(decoding: content, as: UTF8.self), offset: start))
      } else {
        while position < bytes.count, bytes[position] != 10, bytes[position] != UInt8(ascii: ",") { position += 1 }
        var end = position
        while end > start, [0x20, 0x09, 13].contains(bytes[end - 1]) { end -= 1 }
        cells.append(Cell(text: String(decoding: bytes[start..<end], as: UTF8.self), offset: start))
      }
      guard position < bytes.count else { return cells }
      position += 1
      if bytes[position - 1] == 10 { return cells }
    }
  }
}
