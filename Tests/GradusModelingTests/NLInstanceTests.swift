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

/// Which variables are integer, by AMPL's counts and by JuMP's.
@Suite struct NLKindTests {
  /// A head with the given counts (constraints, objectives, both; integers in both, constraints, objectives) for eight
  /// free variables without rows.
  private func kinds(_ remark: String, _ counts: String, _ integers: String) throws -> String {
    let text =
      "g3 1 1 0\(remark)\n 8 0 0\n 0 0\n 0 0\n \(counts)\n 0 0\n 0 0 \(integers)\n 0 0\n 0 0\n 0 0 0 0 0\nb\n"
      + String(repeating: "3\n", count: 8)
    let file = try NLFile.parse(bytes: Array(text.utf8))
    #expect(file.notes.isEmpty == !remark.isEmpty)
    return file.program.linear.kinds.map { $0.isIntegral ? "i" : "c" }.joined()
  }

  @Test(arguments: [
    // 2 both, 2 rows only, 3 objective only
    ("\t# problem p", "4 7 2", "1 1 1", "ciciccic"), ("", "4 5 2", "1 1 1", "ciciccic"),
    // 1 both, 4 rows only, 2 objective only: JuMP puts the objective's own first.
    ("", "5 3 1", "1 1 1", "icicccic"),
  ])
  func order(_ remark: String, _ counts: String, _ integers: String, _ wanted: String) throws {
    #expect(try kinds(remark, counts, integers) == wanted)
  }

  @Test func nothingInRowsOnlyReadsTheSame() throws {
    for remark in ["", "\t# problem p"] {
      let text =
        "g3 1 1 0\(remark)\n 3 0 0\n 0 0\n 0 0\n 1 3 1\n 0 0\n 0 0 0 0 1\n 0 0\n 0 0\n 0 0 0 0 0\nb\n3\n3\n3\n"
      let file = try NLFile.parse(bytes: Array(text.utf8))
      #expect(file.program.linear.kinds == [.continuous, .continuous, .integer])
      #expect(file.notes.isEmpty)
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
