// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// From what the sections said to the problem.
extension MPSReader {
  mutating func assemble() throws(ReadError) -> StandardForm {
    let rowCount = types.count
    let (rowLower, rowUpper) = rowSides()
    let columnCount = costs.count
    for j in 0..<columnCount where isMarkedInteger[j] && boundFlags[j] == 0 { upper[j] = 1 }
    try checkIndicators()
    if !hasObjective { note("there is no N row: the objective is 0") }
    if freeRowCount > 0 { note("\(freeRowCount) N rows besides the objective are left out") }
    var form = StandardForm(
      costs: costs,
      matrix: SparseMatrix(
        rowCount: rowCount, columnCount: columnCount, starts: starts, rows: entryRows, values: entryValues),
      rowLower: rowLower, rowUpper: rowUpper, columnLower: lower, columnUpper: upper, kinds: kinds, rowNames: rowNames,
      columnNames: columns.names)
    form.name = name
    form.sense = sense
    form.objectiveName = objectiveName
    form.objectiveOffset = 0 - (objectiveSide ?? 0)
    form.quadratic = quadratic
    form.quadraticTerms = quadraticTerms.sorted { $0.row < $1.row }
    form.specialOrderedSets = specialOrderedSets
    form.indicators = indicators.sorted { $0.row < $1.row }
    if NameEncoding.isMarked(UnsafeBufferPointer(start: scanner.base, count: scanner.end)) {
      try form.decodeNames(file: scanner.path)
    }
    return form
  }

  private func rowSides() -> (lower: [Double], upper: [Double]) {
    var low = [Double](repeating: -.infinity, count: types.count)
    var high = [Double](repeating: .infinity, count: types.count)
    for (i, type) in types.enumerated() {
      let side = sides.isEmpty ? 0 : sides[i]
      let range = ranges.isEmpty || !hasRange[i] ? nil : ranges[i]
      switch type {
      case 0x45:  // E
        low[i] = side
        high[i] = side
        if let range, range > 0 { high[i] = side + range }
        if let range, range < 0 { low[i] = side + range }
      case 0x4C:  // L
        high[i] = side
        if let range { low[i] = side - abs(range) }
      default:  // G
        low[i] = side
        if let range { high[i] = side + abs(range) }
      }
      // A side of ∓∞ with an infinite range has no other side.
      if low[i].isNaN { low[i] = -.infinity }
      if high[i].isNaN { high[i] = .infinity }
    }
    return (low, high)
  }

  private func checkIndicators() throws(ReadError) {
    for (indicator, place) in zip(indicators, indicatorPlaces) {
      let j = indicator.column
      guard kinds[j] == .integer, lower[j] >= 0, upper[j] <= 1 else {
        throw ReadError(
          file: scanner.path, line: place.line, column: place.column,
          cause: "the column \(columns.names[j]) of an indicator is not binary",
          expected: "an integer column with bounds 0 and 1")
      }
    }
  }
}
