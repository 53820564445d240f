// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite struct CanonicalModelTests {
  private static func program(_ variables: String, _ objective: String, _ rows: String...) throws -> FormulaProgram {
    let text = "variables: {\(variables)}\n\(objective)\nsubject to:\n"
    let body = rows.enumerated().map { "  r\($0): \($1)\n" }.joined()
    return try FiveElementModel.parse(text: text + (rows.isEmpty ? "  r: 0 <= 1\n" : body)).program
  }

  /// Pairs that say the same: variables, objective and rows of both.
  @Test(arguments: [
    ("minimize: x + y", ["2 * x + 4 * y >= 6"], "minimize: x + y", ["-x <= 2 * y - 3"]),
    ("maximize: x", ["x - y == 0"], "minimize: -x", ["3 * y - 3 * x == 0"]),
    ("minimize: x", ["x + y >= 1", "x + y <= 1"], "minimize: x", ["0.1 * x + 0.1 * y == 0.1"]),
    ("minimize: x + n", ["3 * n <= 10", "n >= 0.5"], "minimize: x + n", ["n <= 3", "n >= 1"]),
    ("minimize: x + y", ["x <= 4", "y <= 4", "x + y <= 9"], "minimize: x + y", ["2 * x <= 8", "y <= 4"]),
    ("minimize: x + y", ["x == 2", "x + y >= 5"], "minimize: x + y", ["x == 2", "y >= 3"]),
    ("minimize: (x + y)^2", ["x * y >= 1"], "minimize: x^2 + y^2 + 2 * x * y", ["-y * x <= -1"]),
    ("minimize: exp(x + y)", ["max(x, max(y, n)) <= 3"], "minimize: exp(y + x)", ["max(max(n, x), y) <= 3"]),
    ("minimize: x / (y + 1)", ["x >= 1"], "minimize: (2 * x) / (2 * y + 2) + x * 0", ["x >= 1"]),
    ("minimize: sqrt(x) * y", ["x * y * n <= 2"], "minimize: y * sqrt(x)", ["n * (x * y) <= 2"]),
    ("minimize: (x + 1)^3", ["x >= 1"], "minimize: x^3 + 3 * x^2 + 3 * x + 1", ["x >= 1"]),
    ("minimize: 0.3 * x - 0.1 * x - 0.2 * x + y", ["y >= 1"], "minimize: y", ["y >= 1"]),
  ])
  func theSameInOtherWords(_ objective: String, _ rows: [String], _ other: String, _ others: [String]) throws {
    let variables = "x: {lower: 0}, y: {lower: 0}, n: {kind: integer, lower: 0}"
    func program(_ objective: String, _ rows: [String]) throws -> FormulaProgram {
      let body = rows.enumerated().map { "  r\($0): \"\($1)\"\n" }.joined()
      return try FiveElementModel.parse(text: "variables: {\(variables)}\n\(objective)\nsubject to:\n\(body)").program
    }
    let verdict = ModelIsomorphism(try program(objective, rows), try program(other, others))
    #expect(verdict.isSame, "\(objective) \(rows): \(verdict)")
  }

  /// Pairs that differ in one thing.
  @Test(arguments: [
    ("x + y", "x + y >= 1", "x + 1.0001 * y", "x + y >= 1"), ("x + y", "x + y >= 1", "x + y + 1", "x + y >= 1"),
    ("x + y", "x + y >= 1", "x + y", "x + y <= 1"), ("x + y", "x - 2 * y == 1", "x + y", "x - 2 * y == -1"),
    ("x + y", "x + y >= 1", "x + y", "x + y >= 1.0000001"), ("x + 2 * y", "x + n >= 1", "x + 2 * y", "y + n >= 1"),
    ("x * y", "x + y >= 1", "x^2", "x + y >= 1"), ("x / (y + 1)", "x >= 1", "(y + 1) / (x + 1)", "x >= 1"),
    ("x^2 * y", "x + 2 * y >= 1", "x * y^2", "x + 2 * y >= 1"), ("exp(x)", "x >= 1", "exp(-x)", "x >= 1"),
    ("min(x, y)", "x + y >= 1", "max(x, y)", "x + y >= 1"), ("x - y", "x <= y - 1", "x - y", "x == y - 1"),
  ])
  func oneThingApart(_ objective: String, _ row: String, _ other: String, _ otherRow: String) throws {
    let variables = "x: {lower: 0, upper: 9}, y: {lower: 0, upper: 9}, n: {kind: integer, lower: 0}"
    func program(_ objective: String, _ row: String) throws -> FormulaProgram {
      try FiveElementModel.parse(text: "variables: {\(variables)}\nminimize: \(objective)\nsubject to:\n  r: \(row)")
        .program
    }
    #expect(ModelIsomorphism(try program(objective, row), try program(other, otherRow)) == .different)
  }

  @Test func whatIsDroppedAndWhatStays() throws {
    let text = """
      variables: {x: {lower: 0, upper: 4}, y: {lower: 0, upper: 4}, unused: {lower: 1}, fixed: {lower: 2, upper: 2}}
      maximize: 3 * x + fixed
      subject to:
        scaled: 2 * x + 4 * y + fixed <= 12
        bound: 2 * x >= 1
        slack: x + y <= 8
        again: x + 2 * y <= 5.5
      """
    let model = CanonicalModel(try FiveElementModel.parse(text: text).program)
    #expect(model.variables.map { $0?.name } == ["x", "y", nil, nil])
    #expect(model.variables[0]?.lower == 0.5 && model.variables[0]?.upper == 4)
    #expect(model.offset == -2 && model.objective.map { [Double($0.atom), $0.coefficient] } == [[0, -3]])
    #expect(model.rows.map(\.name) == ["scaled"] && model.rows.map { [$0.lower, $0.upper] } == [[-.infinity, 2.5]])
    #expect(model.rows.first?.terms.map { [Double($0.atom), $0.coefficient] } == [[0, 0.5], [1, 1]])
    #expect(!model.isContradictory)
  }

  @Test(arguments: ["x >= 2", "x + 0 * y <= -1", "2 * n == 1", "x - x >= 1"])
  func contradictionsAreSeen(_ row: String) throws {
    let text = "variables: {x: {lower: 0, upper: 1}, y: {lower: 0}, n: {kind: integer}}\nsubject to:\n  r: \(row)"
    let program = try FiveElementModel.parse(text: text).program
    #expect(CanonicalModel(program).isContradictory)
    var free = program
    free.linear.rowLower = [-.infinity]
    free.linear.rowUpper = [.infinity]
    #expect(!CanonicalModel(free).isContradictory)
    #expect(!ModelIsomorphism(program, free).isSame)
  }

  /// Regular graphs: refinement sees no difference between two triangles and a hexagon; the search does.
  @Test func refinementAloneIsNotEnough() throws {
    func cycles(_ edges: [(Int, Int)]) throws -> FormulaProgram {
      let rows = edges.enumerated().map { "  r\($0): x\($1.0) + x\($1.1) <= 1\n" }.joined()
      let variables = (0..<6).map { "  x\($0): binary\n" }.joined()
      let sum = (0..<6).map { "x\($0)" }.joined(separator: " + ")
      return try FiveElementModel.parse(text: "variables:\n\(variables)maximize: \(sum)\nsubject to:\n\(rows)").program
    }
    let triangles = try cycles([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)])
    let hexagon = try cycles([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)])
    let shuffled = try cycles([(2, 4), (4, 0), (0, 3), (3, 1), (1, 5), (5, 2)])
    #expect(ModelIsomorphism(triangles, hexagon) == .different)
    #expect(ModelIsomorphism(hexagon, shuffled).isSame)
    #expect(ModelIsomorphism(triangles, hexagon, workLimit: 100) == .undecided)
  }

  /// A renaming maps rows to rows and variables to variables, with all numbers.
  @Test func theRenamingIsAProof() throws {
    let first = try Self.program(
      "a: {lower: 0}, b: {lower: 0}, c: binary", "minimize: 3 * a + 2 * b", "a + b >= 4", "a <= 7 * c")
    let second = try Self.program(
      "u: binary, v: {lower: 0}, w: {lower: 0}", "maximize: -2 * v - 3 * w", "7 * u >= w", "v + w >= 4")
    guard case .same(let renaming) = ModelIsomorphism(first, second) else {
      Issue.record("not the same")
      return
    }
    #expect(renaming.variables.map { [$0.first, $0.second] } == [["a", "w"], ["b", "v"], ["c", "u"]])
    #expect(renaming.rows.map { [$0.first, $0.second] } == [["r0", "r1"], ["r1", "r0"]])
  }

  /// n! renamings, and any of them will do.
  @Test func symmetricModelsAreFoundAtOnce() throws {
    func assignment(_ order: String, _ sense: String) throws -> FormulaProgram {
      let text = """
        sets: {A: 1..15, B: 1..15}
        variables: {x: {over: [A, B], kind: binary}}
        \(sense)sum(i in A, j in B) x[i,j]
        subject to:
          a[i in A]: sum(j in B) \(order) == 1
          b[j in B]: -1 == -(sum(i in A) \(order))
        """
      return try FiveElementModel.parse(text: text).program
    }
    let first = try assignment("x[i,j]", "minimize: ")
    #expect(ModelIsomorphism(first, try assignment("x[j,i]", "maximize: -1 * "), workLimit: 1_000_000).isSame)
    #expect(ModelIsomorphism(first, try assignment("x[j,i]", "maximize: ")) == .different)
  }
}
