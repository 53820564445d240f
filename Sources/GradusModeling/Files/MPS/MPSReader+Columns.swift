// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// COLUMNS: the coefficients, column by column, and the markers around integer columns.
extension MPSReader {
  mutating func readColumns() throws(ReadError) {
    reserve()
    // The column in which a row was last mentioned: a second mention is an error, found without a search.
    var lastColumn = [Int32](repeating: -1, count: roles.count)
    var current = TextField.empty
    var isInteger = false
    var column: Int32 = -1
    while try nextLine() {
      let count = scanner.fieldCount
      guard count == 3 || count == 5 else { throw entryCount(count) }
      if count == 3, scanner.isWord(1, "'MARKER'") {
        try readMarker(&isInteger)
        continue
      }
      let field = scanner.fields[0]
      if !isSame(field, current) {
        closeColumn()
        try checkName(field)
        guard columns.insert(scanner.bytes(field)) != nil else {
          throw scanner.error(
            field, "the column \(scanner.text(field)) stands twice", expected: "all entries of a column together")
        }
        current = field
        column += 1
        costs.append(0)
        isMarkedInteger.append(isInteger)
      }
      try readEntry(1, column, &lastColumn)
      if count == 5 { try readEntry(3, column, &lastColumn) }
    }
    closeColumn()
    if isInteger { note("INTORG without INTEND: the columns up to the end of the section are integer") }
    lower = [Double](repeating: 0, count: costs.count)
    upper = [Double](repeating: .infinity, count: costs.count)
    boundFlags = [UInt8](repeating: 0, count: costs.count)
    kinds = isMarkedInteger.map { $0 ? .integer : .continuous }
  }

  @inline(__always)
  private mutating func readEntry(_ i: Int, _ column: Int32, _ lastColumn: inout [Int32]) throws(ReadError) {
    let rowField = scanner.fields[i]
    guard let place = rows.position(of: scanner.bytes(rowField)) else { throw unknownRow(rowField) }
    let field = scanner.fields[i &+ 1]
    let value = DecimalNumber.parse(scanner.base, field.start, field.end)
    guard value.isFinite else { throw badCoefficient(field, value) }
    if lastColumn[place] == column {
      throw scanner.error(
        rowField, "the row \(scanner.text(rowField)) stands twice in this column", expected: "one entry a row")
    }
    lastColumn[place] = column
    let role = roles[place]
    if role >= 0 {
      if value != 0 {
        entryRows.append(role)
        entryValues.append(value)
      }
    } else if role == RowRole.objective.rawValue {
      costs[Int(column)] = value + 0
    }
  }

  @inline(__always)
  private func isSame(_ a: TextField, _ b: TextField) -> Bool {
    guard a.count == b.count else { return false }
    var i = 0
    while i < a.count {
      if scanner.base[a.start &+ i] != scanner.base[b.start &+ i] { return false }
      i &+= 1
    }
    return true
  }

  /// Room for about one entry every 24 bytes of what is left of the file.
  private mutating func reserve() {
    let guess = scanner.end / 24
    entryRows.reserveCapacity(guess)
    entryValues.reserveCapacity(guess)
  }

  /// Ends the column at hand: its rows are put in ascending order.
  private mutating func closeColumn() {
    guard !costs.isEmpty else { return }
    let first = Int(starts[starts.count - 1])
    let end = entryRows.count
    starts.append(Int32(end))
    var isAscending = true
    var i = first + 1
    while i < end {
      if entryRows[i] < entryRows[i - 1] { isAscending = false }
      i += 1
    }
    if isAscending { return }
    if end - first <= 32 {
      for i in first + 1..<end {
        let row = entryRows[i]
        let value = entryValues[i]
        var k = i
        while k > first, entryRows[k - 1] > row {
          entryRows[k] = entryRows[k - 1]
          entryValues[k] = entryValues[k - 1]
          k -= 1
        }
        entryRows[k] = row
        entryValues[k] = value
      }
    } else {
      let sorted = (first..<end).map { (entryRows[$0], entryValues[$0]) }.sorted { $0.0 < $1.0 }
      for (k, entry) in sorted.enumerated() {
        entryRows[first + k] = entry.0
        entryValues[first + k] = entry.1
      }
    }
  }

  private func readMarker(_ isInteger: inout Bool) throws(ReadError) {
    let wantsInteger = scanner.isWord(2, "'INTORG'")
    guard wantsInteger || scanner.isWord(2, "'INTEND'") else {
      throw scanner.error(
        scanner.fields[2], "the marker \(scanner.text(scanner.fields[2])) is unknown",
        expected: "'INTORG' or 'INTEND'")
    }
    if wantsInteger == isInteger {
      throw scanner.error(
        scanner.fields[2], "a second \(scanner.text(scanner.fields[2])) in a row",
        expected: wantsInteger ? "'INTEND' first" : "'INTORG' first")
    }
    isInteger = wantsInteger
  }

  func entryCount(_ count: Int) -> ReadError {
    let expected = "a name and one or two pairs of a row and a number"
    return count > 5
      ? scanner.error(scanner.fields[5], "too many fields", expected: expected)
      : scanner.errorAtEnd("\(count) fields, which is \(count < 3 ? "too few" : "an even number")", expected: expected)
  }

  func unknownRow(_ field: TextField) -> ReadError {
    scanner.error(field, "the row \(scanner.text(field)) is unknown", expected: "a name from the section ROWS")
  }

  func badCoefficient(_ field: TextField, _ value: Double) -> ReadError {
    let cause = value.isNaN ? "is not a number" : "is not finite"
    return scanner.error(field, "\"\(scanner.text(field))\" \(cause)", expected: "a finite number")
  }
}
