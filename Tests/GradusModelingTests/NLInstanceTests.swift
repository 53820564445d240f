// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Every `.nl` instance against its row of the index: sizes, sense, integers, and the objective at the start.
@Suite struct NLInstanceTests {
  @Test(.enabled(if: SharedData.isThere, "\(SharedData.reason)"), arguments: SharedData.nonlinear)
  func agreesWithTheIndex(_ row: [String: String]) throws {
    let file = try #require(row["file"])
    let read = try NLFile.read(path: SharedData.path("nl/\(file)"))
    let program = read.program
    #expect(program.constraintCount == row["rows"].flatMap { Int($0) })
    #expect(program.variableCount == row["cols"].flatMap { Int($0) })
    #expect(program.linear.integerCount == row["integers"].flatMap { Int($0) })
    #expect(program.linear.sense == (row["sense"] == "max" ? .maximize : .minimize))
    if let wanted = row["f_start"].flatMap({ Double($0) }) {
      // Where the file states no start, the index took 0, in the bounds or not.
      let value = program.objectiveValue(
        at: program.hasStart ? program.start : Vector(repeating: 0, count: program.variableCount))
      #expect(
        abs(value - wanted) <= 1e-9 * max(1, abs(wanted)) || value.isNaN && wanted.isNaN,
        "\(value) instead of \(wanted)")
    }
  }
}

extension FormulaProgram {
  func objectiveValue(at x: Vector) -> Double {
    linear.objective(at: x) + (objective.map { graph.value(of: $0, at: x.elements) } ?? 0)
  }

  func rowValue(_ i: Int, at x: Vector) -> Double {
    linear.matrix.times(x)[i] + (rows[i].map { graph.value(of: $0, at: x.elements) } ?? 0)
  }
}
