// SPDX-License-Identifier: Apache-2.0

/// A line of a SIF file that is neither empty nor a comment: where its bytes are, without the line end.
struct SIFLine {
  var number: Int
  var bytes: Range<Int>
}

/// The lines of a SIF file and their cutting into fixed columns.
///
/// Names may hold any character, blanks included, so only the column says where a field ends. Lines that begin with `*`
/// are comments; so is what follows a `$` that opens field 3 or 5. Decimals behind the end of
/// field 4 are left out, as Fortran does, and a note says so; everything else outside the fields is refused.
struct SIFLines {
  let path: String
  private let bytes: [UInt8]
  private(set) var lines: [SIFLine] = []

  init(_ file: FileBytes) throws(ReadError) {
    path = file.path
    bytes = file.bytes
    var start = 0
    var number = 0
    while start < bytes.count - 1 {
      number += 1
      var stop = start
      while bytes[stop] != 0x0A { stop += 1 }
      let next = stop + 1
      if stop > start, bytes[stop - 1] == 0x0D { stop -= 1 }
      if bytes[start] != 0x2A {
        while stop > start, bytes[stop - 1] == 0x20 { stop -= 1 }
        try check(start..<stop, number)
        if stop > start { lines.append(SIFLine(number: number, bytes: start..<stop)) }
      }
      start = next
    }
  }

  private func check(_ range: Range<Int>, _ number: Int) throws(ReadError) {
    for i in range where bytes[i] < 0x20 || bytes[i] > 0x7E {
      let column = i - range.lowerBound + 1
      if bytes[i] == 0x09 {
        throw ReadError(
          file: path, line: number, column: column, cause: "a tab",
          expected: "fields in fixed columns, padded by blanks")
      }
      throw ReadError(
        file: path, line: number, column: column,
        cause: "byte 0x\(String(bytes[i], radix: 16, uppercase: true)) is not text", expected: "a text file in ASCII")
    }
  }

  func error(_ line: Int, _ column: Int, _ cause: String, expected: String) -> ReadError {
    ReadError(file: path, line: line, column: column, cause: cause, expected: expected)
  }

  func error(_ line: Int, _ field: SIFField, _ cause: String, expected: String) -> ReadError {
    error(line, field.column, cause, expected: expected)
  }

  /// Section headers begin in the first column.
  func isHeader(_ line: SIFLine) -> Bool { bytes[line.bytes.lowerBound] != 0x20 }

  /// The text in the columns `first ... last`, counted from 1, without the blanks around it.
  func field(_ line: SIFLine, _ first: Int, _ last: Int) -> SIFField {
    let base = line.bytes.lowerBound
    var a = base + first - 1
    var b = min(base + last, line.bytes.upperBound)
    if a >= b { return SIFField(text: "", column: first) }
    while a < b, bytes[a] == 0x20 { a += 1 }
    while b > a, bytes[b - 1] == 0x20 { b -= 1 }
    if a == b { return SIFField(text: "", column: first) }
    return SIFField(text: String(decoding: bytes[a..<b], as: UTF8.self), column: a - base + 1)
  }

  /// The bytes in the columns `first ... last`, blanks included.
  func text(_ line: SIFLine, _ first: Int, _ last: Int) -> ArraySlice<UInt8> {
    let base = line.bytes.lowerBound
    let end = min(base + last, line.bytes.upperBound)
    return bytes[min(base + first - 1, end)..<end]
  }

  private func byte(_ line: SIFLine, _ column: Int) -> UInt8 {
    let i = line.bytes.lowerBound + column - 1
    return i < line.bytes.upperBound ? bytes[i] : 0x20
  }

  /// Refuses text in columns that belong to no field.
  func refuse(_ line: SIFLine, _ columns: ClosedRange<Int>) throws(ReadError) {
    let stray = field(line, columns.lowerBound, columns.upperBound)
    if !stray.isEmpty {
      throw error(
        line.number, stray, "text outside the fields",
        expected: "fields in columns 2-3, 5-14, 15-24, 25-36, 40-49 and 50-61")
    }
  }

  /// The six fields of a line of data.
  func card(_ line: SIFLine) throws(ReadError) -> SIFCard {
    let comment = byte(line, 15) == 0x24 ? 15 : byte(line, 40) == 0x24 ? 40 : Int.max
    func part(_ first: Int, _ last: Int) -> SIFField {
      first >= comment ? SIFField(text: "", column: first) : field(line, first, last)
    }
    try refuse(line, 4...4)
    let first = part(25, 36)
    let cut = comment < 37 ? SIFField() : field(line, 37, 39)
    // Files exist whose last decimals stand behind the field; readers of fixed columns have always left them out.
    let isCut = !cut.isEmpty && byte(line, 36) != 0x20 && SIFLines.isFraction(first.text, cut.text)
    if !isCut, comment > 39 { try refuse(line, 37...39) }
    if comment == .max { try refuse(line, 62...max(62, line.bytes.count)) }
    return SIFCard(
      line: line.number, code: field(line, 2, 3), first: part(5, 14), second: part(15, 24), firstNumber: first,
      third: part(40, 49), secondNumber: part(50, 61),
      isCut: isCut)
  }

  /// True when `rest` only goes on with the decimals of `number`.
  private static func isFraction(_ number: String, _ rest: String) -> Bool {
    number.utf8.contains(0x2E) && number.utf8.allSatisfy { $0 < 0x3A }
      && rest.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// A number that was written in a field; nil where it is none or not finite. Blanks inside do not count, as in
  /// Fortran's fixed fields.
  static func number(_ text: String) -> Double? {
    var text = text.utf8.contains(0x20) ? text.filter { $0 != " " } : text
    let value = text.withUTF8 { DecimalNumber.parse($0) }
    return value.isFinite ? value : nil
  }
}
