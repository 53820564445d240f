// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Writes `.nl` files, text or binary, that `NLReader`, AMPL's library and other solvers read.
///
/// The format demands an order of rows and variables (`NLOrder`), so the problem comes back with its rows and columns
/// rearranged; `.row` and `.col` files beside it keep the names.
package struct NLWriter {
  package struct Result {
    package var bytes: [UInt8]
    /// The variable and the row of the program at each position of the file.
    package var columns: [Int]
    package var rows: [Int]
    /// The content of the `.col` and `.row` files; nil when a name holds a line end.
    package var columnNames: [UInt8]?
    package var rowNames: [UInt8]?
    package var losses: [ConversionLoss]
  }

  private let program: FormulaProgram
  private let order: NLOrder
  private let expressions: NLExpressionWriter
  private var output: NLOutput

  package static func write(
    _ program: FormulaProgram, file: String, isBinary: Bool = false
  ) throws(WriteError) -> Result {
    try check(program, file)
    var writer = NLWriter(program, isBinary: isBinary)
    writer.writeAll()
    return writer.result
  }

  private init(_ program: FormulaProgram, isBinary: Bool) {
    self.program = program
    order = NLOrder(program)
    expressions = NLExpressionWriter(program, order)
    output = NLOutput(isBinary: isBinary)
  }

  private static func check(_ program: FormulaProgram, _ file: String) throws(WriteError) {
    if let j = program.linear.kinds.firstIndex(where: { $0 == .semicontinuous || $0 == .semiinteger }) {
      throw WriteError(
        file: file, cause: "the variable \(program.linear.columnNames[j]) is semi-continuous",
        remedy: "write an .mps file, or state it with a binary variable")
    }
    guard program.graph.numbers.allSatisfy(\.isFinite), program.graph.weights.allSatisfy(\.isFinite) else {
      throw WriteError(
        file: file, cause: "a formula holds a number that is not finite", remedy: "correct the formula")
    }
  }

  private var hasObjective: Bool {
    program.objective != nil || !program.linear.objectiveName.isEmpty || program.linear.objectiveOffset != 0
      || program.linear.costs.contains { $0 != 0 }
  }

  private mutating func writeAll() {
    writeHead()
    expressions.writeDefinitions(to: &output)
    for (k, i) in order.rows.enumerated() {
      output.line("C", k)
      expressions.write(offset: 0, program.rows[i], to: &output)
    }
    if hasObjective {
      output.line("O", 0, program.linear.sense == .maximize ? 1 : 0)
      expressions.write(offset: program.linear.objectiveOffset, program.objective, to: &output)
    }
    writeStart()
    if !order.rows.isEmpty {
      output.line("r")
      for i in order.rows { output.limits(program.linear.rowLower[i], program.linear.rowUpper[i]) }
    }
    if !order.columns.isEmpty {
      output.line("b")
      for j in order.columns { output.limits(program.linear.columnLower[j], program.linear.columnUpper[j]) }
    }
    writeEntries()
  }

  private mutating func writeHead() {
    let form = program.linear
    let ranges = order.rows.count { form.rowLower[$0].isFinite && form.rowUpper[$0].isFinite }
    let equations = order.rows.count { form.rowLower[$0].isFinite && form.rowLower[$0] == form.rowUpper[$0] }
    let nonlinearRows = program.rows.count { $0 != nil }
    let sizes = order.groupSizes
    let name = form.name.filter { !$0.isNewline && $0 != "\0" }
    let objectives = hasObjective ? 1 : 0
    let entries = order.rowColumns.reduce(0) { $0 + $1.count }
    func longest(_ names: NameTable) -> Int { names.reduce(0) { max($0, $1.utf8.count) } }
    output.text("\(output.isBinary ? "b" : "g")3 1 1 0\t# problem \(name)")
    output.text(
      " \(order.columns.count) \(order.rows.count) \(objectives) \(ranges - equations) \(equations)"
        + "\t# vars, constraints, objectives, ranges, eqns")
    output.text(" \(nonlinearRows) \(program.objective == nil ? 0 : 1)\t# nonlinear constraints, objectives")
    output.text(" 0 0\t# network constraints: nonlinear, linear")
    output.text(
      " \(order.nonlinearInRows) \(order.nonlinearInObjective) \(order.nonlinearInBoth)"
        + "\t# nonlinear vars in constraints, objectives, both")
    output.text(" 0 0 \(output.isBinary ? 1 : 0) 1\t# linear network variables; functions; arith, flags")
    output.text(
      " \(sizes[7]) \(sizes[8]) \(sizes[1]) \(sizes[3]) \(sizes[5])"
        + "\t# discrete variables: binary, integer, nonlinear (b,c,o)")
    output.text(" \(entries) \(hasObjective ? order.objectiveColumns.count : 0)\t# nonzeros in Jacobian, gradients")
    output.text(
      " \(longest(form.rowNames)) \(longest(form.columnNames))\t# max name lengths: constraints, variables")
    output.text(" \(expressions.definitions.count) 0 0 0 0\t# common exprs: b,c,o,c1,o1")
  }

  private mutating func writeStart() {
    if let multipliers = program.startMultipliers, multipliers.count == order.rows.count {
      output.line("d", order.rows.count)
      for (k, i) in order.rows.enumerated() { output.pair(k, multipliers[i]) }
    }
    if program.hasStart {
      output.line("x", order.columns.count)
      for (k, j) in order.columns.enumerated() { output.pair(k, program.start[j]) }
    }
  }

  /// k, J and G: zeros mark variables that a row or the objective has in its formula only.
  private mutating func writeEntries() {
    guard !order.columns.isEmpty else { return }
    let byRow = program.linear.matrix.transposed()
    var counts = [Int](repeating: 0, count: order.columns.count)
    for columns in order.rowColumns { for j in columns { counts[j] += 1 } }
    output.line("k", order.columns.count - 1)
    var total = 0
    for count in counts.dropLast() {
      total += count
      output.line(total)
    }
    var values = [Double](repeating: 0, count: order.columns.count)
    for (k, i) in order.rows.enumerated() where !order.rowColumns[k].isEmpty {
      for p in byRow.range(ofColumn: i) { values[order.positions[Int(byRow.rows[p])]] = byRow.values[p] }
      output.line("J", k, order.rowColumns[k].count)
      for j in order.rowColumns[k] {
        output.pair(j, values[j])
        values[j] = 0
      }
    }
    if hasObjective, !order.objectiveColumns.isEmpty {
      output.line("G", 0, order.objectiveColumns.count)
      for j in order.objectiveColumns { output.pair(j, program.linear.costs[order.columns[j]]) }
    }
  }

  private var result: Result {
    var result = Result(bytes: output.bytes, columns: order.columns, rows: order.rows, losses: [])
    let form = program.linear
    result.columnNames = Self.lines(order.columns.map { form.columnNames[$0] })
    result.rowNames = Self.lines(order.rows.map { form.rowNames[$0] } + (hasObjective ? [form.objectiveName] : []))
    if order.columns != Array(order.columns.indices) || order.rows != Array(order.rows.indices) {
      result.losses.append(
        ConversionLoss(part: "order", detail: "rows and variables stand in the order that the format demands"))
    }
    if result.columnNames == nil || result.rowNames == nil {
      result.losses.append(ConversionLoss(part: "names", detail: "a name with a line end cannot be held"))
    }
    return result
  }

  private static func lines(_ names: [String]) -> [UInt8]? {
    var text: [UInt8] = []
    for name in names {
      guard !name.utf8.contains(10), !name.utf8.contains(13) else { return nil }
      text.append(contentsOf: name.utf8)
      text.append(10)
    }
    return text
  }
}
