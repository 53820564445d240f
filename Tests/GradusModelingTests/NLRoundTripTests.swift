// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Written as `.nl`, text and binary, and read again: the same limits, kinds and values under the order of the writer.
@Suite struct NLRoundTripTests {
  @Test(.enabled(if: SharedData.isThere, "\(SharedData.reason)"), arguments: SharedData.nonlinear)
  func instance(_ row: [String: String]) throws {
    let program = try NLFile.read(path: SharedData.path("nl/\(try #require(row["file"]))")).program
    try Self.check(program)
    // Quadratic ones survive as coefficients, too.
    guard let form = try? program.standardForm() else { return }
    let again = try FormulaProgram(form)
    let x = Self.point(program)
    #expect(Self.isClose(again.objectiveValue(at: x), program.objectiveValue(at: x)))
    for i in 0..<program.constraintCount {
      // Constants of formulas moved to the sides.
      let shift = program.linear.rowLower[i].isFinite ? program.linear.rowLower[i] - again.linear.rowLower[i] : 0
      let wanted = program.rowValue(i, at: x)
      if program.linear.rowLower[i].isFinite { #expect(Self.isClose(again.rowValue(i, at: x) + shift, wanted)) }
    }
  }

  @Test(.enabled(if: SharedData.isThere, "\(SharedData.reason)"), arguments: SharedData.models)
  func linearInstance(_ file: String) throws {
    let form = try ModelFile.read(path: SharedData.path(file))
    guard let program = try? FormulaProgram(form) else { return }
    #expect(program.isLinear || form.quadratic != nil || !form.quadraticTerms.isEmpty)
    let again = try program.standardForm()
    #expect(again.quadratic == form.quadratic)
    try Self.check(program)
  }

  static func point(_ program: FormulaProgram) -> Vector {
    var stream = RandomStream(seed: 11)
    return Vector(
      (0..<program.variableCount).map { j in
        let low = max(program.linear.columnLower[j], -3)
        return Double.random(in: low...max(low, min(program.linear.columnUpper[j], low + 6)), using: &stream)
      })
  }

  static func isClose(_ a: Double, _ b: Double) -> Bool {
    a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-9 * max(1, abs(b))
  }

  static func check(_ program: FormulaProgram) throws {
    let x = point(program)
    for isBinary in [false, true] {
      let written = try NLWriter.write(program, file: "f", isBinary: isBinary)
      let read = try NLFile.parse(bytes: written.bytes)
      let again = read.program
      #expect(read.isBinary == isBinary)
      let y = Vector(written.columns.map { x[$0] })
      #expect(isClose(again.objectiveValue(at: y), program.objectiveValue(at: x)))
      #expect(again.linear.kinds == written.columns.map { program.linear.kinds[$0] })
      #expect(again.linear.columnLower == written.columns.map { program.linear.columnLower[$0] })
      #expect(again.linear.columnUpper == written.columns.map { program.linear.columnUpper[$0] })
      #expect(again.linear.rowLower == written.rows.map { program.linear.rowLower[$0] })
      #expect(again.linear.rowUpper == written.rows.map { program.linear.rowUpper[$0] })
      let (before, after) = (program.linear.matrix.times(x), again.linear.matrix.times(y))
      for (k, i) in written.rows.enumerated() {
        let wanted = before[i] + (program.rows[i].map { program.graph.value(of: $0, at: x.elements) } ?? 0)
        let found = after[k] + (again.rows[k].map { again.graph.value(of: $0, at: y.elements) } ?? 0)
        if !isClose(found, wanted) { Issue.record("row \(i): \(found) instead of \(wanted)") }
      }
      #expect(again.linear.sense == program.linear.sense)
      if program.hasStart { #expect(again.start == Vector(written.columns.map { program.start[$0] })) }
    }
  }
}
