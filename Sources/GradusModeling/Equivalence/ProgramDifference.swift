// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

extension ModelDifference {
  /// In what two programs differ, by the names of the first: sense, variables, rows.
  ///
  /// Partners are found by name; where fewer than half of the names agree, by kind, bounds, cost and numbers, which is a guess.
  /// Rows are compared up to scale and sign. Cost: linear in the entries where names agree, else quadratic in the variables and
  /// rows, of which at most 1000 are then looked at.
  public static func between(_ first: FormulaProgram, _ second: FormulaProgram) -> [ModelDifference] {
    let comparison = ProgramComparison(first, second)
    return comparison.objective() + comparison.variables() + comparison.constraints()
  }
}

/// A row of a program with its entries by column.
private struct ProgramRow {
  var entries: [Int: Double] = [:]
  var lower: Double
  var upper: Double
  var formula: String?

  /// Entries by column of the other program, where it has one.
  func translated(_ columns: [Int?]) -> ProgramRow {
    var result = self
    result.entries = [:]
    for (j, value) in entries { result.entries[columns[j] ?? -1 - j] = value }
    return result
  }

  func scaled(by factor: Double) -> ProgramRow {
    var result = self
    result.entries = entries.mapValues { factor * $0 }
    result.lower = factor > 0 ? factor * lower : factor * upper
    result.upper = factor > 0 ? factor * upper : factor * lower
    return result
  }

  var relation: String { lower == upper ? "==" : lower == -.infinity ? "<=" : upper == .infinity ? ">=" : "<= <=" }

  /// How many entries two rows have in common.
  func agreement(with other: ProgramRow) -> Int {
    entries.count { entry in other.entries[entry.key].map { NumberClasses.areEqual($0, entry.value) } ?? false }
  }
}

private struct ProgramComparison {
  let first: FormulaProgram
  let second: FormulaProgram
  /// Partners by column and row of the second program.
  var columns: [Int?]
  var rowPartners: [Int?]
  var rows: [ProgramRow]
  var others: [ProgramRow]

  static let limit = 1000

  init(_ first: FormulaProgram, _ second: FormulaProgram) {
    self.first = first
    self.second = second
    rows = Self.rows(of: first)
    others = Self.rows(of: second)
    columns = Self.byName(Array(first.linear.columnNames), Array(second.linear.columnNames))
    if 2 * columns.count(where: { $0 != nil }) < min(first.variableCount, second.variableCount) {
      columns = Self.matched(first.variableCount, second.variableCount) { [rows, others] j, k in
        Self.likeness(first, rows, j, second, others, k)
      }
    }
    let translated = others.map { [columns] in $0.translated(columns) }
    others = translated
    rowPartners = Self.byName(Array(first.linear.rowNames), Array(second.linear.rowNames))
    if 2 * rowPartners.count(where: { $0 != nil }) < min(rows.count, others.count) {
      rowPartners = Self.matched(rows.count, others.count) { [rows] i, k in
        let common = rows[i].entries.keys.count { translated[k].entries[$0] != nil }
        guard 2 * common >= max(rows[i].entries.count, translated[k].entries.count) else { return 0 }
        let isSided =
          NumberClasses.areEqual(rows[i].lower, translated[k].lower)
          && NumberClasses.areEqual(rows[i].upper, translated[k].upper)
        return 1 + common + rows[i].agreement(with: translated[k]) + (isSided ? 1 : 0)
      }
    }
  }

  private static func rows(of program: FormulaProgram) -> [ProgramRow] {
    let form = program.linear
    let text = FormulaText(program)
    var rows = (0..<program.constraintCount).map { i in
      ProgramRow(lower: form.rowLower[i], upper: form.rowUpper[i], formula: program.rows[i].map { text.text(of: $0) })
    }
    for j in 0..<program.variableCount {
      for p in form.matrix.range(ofColumn: j) where form.matrix.values[p] != 0 {
        rows[Int(form.matrix.rows[p])].entries[j] = form.matrix.values[p]
      }
    }
    return rows
  }

  private static func byName(_ first: [String], _ second: [String]) -> [Int?] {
    let places = Dictionary(first.enumerated().map { ($1, $0) }) { a, _ in a }
    return second.map { places[$0] }
  }

  private static func matched(_ count: Int, _ others: Int, _ score: (Int, Int) -> Int) -> [Int?] {
    var pairs: [(score: Int, first: Int, second: Int)] = []
    for k in 0..<min(others, limit) {
      for j in 0..<min(count, limit) {
        let value = score(j, k)
        if value > 0 { pairs.append((value, j, k)) }
      }
    }
    var result = [Int?](repeating: nil, count: others)
    var isTaken = [Bool](repeating: false, count: count)
    for pair in pairs.sorted(by: { ($1.score, $0.first, $0.second) < ($0.score, $1.first, $1.second) })
    where result[pair.second] == nil && !isTaken[pair.first] {
      result[pair.second] = pair.first
      isTaken[pair.first] = true
    }
    return result
  }

  private static func likeness(
    _ first: FormulaProgram, _ rows: [ProgramRow], _ j: Int, _ second: FormulaProgram, _ others: [ProgramRow], _ k: Int
  ) -> Int {
    let (a, b) = (first.linear, second.linear)
    let isSameKind = a.kinds[j] == b.kinds[k]
    let isSameRange =
      NumberClasses.areEqual(a.columnLower[j], b.columnLower[k])
      && NumberClasses.areEqual(a.columnUpper[j], b.columnUpper[k])
    func column(_ form: StandardForm, _ j: Int) -> [Double] {
      form.matrix.range(ofColumn: j).map { form.matrix.values[$0] }.sorted()
    }
    let (x, y) = (column(a, j), column(b, k))
    let isSameColumn = x.count == y.count && zip(x, y).allSatisfy { NumberClasses.areEqual($0, $1) }
    return 1 + (isSameKind ? 2 : 0) + (isSameRange ? 2 : 0) + (x.count == y.count ? 1 : 0) + (isSameColumn ? 3 : 0)
      + (NumberClasses.areEqual(abs(a.costs[j]), abs(b.costs[k])) ? 3 : 0)
  }

  func objective() -> [ModelDifference] {
    let (a, b) = (first.linear, second.linear)
    var pairs: [(name: String, old: Double, new: Double)] = []
    for (k, column) in columns.enumerated() {
      guard let column else { continue }
      pairs.append((a.columnNames[column], a.costs[column], b.costs[k]))
    }
    // Minimizing the negative is maximizing.
    let isNegated =
      a.sense != b.sense && pairs.contains { $0.old != 0 }
      && pairs.allSatisfy { NumberClasses.areEqual($0.old, -$0.new) }
    if first.objective == nil, second.objective == nil {
      if isNegated { return [] }
    } else if isSameFormula {
      return []
    }
    var found: [ModelDifference] = []
    if a.sense != b.sense {
      found.append(ModelDifference(.objectiveSense, "objective", a.sense.rawValue, b.sense.rawValue))
    }
    for pair in pairs where !NumberClasses.areEqual(pair.old, pair.new) { found.append(number(.cost, pair)) }
    let texts = (
      first.objective.map { FormulaText(first).text(of: $0) } ?? "0",
      second.objective.map { FormulaText(second).text(of: $0) } ?? "0"
    )
    if texts.0 != texts.1 { found.append(ModelDifference(.formula, "objective", texts.0, texts.1)) }
    return found
  }

  /// The objectives alone are the same problem: a formula may be written in many ways.
  private var isSameFormula: Bool {
    ModelIsomorphism(first.keeping(rows: []), second.keeping(rows: []), workLimit: 100_000).isSame
  }

  private func number(_ kind: ModelDifference.Kind, _ pair: (name: String, old: Double, new: Double)) -> ModelDifference
  {
    ModelDifference(
      ModelDifference.unitFactor(from: pair.old, to: pair.new) == nil ? kind : .unit, pair.name,
      ModelDifference.shown(pair.old), ModelDifference.shown(pair.new))
  }

  func variables() -> [ModelDifference] {
    let (a, b) = (first.linear, second.linear)
    let partners = Set(columns.compactMap { $0 })
    var found = (0..<first.variableCount).filter { !partners.contains($0) }.map {
      ModelDifference(.missingVariable, a.columnNames[$0])
    }
    for (k, column) in columns.enumerated() {
      guard let j = column else {
        found.append(ModelDifference(.extraVariable, b.columnNames[k]))
        continue
      }
      let name = a.columnNames[j]
      if a.kinds[j] != b.kinds[k] {
        found.append(ModelDifference(.integrality, name, "\(a.kinds[j])", "\(b.kinds[k])"))
      }
      let bounds = [("lower", a.columnLower[j], b.columnLower[k]), ("upper", a.columnUpper[j], b.columnUpper[k])]
      for (side, old, new) in bounds where !NumberClasses.areEqual(old, new) {
        found.append(number(.bound, ("\(name) (\(side))", old, new)))
      }
    }
    return found
  }

  func constraints() -> [ModelDifference] {
    let partners = Set(rowPartners.compactMap { $0 })
    var found = rows.indices.filter { !partners.contains($0) }.map {
      ModelDifference(.missingConstraint, first.linear.rowNames[$0])
    }
    for (k, partner) in rowPartners.enumerated() {
      guard let i = partner else {
        found.append(ModelDifference(.extraConstraint, second.linear.rowNames[k]))
        continue
      }
      found += compared(rows[i], aligned(others[k], to: rows[i]), first.linear.rowNames[i])
    }
    return found
  }

  /// The row times the factor that makes most entries equal; 1 first.
  private func aligned(_ row: ProgramRow, to own: ProgramRow) -> ProgramRow {
    var best = row
    // Most entries of a row are right: a few of them are enough to find its scale.
    for j in own.entries.keys.sorted().prefix(20) {
      guard let a = own.entries[j], let b = row.entries[j], (a / b).isFinite else { continue }
      let scaled = row.scaled(by: a / b)
      if own.agreement(with: scaled) > own.agreement(with: best) { best = scaled }
    }
    return best
  }

  private func compared(_ a: ProgramRow, _ b: ProgramRow, _ name: String) -> [ModelDifference] {
    var found: [ModelDifference] = []
    for j in Set(a.entries.keys).union(b.entries.keys).sorted() {
      let (old, new) = (a.entries[j] ?? 0, b.entries[j] ?? 0)
      if NumberClasses.areEqual(old, new) { continue }
      let column = j >= 0 ? first.linear.columnNames[j] : second.linear.columnNames[-1 - j]
      found.append(number(.coefficient, ("\(column) in \(name)", old, new)))
    }
    if a.relation != b.relation { found.append(ModelDifference(.relation, name, a.relation, b.relation)) }
    let sides = a.relation == b.relation ? [(a.lower, b.lower), (a.upper, b.upper)] : [(side(a), side(b))]
    for (k, (old, new)) in sides.enumerated() where !NumberClasses.areEqual(old, new) {
      if k == 1, a.lower == a.upper, b.lower == b.upper { continue }
      found.append(number(.rightHandSide, (name, old, new)))
    }
    if a.formula != b.formula { found.append(ModelDifference(.formula, name, a.formula ?? "0", b.formula ?? "0")) }
    return found
  }

  private func side(_ row: ProgramRow) -> Double { row.upper == .infinity ? row.lower : row.upper }
}
