// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// The lines of a `.bas` file.
struct BasisReader {
  private var scanner: MPSScanner
  private let form: StandardForm
  private let isEncoded: Bool
  private let rowIndex: NameIndex
  private let columnIndex: NameIndex
  private var basis: Basis
  private var isNamed: [Bool]

  init(scanner: MPSScanner, form: StandardForm) {
    self.scanner = scanner
    self.form = form
    isEncoded = NameEncoding.isMarked(UnsafeBufferPointer(start: scanner.base, count: scanner.end))
    rowIndex = NameIndex(form.rowNames)
    columnIndex = NameIndex(form.columnNames)
    basis = Basis(
      columns: (0..<form.variableCount).map { BasisReader.rest(form.columnLower[$0], form.columnUpper[$0]) },
      rows: [BasisStatus](repeating: .basic, count: form.constraintCount))
    isNamed = [Bool](repeating: false, count: form.variableCount)
  }

  private static func rest(_ lower: Double, _ upper: Double) -> BasisStatus {
    lower > -.infinity ? .lower : upper < .infinity ? .upper : .free
  }

  mutating func readAll() throws(ReadError) -> Basis {
    guard try scanner.advance() else {
      throw ReadError(file: scanner.path, line: 1, column: 1, cause: "the file is empty", expected: "NAME")
    }
    guard scanner.isFlushLeft, isHeader("NAME") else {
      throw scanner.error(scanner.fields[0], "found \"\(scanner.text(scanner.fields[0]))\"", expected: "NAME")
    }
    while true {
      guard try scanner.advance() else {
        throw scanner.error(at: scanner.lineStart, "the file ends without ENDATA", expected: "ENDATA in the last line")
      }
      if scanner.isFlushLeft {
        guard isHeader("ENDATA") else {
          throw scanner.error(
            scanner.fields[0], "found \"\(scanner.text(scanner.fields[0]))\"", expected: "a status or ENDATA")
        }
        break
      }
      try readLine()
    }
    let basic = basis.columns.count { $0 == .basic } + basis.rows.count { $0 == .basic }
    guard basic == form.constraintCount else {
      throw scanner.error(
        at: scanner.lineStart, "\(basic) rows and columns are basic",
        expected: "\(form.constraintCount), one for each row")
    }
    return basis
  }

  private func isHeader(_ word: String) -> Bool {
    String(decoding: scanner.bytes(scanner.fields[0]).prefix(8), as: UTF8.self).uppercased() == word
  }

  private mutating func readLine() throws(ReadError) {
    let code = scanner.text(scanner.fields[0]).uppercased()
    let wanted = code == "XU" || code == "XL" ? 3 : 2
    guard ["XU", "XL", "BS", "UL", "LL"].contains(code) else {
      throw scanner.error(scanner.fields[0], "\"\(code)\" is not a status", expected: "XU, XL, BS, UL or LL")
    }
    guard scanner.fieldCount == wanted else {
      throw scanner.errorAtEnd(
        "\(scanner.fieldCount) fields", expected: wanted == 3 ? "\(code), a column and a row" : "\(code) and a column")
    }
    let j = try position(scanner.fields[1], columnIndex, "column")
    if isNamed[j] {
      throw scanner.error(
        scanner.fields[1], "the column \(form.columnNames[j]) stands twice", expected: "one status a column")
    }
    isNamed[j] = true
    switch code {
    case "UL": basis.columns[j] = .upper
    case "LL": basis.columns[j] = BasisReader.rest(form.columnLower[j], form.columnUpper[j])
    default: basis.columns[j] = .basic
    }
    guard wanted == 3 else { return }
    let i = try position(scanner.fields[2], rowIndex, "row")
    if basis.rows[i] != .basic {
      throw scanner.error(scanner.fields[2], "the row \(form.rowNames[i]) stands twice", expected: "one status a row")
    }
    basis.rows[i] = code == "XU" ? .upper : BasisReader.rest(form.rowLower[i], form.rowUpper[i])
  }

  private func position(_ field: TextField, _ index: NameIndex, _ what: String) throws(ReadError) -> Int {
    let found: Int?
    if isEncoded {
      found = NameEncoding.decoded(String(decoding: scanner.bytes(field), as: UTF8.self)).flatMap(index.position)
    } else {
      found = index.position(of: scanner.bytes(field))
    }
    guard let found else {
      throw scanner.error(
        field, "the \(what) \(scanner.text(field)) is unknown", expected: "a \(what) of the problem \(form.name)")
    }
    return found
  }
}
