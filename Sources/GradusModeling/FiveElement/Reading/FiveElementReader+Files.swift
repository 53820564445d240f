// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Parameters from `.csv` files.
///
/// Long form: one column a subscript, in order, and a column with the value (named like the parameter, like `column:`, or
/// the only one left). Matrix form: all subscripts but the last in columns, the elements of the last set in the header.
extension FiveElementReader {
  func fileValues(
    _ file: DocumentNode, column: DocumentNode?, _ over: DeclaredOver, _ name: String
  ) throws(ReadError) -> [Double?] {
    let path = try text(file, "the name of a .csv file")
    let table = try table(path, file.offset)
    let arity = over.domain.arity
    guard arity > 0 else {
      throw source.error(at: file.offset, "\(name) is a single number", expected: "over: with the sets of the table")
    }
    var values = [Double?](repeating: nil, count: over.domain.count ?? 0)
    if column == nil, let last = over.domain.sets.last, last.arity == 1, table.header.count >= arity,
      table.header[(arity - 1)...].allSatisfy({ elements.find($0.text).map { last.position(of: [$0]) != nil } ?? false }
      )
    {
      for row in table.rows {
        for k in (arity - 1)..<row.count {
          try set(&values, Array(row[..<(arity - 1)]) + [table.header[k]], row[k], over, name, table)
        }
      }
      return values
    }
    let valueColumn = try longColumn(table, column, arity, name, file.offset)
    for row in table.rows { try set(&values, Array(row[..<arity]), row[valueColumn], over, name, table) }
    return values
  }

  private func longColumn(
    _ table: CSVTable, _ column: DocumentNode?, _ arity: Int, _ name: String, _ offset: Int
  ) throws(ReadError) -> Int {
    let wanted = try column.map { node throws(ReadError) in try text(node, "the name of a column") } ?? name
    if let k = table.header.firstIndex(where: { $0.text == wanted }), k >= arity { return k }
    if let column {
      let near = NearestName.of(wanted, in: table.header.dropFirst(arity).map(\.text))
      throw source.error(
        at: column.offset, "the table has no column \(wanted.prefix(60))",
        expected: near.map { "\($0) (did you mean that?)" } ?? "a column behind the \(arity) subscripts")
    }
    guard table.header.count == arity + 1 else {
      throw table.source.error(
        at: table.header[0].offset, "\(table.header.count) columns for \(name)",
        expected: "\(arity) for the subscripts and one called \(name), or the elements of the last set in the header")
    }
    return arity
  }

  private func set(
    _ values: inout [Double?], _ keys: [CSVTable.Cell], _ cell: CSVTable.Cell, _ over: DeclaredOver, _ name: String,
    _ table: CSVTable
  ) throws(ReadError) {
    if cell.text.isEmpty { return }
    var ids: [Int32] = []
    for key in keys {
      guard let id = elements.find(key.text) else { break }
      ids.append(id)
    }
    guard ids.count == keys.count, let position = over.domain.position(of: ids) else {
      let bad = ids.count < keys.count ? keys[ids.count] : keys[0]
      let near = NearestName.of(bad.text, in: elements.texts)
      throw table.source.error(
        at: bad.offset, "\(name) has no member [\(keys.map(\.text).joined(separator: ",").prefix(120))]",
        expected: near.map { "\($0) (did you mean that?)" } ?? "members of its sets")
    }
    guard let number = ElementTable.number(cell.text), number.isFinite else {
      throw table.source.error(at: cell.offset, "\(cell.text.prefix(40)) is no finite number", expected: "a number")
    }
    guard values[position] == nil else {
      throw table.source.error(
        at: cell.offset, "\(name)[\(keys.map(\.text).joined(separator: ",").prefix(120))] has two values",
        expected: "one")
    }
    values[position] = number
  }

  private func table(_ name: String, _ offset: Int) throws(ReadError) -> CSVTable {
    if let known = tables[name] { return known }
    guard let directory else {
      throw source.error(
        at: offset, "the model has no place from which to find \(name.prefix(60))", expected: "a model in a file")
    }
    guard !name.hasPrefix("/"), !name.isEmpty, !name.utf8.contains(0) else {
      throw source.error(
        at: offset, "the path \(name.prefix(60)) is absolute or empty", expected: "a path relative to the model")
    }
    let path = directory.isEmpty ? name : directory + "/" + name
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw source.error(at: offset, "\(name.prefix(120)) is no file beside the model", expected: "a .csv file")
    }
    let bytes: FileBytes
    do {
      bytes = try FileBytes.load(path)
    } catch let error as ReadError {
      throw source.error(at: offset, "\(error.cause) (\(name.prefix(120)))", expected: error.expected)
    } catch {
      throw source.error(at: offset, "\(error)", expected: "an uncompressed .csv file")
    }
    let table = try CSVTable(try SourceText(bytes))
    tables[name] = table
    return table
  }
}
