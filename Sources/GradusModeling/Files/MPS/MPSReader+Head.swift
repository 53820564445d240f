// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// NAME, OBJSENSE, OBJNAME and ROWS.
extension MPSReader {
  /// The name is the first word; what follows it on the line is a comment.
  mutating func readName() throws(ReadError) {
    if scanner.fieldCount > 1 { name = try checkedName(scanner.fields[1]) }
    if try nextLine() {
      throw scanner.error(scanner.fields[0], "data in the section NAME", expected: "ROWS or another section")
    }
  }

  mutating func readSense() throws(ReadError) {
    if scanner.fieldCount > 1 { sense = try senseWord(scanner.fields[1]) }
    while try nextLine() { sense = try senseWord(scanner.fields[0]) }
  }

  private func senseWord(_ field: TextField) throws(ReadError) -> Sense {
    switch scanner.text(field).uppercased() {
    case "MAX", "MAXIMIZE", "MAXIMISE", "MAXIMUM": return .maximize
    case "MIN", "MINIMIZE", "MINIMISE", "MINIMUM": return .minimize
    case let word: throw scanner.error(field, "\"\(word)\" is not a sense", expected: "MIN or MAX")
    }
  }

  mutating func readObjectiveName() throws(ReadError) {
    if seen.contains(.rows) {
      throw scanner.error(scanner.fields[0], "OBJNAME stands behind ROWS", expected: "OBJNAME before ROWS")
    }
    if scanner.fieldCount > 1 { wantedObjective = try checkedName(scanner.fields[1]) }
    while try nextLine() { wantedObjective = try checkedName(scanner.fields[0]) }
  }

  mutating func readRows() throws(ReadError) {
    while try nextLine() {
      guard scanner.fieldCount == 2 else {
        if scanner.fieldCount == 1 {
          throw scanner.errorAtEnd("a row without a name", expected: "a type N, E, L or G and a name")
        }
        throw scanner.error(
          scanner.fields[2], "a third field in the section ROWS", expected: "a type N, E, L or G and a name")
      }
      let field = scanner.fields[1]
      let type = scanner.fields[0].count == 1 ? scanner.base[scanner.fields[0].start] & 0xDF : 0
      let role: Int32
      switch type {
      case 0x45, 0x47, 0x4C:  // E, G, L
        role = Int32(types.count)
        types.append(type)
      case 0x4E where isObjective(field):  // N
        role = RowRole.objective.rawValue
        hasObjective = true
        objectiveName = try checkedName(field)
      case 0x4E:
        role = RowRole.free.rawValue
        freeRowCount += 1
      default:
        let word = scanner.text(scanner.fields[0])
        throw scanner.error(scanner.fields[0], "\"\(word)\" is not a type of row", expected: "N, E, L or G")
      }
      try checkName(field)
      guard rows.insert(scanner.bytes(field)) != nil else {
        throw scanner.error(field, "the row \(scanner.text(field)) stands twice", expected: "different names of rows")
      }
      roles.append(role)
      if role >= 0 { rowNames.append(utf8: scanner.bytes(field)) }
    }
    if let wantedObjective, !hasObjective {
      throw scanner.error(
        at: scanner.lineStart, "OBJNAME says \(wantedObjective), which is no N row", expected: "the name of an N row")
    }
  }

  private func isObjective(_ field: TextField) -> Bool {
    if hasObjective { return false }
    guard let wantedObjective else { return true }
    return wantedObjective.utf8.elementsEqual(scanner.bytes(field))
  }

  func checkedName(_ field: TextField) throws(ReadError) -> String {
    try checkName(field)
    return String(decoding: scanner.bytes(field), as: UTF8.self)
  }

  /// Refuses names that are too long or no text.
  func checkName(_ field: TextField) throws(ReadError) {
    guard field.count <= ReadLimits.nameBytes else {
      throw scanner.error(
        field, "a name of \(field.count) bytes", expected: "at most \(ReadLimits.nameBytes) bytes in a name")
    }
    var high: UInt8 = 0
    for byte in scanner.bytes(field) { high |= byte }
    if high >= 0x80 || high == 0x7F, String(validating: scanner.bytes(field), as: UTF8.self) == nil {
      throw scanner.error(field, "a name that is not UTF-8", expected: "text in UTF-8")
    }
  }
}
