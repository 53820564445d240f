// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Tables of numbers with the target in the last column.
///
/// Fields are parted by commas, semicolons or tabs, whichever the first line has most of; they may be quoted (RFC 4180).
/// The first line names the columns when one of its features is not a number. Targets that are not numbers are labels.
struct CSVReader {
  private let file: FileBytes
  private let separator: UInt8
  private var position = 0
  private var line = 1
  private var lineStart = 0
  private var fields: [Field] = []
  private var table = DataTable()
  private var labels: [String] = []
  private var numbers: [Double] = []

  /// A field's text and where it begins.
  private struct Field {
    var bytes: ArraySlice<UInt8>
    var line: Int
    var column: Int

    /// NaN for what is not a number.
    var number: Double {
      bytes.withUnsafeBufferPointer { DecimalNumber.parse($0) }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  private init(_ file: FileBytes) {
    self.file = file
    let first = file.bytes.prefix { $0 != 0x0A }
    let candidates: [UInt8] = [0x2C, 0x3B, 0x09]
    let counts = candidates.map { candidate in first.count { $0 == candidate } }
    separator = candidates[counts.indices.max { counts[$0] < counts[$1] } ?? 0]
  }

  /// The whole file. Cost: one pass.
  static func read(_ file: FileBytes) throws(ReadError) -> DataTable {
    var reader = CSVReader(file)
    return try reader.readAll()
  }

  private mutating func readAll() throws(ReadError) -> DataTable {
    var columns = 0
    while try readRecord() {
      if columns == 0 {
        columns = fields.count
        guard columns >= 2 else {
          throw error(fields[0], "one column", expected: "at least one feature, and the target in the last column")
        }
        guard columns <= LIBSVMReader.featureLimit else {
          throw error(fields[0], "\(columns) columns", expected: "at most \(LIBSVMReader.featureLimit)")
        }
        table.featureCount = columns - 1
        table.featureNames = NameTable((1..<columns).lazy.map { "\($0)" })
        if fields.dropLast().contains(where: { $0.number.isNaN && !isMissing($0) }) {
          table.featureNames = NameTable(fields.dropLast().map(\.text))
          continue
        }
      }
      guard fields.count == columns else {
        throw error(
          fields[min(fields.count, columns) - 1], "\(fields.count) fields", expected: "\(columns), as in the first line"
        )
      }
      try readRow()
    }
    guard table.rowCount > 0 else {
      throw ReadError(
        file: file.path, line: 1, column: 1, cause: "the file has no observation",
        expected: "numbers, the target in the last column")
    }
    table.targets = numbers.count == labels.count ? .numbers(numbers) : .labels(labels)
    return table
  }

  private mutating func readRow() throws(ReadError) {
    for (j, field) in fields.dropLast().enumerated() {
      let value = field.number
      guard value.isFinite else {
        throw error(
          field, field.bytes.isEmpty ? "the field is empty" : "\"\(field.text.prefix(40))\" is not a finite number",
          expected: "a number in column \(j + 1); fill missing values and write categories as numbers")
      }
      if value != 0 {
        table.features.append(Int32(j))
        table.values.append(value)
      }
    }
    table.starts.append(table.values.count)
    let target = fields[fields.count - 1]
    guard !isMissing(target) else { throw error(target, "the target is missing", expected: "a number or a label") }
    let value = target.number
    guard value.isNaN || value.isFinite else {
      throw error(target, "the target is \"\(target.text.prefix(40))\"", expected: "a finite number or a label")
    }
    labels.append(target.text)
    if !value.isNaN { numbers.append(value) }
  }

  private func isMissing(_ field: Field) -> Bool {
    field.bytes.isEmpty || ["na", "nan", "?", "null"].contains(field.text.lowercased())
  }

  /// The fields of the next line that is not blank; false at the end.
  private mutating func readRecord() throws(ReadError) -> Bool {
    let end = file.bytes.count
    while position < end, [0x0A, 0x0D].contains(file.bytes[position]) {
      if file.bytes[position] == 0x0A { beginLine() } else { position += 1 }
    }
    guard position < end else { return false }
    fields.removeAll(keepingCapacity: true)
    while true {
      fields.append(try readField())
      if position < end, file.bytes[position] == separator {
        position += 1
        continue
      }
      while position < end, file.bytes[position] == 0x0D { position += 1 }
      if position < end { beginLine() }
      return true
    }
  }

  private mutating func beginLine() {
    position += 1
    line += 1
    lineStart = position
  }

  /// One field, without its quotes and the blanks around it; stops at a separator or the end of the line.
  private mutating func readField() throws(ReadError) -> Field {
    skipBlanks()
    let (startLine, column) = (line, position - lineStart + 1)
    guard position < file.bytes.count, file.bytes[position] == 0x22 else {
      let start = position
      while file.bytes[position] != separator, file.bytes[position] != 0x0A { position += 1 }
      var stop = position
      while stop > start, isBlank(file.bytes[stop - 1]) || file.bytes[stop - 1] == 0x0D { stop -= 1 }
      return Field(bytes: file.bytes[start..<stop], line: startLine, column: column)
    }
    var content: [UInt8] = []
    position += 1
    while true {
      guard position < file.bytes.count - 1 else {
        throw ReadError(
          file: file.path, line: startLine, column: column, cause: "the quoted field does not end", expected: "\"")
      }
      let byte = file.bytes[position]
      position += 1
      if byte == 0x22 {
        guard file.bytes[position] == 0x22 else { break }
        position += 1
      } else if byte == 0x0A {
        line += 1
        lineStart = position
      }
      content.append(byte)
    }
    skipBlanks()
    let byte = file.bytes[position]
    guard byte == separator || byte == 0x0A || byte == 0x0D else {
      throw ReadError(
        file: file.path, line: line, column: position - lineStart + 1, cause: "text behind a quoted field",
        expected: "a separator or the end of the line")
    }
    return Field(bytes: content[...], line: startLine, column: column)
  }

  private mutating func skipBlanks() {
    while position < file.bytes.count, isBlank(file.bytes[position]) { position += 1 }
  }

  /// A tab is a blank only where it does not part fields.
  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 && separator != 0x09 }

  private func error(_ field: Field, _ cause: String, expected: String) -> ReadError {
    ReadError(file: file.path, line: field.line, column: field.column, cause: cause, expected: expected)
  }
}
