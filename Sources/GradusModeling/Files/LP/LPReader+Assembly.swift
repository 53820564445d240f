// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// From what the sections said to the problem.
extension LPReader {
  mutating func assemble() throws(ReadError) -> StandardForm {
    try settleBounds()
    var costs = [Double](repeating: 0, count: columns.count)
    for (j, value) in zip(objective.columns, objective.coefficients) { costs[Int(j)] = value + 0 }
    var form = StandardForm(
      costs: costs, matrix: matrix(), rowLower: rowLower, rowUpper: rowUpper, columnLower: lower, columnUpper: upper,
      kinds: kinds, rowNames: NameTable(labels()), columnNames: columns.names)
    form.name = scanner.problemName
    form.sense = sense
    form.objectiveName = objectiveName
    form.objectiveOffset = objective.constant + 0
    form.quadratic = quadratic(objective)
    for (i, row) in rows.enumerated() {
      if let matrix = quadratic(row) { form.quadraticTerms.append(QuadraticTerm(row: i, matrix: matrix)) }
    }
    form.specialOrderedSets = sets
    form.indicators = indicators
    let isFinite = form.costs.allSatisfy(\.isFinite) && form.matrix.values.allSatisfy(\.isFinite)
    guard isFinite, form.objectiveOffset.isFinite else {
      throw scanner.error(scanner.token, "a sum of coefficients is not finite", expected: "smaller coefficients")
    }
    if NameEncoding.isMarked(UnsafeBufferPointer(start: scanner.base, count: scanner.end)) {
      try form.decodeNames(file: scanner.path)
    }
    return form
  }

  private mutating func settleBounds() throws(ReadError) {
    for j in 0..<columns.count {
      if isBinary[j] {
        lower[j] = max(lower[j], 0)
        upper[j] = min(upper[j], 1)
      } else if upper[j] < 0 && boundFlags[j] & 1 == 0 {
        note("the column \(columns.names[j]) has a negative upper bound and the default lower bound 0")
      }
    }
    for (indicator, token) in zip(indicators, indicatorTokens) {
      let j = indicator.column
      guard kinds[j] == .integer, lower[j] >= 0, upper[j] <= 1 else {
        throw scanner.error(
          token, "the variable \(columns.names[j]) of an indicator is not binary", expected: "it in the section Binary")
      }
    }
  }

  private func labels() -> [String] {
    var used = usedLabels
    return rowLabels.enumerated().map { i, label in
      if let label { return label }
      var name = "c\(i + 1)"
      while !used.insert(name).inserted { name += "_" }
      return name
    }
  }

  /// The rows turned into columns by a counting sort, without zeros.
  private func matrix() -> SparseMatrix {
    var starts = [Int32](repeating: 0, count: columns.count + 1)
    for row in rows {
      for (j, value) in zip(row.columns, row.coefficients) where value != 0 { starts[Int(j) + 1] += 1 }
    }
    for j in 0..<columns.count { starts[j + 1] += starts[j] }
    var next = starts
    let count = Int(starts[columns.count])
    var indices = [Int32](repeating: 0, count: count)
    var values = [Double](repeating: 0, count: count)
    for (i, row) in rows.enumerated() {
      for (j, value) in zip(row.columns, row.coefficients) where value != 0 {
        let p = Int(next[Int(j)])
        indices[p] = Int32(i)
        values[p] = value
        next[Int(j)] += 1
      }
    }
    return SparseMatrix(
      rowCount: rows.count, columnCount: columns.count, starts: starts, rows: indices, values: values)
  }

  /// Q with ½ xᵀQx equal to the products: b xᵢxⱼ becomes b at (i, j) and (j, i), b xᵢ² becomes 2b at (i, i).
  private func quadratic(_ function: LPFunction) -> SparseMatrix? {
    if function.products.isEmpty { return nil }
    var sums: [(row: Int, column: Int, value: Double)] = []
    for (i, j, value) in function.products {
      if i == j { sums.append((i, i, 2 * value)) } else { sums.append((min(i, j), max(i, j), value)) }
    }
    let triangle = SparseMatrix(rowCount: columns.count, columnCount: columns.count, triplets: sums)
    var whole: [(row: Int, column: Int, value: Double)] = []
    for j in 0..<triangle.columnCount {
      for p in triangle.range(ofColumn: j) where triangle.values[p] != 0 {
        let i = Int(triangle.rows[p])
        whole.append((i, j, triangle.values[p]))
        if i != j { whole.append((j, i, triangle.values[p])) }
      }
    }
    if whole.isEmpty { return nil }
    return SparseMatrix(rowCount: columns.count, columnCount: columns.count, triplets: whole)
  }
}
