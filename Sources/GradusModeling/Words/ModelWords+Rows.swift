// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Models without expressions of their own: row by row.
extension ModelWords {
  /// Any problem that was read. One that no formulas can hold (sets, indicators) is told without those, and says so.
  public init(_ contents: ModelContents) {
    self.init()
    if let program = try? contents.program() {
      tell(program)
    } else if case .form(var form) = contents.problem {
      let (sets, indicators) = (form.specialOrderedSets.count, form.indicators.count)
      form.specialOrderedSets = []
      form.indicators = []
      if let program = try? FormulaProgram(form) { tell(program) }
      if sets > 0 { required.append("\(sets) sets of which only neighbours may differ from 0 are not told here.") }
      if indicators > 0 {
        required.append("\(indicators) rows that hold only where something is chosen are not told here.")
      }
    }
    assumptions += contents.notes.map { "The reader says: \($0)." }
  }

  private mutating func tell(_ program: FormulaProgram) {
    let form = program.linear
    name = form.name
    decided = Self.columns(form)
    let writer = RowWords(program)
    let body = writer.objective
    wanted =
      body == "0"
      ? "Nothing is wanted but a solution." : "\(form.sense == .minimize ? "The least" : "The most") of \(body)."
    required = (0..<min(form.constraintCount, Self.limit)).map { writer.row($0) }
    if form.constraintCount > Self.limit {
      required.append("… and \(form.constraintCount - Self.limit) rows more.")
    }
    assume(program)
  }

  /// Variables of equal kind and bounds in one sentence.
  private static func columns(_ form: StandardForm) -> [String] {
    var groups: [(what: String, names: [String], count: Int)] = []
    var places: [String: Int] = [:]
    for j in 0..<form.variableCount {
      let what = kind(form.kinds[j], form.columnLower[j], form.columnUpper[j])
      if let k = places[what] {
        groups[k].count += 1
        if groups[k].names.count < limit { groups[k].names.append(form.columnNames[j]) }
      } else {
        places[what] = groups.count
        groups.append((what, [form.columnNames[j]], 1))
      }
    }
    let shown = groups.prefix(limit).map { group in
      let more = group.count > group.names.count ? ", … and \(group.count - group.names.count) more" : ""
      let names = more.isEmpty ? listed(group.names) : group.names.joined(separator: ", ") + more
      return "\(names): \(group.what)."
    }
    return shown + (groups.count > limit ? ["… and \(groups.count - limit) kinds of variables more."] : [])
  }

  static func kind(_ kind: VariableKind, _ lower: Double, _ upper: Double) -> String {
    if kind == .integer, lower == 0, upper == 1 { return "yes (1) or no (0)" }
    let range = between(lower, upper)
    switch kind {
    case .continuous: return range.map { "a number \($0)" } ?? "any number"
    case .integer: return range.map { "a whole number \($0)" } ?? "any whole number"
    case .semicontinuous: return "0, or a number \(range ?? "of any size")"
    case .semiinteger: return "0, or a whole number \(range ?? "of any size")"
    }
  }
}

/// Rows and objective of a program as parts of sentences.
private struct RowWords {
  private let program: FormulaProgram
  private let byRow: SparseMatrix
  private let formulas: FormulaText
  /// Terms that are told one by one.
  private static let terms = 12

  init(_ program: FormulaProgram) {
    self.program = program
    byRow = program.linear.matrix.transposed()
    formulas = FormulaText(program)
  }

  var objective: String {
    let form = program.linear
    let terms = form.costs.indices.lazy.filter { form.costs[$0] != 0 }.map { (form.costs[$0], form.columnNames[$0]) }
    return sum(Array(terms), program.objective, form.objectiveOffset)
  }

  func row(_ i: Int) -> String {
    let form = program.linear
    let terms = byRow.range(ofColumn: i).map { (byRow.values[$0], form.columnNames[Int(byRow.rows[$0])]) }
    let range = ModelWords.between(form.rowLower[i], form.rowUpper[i])
    return "\(form.rowNames[i]): \(sum(terms, program.rows[i], 0)) \(range.map { "is \($0)" } ?? "may be anything")."
  }

  private func sum(_ terms: [(Double, String)], _ node: FormulaGraph.Node?, _ offset: Double) -> String {
    var text = ""
    func add(_ isNegative: Bool, _ part: String) {
      text += text.isEmpty ? (isNegative ? "minus " : "") + part : (isNegative ? " minus " : " plus ") + part
    }
    for (weight, name) in terms.prefix(Self.terms) {
      add(weight < 0, abs(weight) == 1 ? name : "\(ModelWords.number(abs(weight))) times \(name)")
    }
    if terms.count > Self.terms {
      let rest = terms.count - Self.terms
      text += " and \(rest) \(rest == 1 ? "term" : "terms") more"
    }
    if let node { add(false, formulas.text(of: node)) }
    if offset != 0 || text.isEmpty { add(offset < 0, ModelWords.number(abs(offset))) }
    return text
  }
}
