// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// The quadratic sections, SOS and INDICATORS.
extension MPSReader {
  mutating func readQuadratic(
    _ listing: QuadraticEntries.Listing, factor: Double = 1, replacing old: SparseMatrix?
  ) throws(ReadError) -> SparseMatrix? {
    if old != nil {
      throw scanner.error(
        scanner.fields[0], "a second quadratic part of the same function", expected: "one section for each function")
    }
    var entries = QuadraticEntries()
    while try nextLine() {
      let count = scanner.fieldCount
      guard count == 3 || count == 5 else {
        let expected = "two columns and a number"
        throw count > 5
          ? scanner.error(scanner.fields[5], "too many fields", expected: expected)
          : scanner.errorAtEnd("\(count) fields", expected: expected)
      }
      let j = try column(scanner.fields[0])
      for pair in stride(from: 1, to: count, by: 2) {
        let i = try column(scanner.fields[pair])
        let field = scanner.fields[pair + 1]
        let value = DecimalNumber.parse(scanner.base, field.start, field.end)
        guard value.isFinite else { throw badCoefficient(field, value) }
        entries.add(
          row: i, column: j, value: value, line: scanner.line, at: scanner.fields[pair].start - scanner.lineStart + 1)
      }
    }
    let matrix = try entries.matrix(
      dimension: costs.count, listing: listing, factor: factor, file: scanner.path, columnNames: { columns.names[$0] })
    return matrix.entryCount == 0 ? nil : matrix
  }

  /// `QSECTION` and `QCMATRIX` name their row; the objective is one of them.
  mutating func readQuadraticRow(_ listing: QuadraticEntries.Listing, factor: Double) throws(ReadError) {
    guard scanner.fieldCount == 2 else {
      throw scanner.errorAtEnd("this section needs the name of one row", expected: "the word and a name")
    }
    let field = scanner.fields[1]
    guard let place = rows.position(of: scanner.bytes(field)) else { throw unknownRow(field) }
    let role = roles[place]
    if role == RowRole.objective.rawValue {
      quadratic = try readQuadratic(listing, factor: factor, replacing: quadratic)
      return
    }
    let old = quadraticTerms.first { $0.row == Int(role) }?.matrix
    guard let matrix = try readQuadratic(listing, factor: factor, replacing: old), role >= 0 else { return }
    quadraticTerms.append(QuadraticTerm(row: Int(role), matrix: matrix))
  }

  /// A set begins with `S1` or `S2` and its name (perhaps behind the name of all sets, perhaps with a priority behind
  /// it); members follow, one a line: the column and its weight, perhaps behind the name of the set. Without a weight,
  /// members are numbered.
  mutating func readSets() throws(ReadError) {
    var members: Set<Int> = []
    while try nextLine() {
      if scanner.isWord(0, "S1") || scanner.isWord(0, "S2") {
        try closeSet()
        members = []
        specialOrderedSets.append(try setHeader())
      } else {
        guard var set = specialOrderedSets.popLast() else {
          throw scanner.error(scanner.fields[0], "a member before the first set", expected: "S1 or S2 and a name")
        }
        let (field, j, weight) = try setMember(set.columns.count)
        guard members.insert(j).inserted else {
          throw scanner.error(field, "\(columns.names[j]) is in this set already", expected: "every member once")
        }
        set.columns.append(j)
        set.weights.append(weight)
        specialOrderedSets.append(set)
      }
    }
    try closeSet()
  }

  private func setHeader() throws(ReadError) -> SpecialOrderedSet {
    let count = scanner.fieldCount
    let kind: SpecialOrderedSet.Kind = scanner.isWord(0, "S1") ? .one : .two
    guard 2...4 ~= count else {
      throw scanner.errorAtEnd("\(count) fields", expected: "S1 or S2, a name and perhaps a priority")
    }
    var nameField = scanner.fields[1]
    var priority = 0
    if count > 2 {
      let last = scanner.fields[count - 1]
      let value = DecimalNumber.parse(scanner.base, last.start, last.end)
      if value == value.rounded() && abs(value) < 1e9 {
        priority = Int(value)
        if count == 4 { nameField = scanner.fields[2] }
      } else if count == 3 {
        nameField = last
      } else {
        throw scanner.error(last, "\(scanner.text(last)) is not a priority", expected: "a whole number")
      }
    }
    return SpecialOrderedSet(name: try checkedName(nameField), kind: kind, columns: [], weights: [], priority: priority)
  }

  private func setMember(_ position: Int) throws(ReadError) -> (field: TextField, column: Int, weight: Double) {
    let count = scanner.fieldCount
    guard 1...3 ~= count else {
      throw scanner.error(scanner.fields[3], "too many fields", expected: "a column and its weight")
    }
    let last = scanner.fields[count - 1]
    let isNumber = !DecimalNumber.parse(scanner.base, last.start, last.end).isNaN
    let isPair = count == 2 && isNumber && columns.position(of: scanner.bytes(scanner.fields[0])) != nil
    if count == 1 || count == 2 && !isPair { return (last, try column(last), Double(position + 1)) }
    let field = scanner.fields[count - 2]
    let weightField = scanner.fields[count - 1]
    let weight = DecimalNumber.parse(scanner.base, weightField.start, weightField.end)
    guard weight.isFinite else { throw badCoefficient(weightField, weight) }
    return (field, try column(field), weight)
  }

  /// Weights order the members, so they have to differ.
  private func closeSet() throws(ReadError) {
    guard let set = specialOrderedSets.last else { return }
    if Set(set.weights).count < set.weights.count {
      throw scanner.error(
        at: scanner.lineStart, "two members of the set \(set.name) have the same weight", expected: "different weights")
    }
  }

  mutating func readIndicators() throws(ReadError) {
    var taken: Set<Int> = []
    while try nextLine() {
      guard scanner.fieldCount == 4, scanner.isWord(0, "IF") else {
        throw scanner.error(scanner.fields[0], "not an indicator", expected: "IF, a row, a binary column and 0 or 1")
      }
      let rowField = scanner.fields[1]
      guard let place = rows.position(of: scanner.bytes(rowField)) else { throw unknownRow(rowField) }
      guard roles[place] >= 0 else {
        throw scanner.error(rowField, "an N row as indicator row", expected: "a row of type E, L or G")
      }
      guard taken.insert(Int(roles[place])).inserted else {
        throw scanner.error(rowField, "a second indicator of \(scanner.text(rowField))", expected: "one for each row")
      }
      let valueField = scanner.fields[3]
      let value = DecimalNumber.parse(scanner.base, valueField.start, valueField.end)
      guard value == 0 || value == 1 else {
        throw scanner.error(valueField, "\(scanner.text(valueField)) as value of an indicator", expected: "0 or 1")
      }
      let columnField = scanner.fields[2]
      indicators.append(Indicator(row: Int(roles[place]), column: try column(columnField), active: value == 1))
      indicatorPlaces.append((scanner.line, columnField.start - scanner.lineStart + 1))
    }
  }
}
