// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// RHS, RANGES and BOUNDS. The name of the set may be left out; a second set is refused.
extension MPSReader {
  /// From here on a bound or a side means "none".
  static let infinity = 1e20

  mutating func readSides() throws(ReadError) {
    sides = [Double](repeating: 0, count: types.count)
    hasSide = [Bool](repeating: false, count: types.count)
    var set = TextField.empty
    while try nextLine() {
      for pair in try pairs(&set, of: "right-hand sides") {
        let (role, value) = try side(pair)
        if role >= 0 {
          let i = Int(role)
          if hasSide[i], sides[i] != value { throw givenTwice(pair, "right-hand side", sides[i]) }
          if value == .infinity && types[i] != 0x4C || value == -.infinity && types[i] != 0x47 {
            throw scanner.error(
              scanner.fields[pair + 1], "this right-hand side makes the row impossible", expected: "a finite number")
          }
          sides[i] = value
          hasSide[i] = true
        } else if role == RowRole.objective.rawValue {
          if let objectiveSide, objectiveSide != value { throw givenTwice(pair, "right-hand side", objectiveSide) }
          guard value.isFinite else { throw badCoefficient(scanner.fields[pair + 1], value) }
          objectiveSide = value
        }
      }
    }
  }

  mutating func readRanges() throws(ReadError) {
    ranges = [Double](repeating: 0, count: types.count)
    hasRange = [Bool](repeating: false, count: types.count)
    var set = TextField.empty
    while try nextLine() {
      for pair in try pairs(&set, of: "ranges") {
        let (role, value) = try side(pair)
        if role >= 0 {
          let i = Int(role)
          if hasRange[i], ranges[i] != value { throw givenTwice(pair, "range", ranges[i]) }
          ranges[i] = value
          hasRange[i] = true
        } else if role == RowRole.objective.rawValue {
          throw scanner.error(scanner.fields[pair], "a range of the objective", expected: "a row of type E, L or G")
        }
      }
    }
  }

  /// Where the one or two pairs of a row and a number begin on this line.
  private func pairs(_ set: inout TextField, of what: String) throws(ReadError) -> StrideTo<Int> {
    let count = scanner.fieldCount
    guard 2...5 ~= count else { throw entryCount(count) }
    if count % 2 == 1 { try checkSet(scanner.fields[0], &set, what) }
    return stride(from: count % 2, to: count, by: 2)
  }

  private func checkSet(_ field: TextField, _ set: inout TextField, _ what: String) throws(ReadError) {
    if set.count == 0 {
      set = field
    } else if !scanner.bytes(field).elementsEqual(scanner.bytes(set)) {
      throw scanner.error(
        field, "\(scanner.text(field)) is a second set of \(what)",
        expected: "one set, here \(scanner.text(set)): a file states one problem")
    }
  }

  private func side(_ pair: Int) throws(ReadError) -> (role: Int32, value: Double) {
    let rowField = scanner.fields[pair]
    guard let place = rows.position(of: scanner.bytes(rowField)) else { throw unknownRow(rowField) }
    return (roles[place], try extended(scanner.fields[pair + 1]))
  }

  /// A number that may be infinite.
  private func extended(_ field: TextField) throws(ReadError) -> Double {
    let value = DecimalNumber.parse(scanner.base, field.start, field.end)
    if value.isNaN {
      throw scanner.error(field, "\"\(scanner.text(field))\" is not a number", expected: "a number")
    }
    if abs(value) >= MPSReader.infinity { return value < 0 ? -.infinity : .infinity }
    return value + 0
  }

  private func givenTwice(_ pair: Int, _ what: String, _ first: Double) -> ReadError {
    scanner.error(
      scanner.fields[pair], "a second \(what) of \(scanner.text(scanner.fields[pair])), which was \(first) before",
      expected: "one \(what)")
  }

  mutating func readBounds() throws(ReadError) {
    var set = TextField.empty
    while try nextLine() {
      let code = scanner.fields[0]
      let isShort = code.count == 2
      let first = isShort ? scanner.base[code.start] & 0xDF : 0
      let second = isShort ? scanner.base[code.start + 1] & 0xDF : 0
      switch (first, second) {
      case (0x55, 0x50):  // UP
        let (j, value) = try bound(&set)
        if value < 0 && lower[j] == 0 && boundFlags[j] & 1 == 0 {
          note("the column \(columns.names[j]) has a negative upper bound and the default lower bound 0")
        }
        try setUpper(j, value)
      case (0x4C, 0x4F):  // LO
        let (j, value) = try bound(&set)
        try setLower(j, value)
      case (0x46, 0x58):  // FX
        let (j, value) = try bound(&set)
        try setLower(j, value)
        try setUpper(j, value)
      case (0x46, 0x52):  // FR
        let j = try boundedColumn(&set)
        try setLower(j, -.infinity)
        try setUpper(j, .infinity)
      case (0x4D, 0x49):  // MI
        try setLower(try boundedColumn(&set), -.infinity)
      case (0x50, 0x4C):  // PL
        try setUpper(try boundedColumn(&set), .infinity)
      case (0x42, 0x56):  // BV
        let j = try boundedColumn(&set)
        try setLower(j, 0)
        try setUpper(j, 1)
        kinds[j] = .integer
      case (0x4C, 0x49):  // LI
        let (j, value) = try bound(&set)
        try setLower(j, value)
        kinds[j] = .integer
      case (0x55, 0x49):  // UI
        let (j, value) = try bound(&set)
        try setUpper(j, value)
        kinds[j] = .integer
      case (0x53, 0x43):  // SC
        let (j, value) = try bound(&set)
        try setUpper(j, value)
        kinds[j] = kinds[j].isIntegral ? .semiinteger : .semicontinuous
      case (0x53, 0x49):  // SI
        let (j, value) = try bound(&set)
        try setUpper(j, value)
        kinds[j] = .semiinteger
      default:
        throw scanner.error(
          code, "\"\(scanner.text(code))\" is not a type of bound",
          expected: "UP, LO, FX, FR, MI, PL, BV, LI, UI, SC or SI")
      }
    }
  }

  private mutating func setLower(_ j: Int, _ value: Double) throws(ReadError) {
    if value == .infinity { throw impossibleBound("lower", value) }
    if boundFlags[j] & 1 != 0, lower[j] != value { throw boundTwice(j, "lower", lower[j]) }
    lower[j] = value
    boundFlags[j] |= 1
  }

  private mutating func setUpper(_ j: Int, _ value: Double) throws(ReadError) {
    if value == -.infinity { throw impossibleBound("upper", value) }
    if boundFlags[j] & 2 != 0, upper[j] != value { throw boundTwice(j, "upper", upper[j]) }
    upper[j] = value
    boundFlags[j] |= 2
  }

  private func impossibleBound(_ side: String, _ value: Double) -> ReadError {
    let field = scanner.fields[min(scanner.fieldCount, MPSScanner.capacity) - 1]
    return scanner.error(field, "\(scanner.text(field)) as \(side) bound leaves no value", expected: "a finite number")
  }

  private func boundTwice(_ j: Int, _ side: String, _ first: Double) -> ReadError {
    scanner.error(
      scanner.fields[0], "a second \(side) bound of \(columns.names[j]), which was \(first) before",
      expected: "one \(side) bound")
  }

  /// Type, set, column, number – or without the set.
  private func bound(_ set: inout TextField) throws(ReadError) -> (column: Int, value: Double) {
    let count = scanner.fieldCount
    guard count == 3 || count == 4 else {
      let expected = "a type, a set, a column and a number"
      throw count > 4
        ? scanner.error(scanner.fields[4], "too many fields", expected: expected)
        : scanner.errorAtEnd("a bound without a number", expected: expected)
    }
    if count == 4 { try checkSet(scanner.fields[1], &set, "bounds") }
    return (try column(scanner.fields[count - 2]), try extended(scanner.fields[count - 1]))
  }

  /// Type, set, column – or without the set, or with a number that says nothing.
  private func boundedColumn(_ set: inout TextField) throws(ReadError) -> Int {
    let count = scanner.fieldCount
    guard 2...4 ~= count else {
      let expected = "a type, a set and a column"
      throw count > 4
        ? scanner.error(scanner.fields[4], "too many fields", expected: expected)
        : scanner.errorAtEnd("a bound without a column", expected: expected)
    }
    if count == 2 { return try column(scanner.fields[1]) }
    if count == 3, columns.position(of: scanner.bytes(scanner.fields[2])) == nil,
      let j = columns.position(of: scanner.bytes(scanner.fields[1]))
    {
      _ = try extended(scanner.fields[2])
      return j
    }
    if count == 4 { _ = try extended(scanner.fields[3]) }
    try checkSet(scanner.fields[1], &set, "bounds")
    return try column(scanner.fields[2])
  }

  func column(_ field: TextField) throws(ReadError) -> Int {
    guard let j = columns.position(of: scanner.bytes(field)) else {
      throw scanner.error(
        field, "the column \(scanner.text(field)) is unknown", expected: "a name from the section COLUMNS")
    }
    return j
  }

  /// At most twenty remarks a file: they are for people.
  mutating func note(_ text: String) {
    if notes.count < 20 { notes.append(text) } else if notes.count == 20 { notes.append("and more of the kind") }
  }
}
