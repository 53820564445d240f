// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

extension CanonicalModel {
  /// Rows of one variable become bounds until nothing moves; then rows are scaled, joined and rid of what bounds imply.
  mutating func reduce(_ bounds: inout BoundTightening, _ form: StandardForm) {
    for _ in 0..<50 {
      rows = rows.compactMap { absorbed($0, &bounds) }
      if !bounds.takeChange() { break }
    }
    rows = joined(rows.compactMap { scaled($0) })
    rows = rows.compactMap { relaxed($0, bounds) }
    objective = substituted(objective, bounds, &offset)
    isContradictory = isContradictory || bounds.isContradictory
    let used = usedVariables(bounds.lower.count)
    variables = bounds.lower.indices.map { j in
      let isEmpty = bounds.lower[j] > bounds.upper[j]
      guard used[j] || isEmpty else { return nil }
      return Variable(
        name: form.columnNames[j], kind: bounds.kinds[j], lower: bounds.lower[j], upper: bounds.upper[j])
    }
  }

  /// The terms without fixed variables, whose values go to `constant`.
  private func substituted(_ terms: [Term], _ bounds: BoundTightening, _ constant: inout Double) -> [Term] {
    terms.filter { term in
      guard let j = column(of: term.atom), let value = bounds.fixedValue(of: j) else { return true }
      constant += term.coefficient * value
      return false
    }
  }

  /// The column of an atom that is a variable.
  func column(of atom: FormulaGraph.Node) -> Int? {
    graph.operations[Int(atom)] == .variable ? Int(graph.numbers[Int(atom)]) : nil
  }

  /// The row without fixed variables; nil where it is true or became a bound.
  private mutating func absorbed(_ row: Row, _ bounds: inout BoundTightening) -> Row? {
    var constant = 0.0
    var row = row
    row.terms = substituted(row.terms, bounds, &constant)
    row.lower -= constant
    row.upper -= constant
    let slack = Self.tolerance * max(1, abs(constant))
    if row.terms.isEmpty {
      if row.lower > slack || row.upper < -slack { isContradictory = true }
      return nil
    }
    guard row.terms.count == 1, let j = column(of: row.terms[0].atom), bounds.isPlain(j) else { return row }
    let a = row.terms[0].coefficient
    bounds.tighten(
      j, from: a > 0 ? row.lower / a : row.upper / a, to: a > 0 ? row.upper / a : row.lower / a)
    return nil
  }

  /// The row divided by its largest |coefficient|; one without sides and undefined nowhere is none.
  private func scaled(_ row: Row) -> Row? {
    let largest = row.terms.reduce(0) { max($0, abs($1.coefficient)) }
    guard largest > 0, largest.isFinite else { return row }
    return Row(
      name: row.name,
      terms: row.terms.map { Term(atom: $0.atom, coefficient: $0.coefficient / largest) },
      lower: row.lower / largest, upper: row.upper / largest)
  }

  private func negated(_ row: Row) -> Row {
    Row(
      name: row.name, terms: row.terms.map { Term(atom: $0.atom, coefficient: -$0.coefficient) }, lower: -row.upper,
      upper: -row.lower)
  }

  /// Rows with proportional terms share one pair of sides, at the place of the first.
  private mutating func joined(_ rows: [Row]) -> [Row] {
    let classes = NumberClasses(
      rows.flatMap { $0.terms.map(\.coefficient) } + rows.flatMap { $0.terms.map { -$0.coefficient } })
    var places: [[Int]: Int] = [:]
    var result: [Row] = []
    for var row in rows {
      // Within one model the order of the atoms is the same in all rows, so it may choose the sign.
      if let first = row.terms.first(where: { $0.coefficient != 0 }), first.coefficient < 0 { row = negated(row) }
      let key = row.terms.flatMap { [Int($0.atom), classes[$0.coefficient]] }
      guard let place = places[key] else {
        places[key] = result.count
        result.append(row)
        continue
      }
      result[place].lower = max(result[place].lower, row.lower)
      result[place].upper = min(result[place].upper, row.upper)
    }
    for k in result.indices { settle(&result[k]) }
    return result
  }

  /// Sides that nearly meet become one.
  private mutating func settle(_ row: inout Row) {
    let slack = Self.tolerance * max(abs(row.lower), abs(row.upper))
    guard row.lower.isFinite, row.upper.isFinite, row.upper - row.lower <= slack else { return }
    if row.lower - row.upper > slack {
      isContradictory = true
    } else if row.lower != row.upper {
      row.lower += (row.upper - row.lower) / 2
      row.upper = row.lower
    }
  }

  /// The row without the sides that the bounds imply, turned to ≤ where one side is left.
  private func relaxed(_ row: Row, _ bounds: BoundTightening) -> Row? {
    var (low, high, size) = (0.0, 0.0, 0.0)
    var isLinear = true
    for term in row.terms {
      guard let j = column(of: term.atom) else {
        isLinear = false
        break
      }
      let range = bounds.range(of: j, times: term.coefficient)
      low += range.low
      high += range.high
      size += max(range.low.isFinite ? abs(range.low) : 0, range.high.isFinite ? abs(range.high) : 0)
    }
    var row = row
    if isLinear {
      let slack = 1e-12 * size
      if row.lower <= low + slack { row.lower = -.infinity }
      if row.upper >= high - slack { row.upper = .infinity }
      if row.lower == -.infinity, row.upper == .infinity { return nil }
    }
    return row.upper == .infinity ? negated(row) : row
  }

  private func usedVariables(_ count: Int) -> [Bool] {
    var isUsed = [Bool](repeating: false, count: graph.count)
    for term in objective + rows.flatMap(\.terms) { isUsed[Int(term.atom)] = true }
    for i in stride(from: graph.count - 1, through: 0, by: -1) where isUsed[i] {
      for p in graph.range(of: FormulaGraph.Node(i)) { isUsed[Int(graph.arguments[p])] = true }
    }
    return Array(isUsed.prefix(count))
  }
}
