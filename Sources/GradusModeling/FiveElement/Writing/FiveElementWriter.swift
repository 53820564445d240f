// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// A program as a five-element model without sets and parameters: every variable and every row by its own name.
///
/// Names that are no words of the language stand in backquotes. YAML and JSON differ only in quotes and brackets.
struct FiveElementWriter {
  private let program: FormulaProgram
  private let notation: FiveElementModel.Notation
  private let file: String
  private var out = TextBuffer()
  private var losses: [ConversionLoss] = []

  static func write(
    _ program: FormulaProgram, _ notation: FiveElementModel.Notation, file: String
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    var writer = FiveElementWriter(program: program, notation: notation, file: file)
    try writer.document()
    return (writer.out.bytes, writer.losses)
  }

  private init(program: FormulaProgram, notation: FiveElementModel.Notation, file: String) {
    self.program = program
    self.notation = notation
    self.file = file
  }

  private var isJSON: Bool { notation == .json }

  private mutating func document() throws(WriteError) {
    let form = program.linear
    let columns = try names(form.columnNames, "variables")
    let rows = try names(form.rowNames, "rows")
    var formulas = FiveElementText(program.graph, names: columns)
    if isJSON { out.append("{\n") }
    open("name", 0)
    out.append(Self.quoted(form.name))
    separate()
    open("variables", 0, isBlock: form.variableCount > 0)
    out.append(form.variableCount == 0 ? "{}" : isJSON ? "{\n" : "\n")
    for j in 0..<form.variableCount {
      open(columns[j], 1)
      out.append("{\(try fields(j))}")
      separate(isLast: j + 1 == form.variableCount)
    }
    if form.variableCount == 0 { separate() } else if isJSON { out.append("  },\n") }
    open(form.sense == .minimize ? "minimize" : "maximize", 0)
    let costs = form.costs.indices.filter { form.costs[$0] != 0 }.map { (weight: form.costs[$0], column: $0) }
    let objective = try text(&formulas, costs, program.objective, form.objectiveOffset, "the objective")
    out.append(
      form.objectiveName.isEmpty || form.objectiveName == "objective"
        ? Self.quoted(objective) : "{\(Self.quoted(form.objectiveName)): \(Self.quoted(objective))}")
    separate()
    open("subject to", 0, isBlock: !rows.isEmpty)
    out.append(rows.isEmpty ? "{}" : isJSON ? "{\n" : "\n")
    let terms = Self.rows(of: form)
    for i in rows.indices {
      open(rows[i], 1)
      let body = try text(&formulas, terms[i], program.rows[i], 0, "the row \(form.rowNames[i])")
      out.append(Self.quoted(try relation(body, form.rowLower[i], form.rowUpper[i], form.rowNames[i])))
      separate(isLast: i + 1 == rows.count)
    }
    if isJSON { out.append(rows.isEmpty ? "\n}\n" : "  }\n}\n") } else if rows.isEmpty { out.append("\n") }
    if !formulas.replaced.isEmpty {
      let functions = formulas.replaced.sorted().joined(separator: ", ")
      losses.append(
        ConversionLoss(part: "formulas", detail: "\(functions) of variables is linearised or refused when read again"))
    }
    if program.startMultipliers != nil {
      losses.append(ConversionLoss(part: "start", detail: "the multipliers to begin with are left out"))
    }
  }

  // MARK: Pieces

  private mutating func open(_ key: String, _ level: Int, isBlock: Bool = false) {
    out.append(String(repeating: " ", count: 2 * (isJSON ? level + 1 : level)))
    let isPlain =
      !isJSON
      && (key == "subject to" || key.utf8.allSatisfy { ExpressionLexer.isNameStart($0) || ExpressionLexer.isDigit($0) })
    out.append(isPlain ? key : Self.quoted(key))
    // A blank keeps the backquotes of a name and the colon apart for people.
    out.append(isBlock && !isJSON ? ":" : isPlain || isJSON ? ": " : " : ")
  }

  private mutating func separate(isLast: Bool = false) { out.append(isJSON && !isLast ? ",\n" : "\n") }

  private static func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.write(JSONValue.string(text))
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func fields(_ j: Int) throws(WriteError) -> String {
    let form = program.linear
    let name = form.columnNames[j]
    var fields: [String] = []
    func field(_ key: String, _ value: String) { fields.append("\(isJSON ? "\"\(key)\"" : key): \(value)") }
    let (lower, upper) = (form.columnLower[j], form.columnUpper[j])
    guard lower < .infinity, upper > -.infinity, !lower.isNaN, !upper.isNaN else {
      throw WriteError(file: file, cause: "\(name) has a bound at the wrong infinity", remedy: "give it finite bounds")
    }
    let isBinary = form.kinds[j] == .integer && lower == 0 && upper == 1
    let word = isBinary ? "binary" : "\(form.kinds[j])"
    if form.kinds[j] != .continuous { field("kind", isJSON ? "\"\(word)\"" : word) }
    if !isBinary, lower > -.infinity { field("lower", TextBuffer.shortest(lower)) }
    if !isBinary, upper < .infinity { field("upper", TextBuffer.shortest(upper)) }
    if program.hasStart {
      guard program.start[j].isFinite else {
        throw WriteError(file: file, cause: "the start of \(name) is not finite", remedy: "give it a number")
      }
      field("start", TextBuffer.shortest(program.start[j]))
    }
    return fields.joined(separator: ", ")
  }

  private func text(
    _ formulas: inout FiveElementText, _ linear: [(weight: Double, column: Int)], _ node: FormulaGraph.Node?,
    _ offset: Double, _ owner: String
  ) throws(WriteError) -> String {
    do throws(FiveElementText.Obstacle) {
      try formulas.write(linear, node, offset: offset)
    } catch {
      throw WriteError(
        file: file, cause: "\(owner) has no text in this format: \(error.cause)", remedy: "write an .nl file")
    }
    return String(decoding: formulas.take().bytes, as: UTF8.self)
  }

  private func relation(_ body: String, _ lower: Double, _ upper: Double, _ name: String) throws(WriteError) -> String {
    guard lower < .infinity, upper > -.infinity, !lower.isNaN, !upper.isNaN else {
      throw WriteError(
        file: file, cause: "the row \(name) has a side at the wrong infinity", remedy: "give it finite sides")
    }
    let (low, high) = (TextBuffer.shortest(lower), TextBuffer.shortest(upper))
    if lower == upper { return "\(body) == \(high)" }
    if lower == -.infinity { return "\(body) <= \(high)" }
    if upper == .infinity { return "\(body) >= \(low)" }
    return "\(low) <= \(body) <= \(high)"
  }

  /// Names as expressions write them.
  private func names(_ table: NameTable, _ what: String) throws(WriteError) -> [String] {
    var seen = Set<String>()
    var result: [String] = []
    for name in table {
      guard seen.insert(name).inserted else {
        throw WriteError(file: file, cause: "two \(what) are called \(name)", remedy: "give every one its own name")
      }
      guard !name.utf8.contains(UInt8(ascii: "`")) else {
        throw WriteError(file: file, cause: "the name \(name) holds a backquote", remedy: "rename it")
      }
      result.append(Self.isWord(name) ? name : "`\(name)`")
    }
    return result
  }

  private static func isWord(_ name: String) -> Bool {
    guard let first = name.utf8.first, ExpressionLexer.isNameStart(first) else { return false }
    return name.utf8.allSatisfy { ExpressionLexer.isNameStart($0) || ExpressionLexer.isDigit($0) }
      && ExpressionToken.Keyword(rawValue: name) == nil && ExpressionParser.functions[name] == nil && name != "card"
  }

  /// The entries of A by rows, columns ascending.
  static func rows(of form: StandardForm) -> [[(weight: Double, column: Int)]] {
    var rows = [[(weight: Double, column: Int)]](repeating: [], count: form.constraintCount)
    for j in 0..<form.variableCount {
      for p in form.matrix.range(ofColumn: j) where form.matrix.values[p] != 0 {
        rows[Int(form.matrix.rows[p])].append((form.matrix.values[p], j))
      }
    }
    return rows
  }
}
