// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Programs written as five-element models and as MathOptFormat, and read again.
@Suite struct WritingTests {
  static let nonlinear = """
    name: "two words: #1"
    variables:
      x: {lower: 0.1, upper: 4, start: 1}
      "`y[a,b]`": {lower: -3, start: -0.5}
      z: {kind: integer, upper: 9}
      "`sum`": {kind: semicontinuous, lower: 1, upper: 2}
      b: binary
    maximize: {profit: "3 * x - x^2 / z + exp(-x) * sin(`y[a,b]`) * z * b + 7"}
    subject to:
      plain: x + 2 * `y[a,b]` - 0.1 * z <= 1e-7
      "`odd name[1]`": 1 <= x * z + log(x) - (x + z)^1.5 / (1 + z^2) <= 8
      power: x^z + (-1 * x)^-2 + 2^x == 3
      deep: sqrt(1 + tanh(x * (z - 1))^2) + atan2(x, z + 2) >= -1.5
      free: -inf <= x <= inf
      "`sum`": -2 * `sum` + b >= -4

    """

  static let programs = [FiveElementModelTests.diet, nonlinear, "name: none\n", "variables: {x: }\nminimize: x^2\n"]

  @Test(arguments: programs, [ModelFormat.yaml, .json, .mof])
  func roundTrip(_ text: String, _ format: ModelFormat) throws {
    let program = try FiveElementModelTests.program(text)
    let (bytes, losses) = try #require(try ModelFile.text(of: program, format: format))
    let again = try ModelFile.contents(bytes: bytes, format: format).program()
    try Self.compare(again, program, names: format != .mof)
    #expect(format == .mof || losses.isEmpty)
  }

  static func compare(_ a: FormulaProgram, _ b: FormulaProgram, names: Bool) throws {
    #expect(Array(a.linear.columnNames) == Array(b.linear.columnNames))
    #expect(Array(a.linear.rowNames) == Array(b.linear.rowNames))
    #expect(a.linear.name == b.linear.name)
    if names { #expect(a.linear.objectiveName == b.linear.objectiveName) }
    #expect(a.linear.sense == b.linear.sense)
    #expect(a.linear.kinds == b.linear.kinds)
    #expect(a.linear.columnLower == b.linear.columnLower)
    #expect(a.linear.columnUpper == b.linear.columnUpper)
    #expect(a.linear.rowLower == b.linear.rowLower)
    #expect(a.linear.rowUpper == b.linear.rowUpper)
    #expect(a.linear.costs == b.linear.costs)
    #expect(a.linear.matrix == b.linear.matrix)
    #expect(a.start == b.start)
    var stream = RandomStream(seed: 5)
    for _ in 0..<5 {
      let x = (0..<b.variableCount).map { _ in Double.random(in: 0.5...3, using: &stream) }
      let (f, g) = (FiveElementModelTests.objective(a, x), FiveElementModelTests.objective(b, x))
      #expect(f == g || abs(f - g) <= 1e-12 * max(1, abs(g)) || (f.isNaN && g.isNaN))
      for (f, g) in zip(FiveElementModelTests.rows(a, x), FiveElementModelTests.rows(b, x)) {
        #expect(f == g || abs(f - g) <= 1e-12 * max(1, abs(g)) || (f.isNaN && g.isNaN))
      }
    }
  }

  @Test func textOfSmallModel() throws {
    let program = try FiveElementModelTests.program(
      """
      variables: {x: {lower: 0}, "`y[1]`": integer}
      minimize: (x - 1)^2 - 2 * x * `y[1]`
      subject to: {c: "1 <= x + `y[1]` <= 3"}

      """)
    let (bytes, _) = try #require(try ModelFile.text(of: program, format: .yaml))
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        name: "model"
        variables:
          x: {lower: 0}
          "`y[1]`" : {kind: integer}
        minimize: "(x - 1)^2 - 2 * x * `y[1]`"
        subject to:
          c: "1 <= x + `y[1]` <= 3"

        """)
  }

  /// What MathOptFormat holds beyond formulas.
  @Test func setsAndIndicatorsInMathOptFormat() throws {
    let text = """
      {"name": "m", "version": {"major": 1, "minor": 7},
       "variables": [{"name": "x"}, {"name": "y", "primal_start": 2.0}, {"name": "z"}],
       "objective": {"sense": "min", "function": {"type": "ScalarQuadraticFunction",
         "affine_terms": [{"coefficient": 1, "variable": "x"}],
         "quadratic_terms": [{"coefficient": 2, "variable_1": "y", "variable_2": "y"},
                             {"coefficient": 3, "variable_1": "x", "variable_2": "y"}], "constant": 4}},
       "constraints": [
         {"function": {"type": "Variable", "name": "z"}, "set": {"type": "ZeroOne"}},
         {"function": {"type": "Variable", "name": "x"}, "set": {"type": "Interval", "lower": 0, "upper": 5}},
         {"function": {"type": "Variable", "name": "y"}, "set": {"type": "Integer"}},
         {"name": "c", "function": {"type": "ScalarAffineFunction", "terms": [{"coefficient": 1, "variable": "x"},
           {"coefficient": 2, "variable": "y"}], "constant": 1}, "set": {"type": "LessThan", "upper": 7}},
         {"name": "s", "function": {"type": "VectorOfVariables", "variables": ["x", "y"]},
          "set": {"type": "SOS1", "weights": [1, 2]}},
         {"name": "i", "function": {"type": "VectorAffineFunction", "terms": [
           {"output_index": 1, "scalar_term": {"coefficient": 1, "variable": "z"}},
           {"output_index": 2, "scalar_term": {"coefficient": 1, "variable": "y"}}], "constants": [0, 0]},
          "set": {"type": "Indicator", "activate_on": "one", "set": {"type": "LessThan", "upper": 3}}}]}
      """
    let contents = try ModelFile.contents(bytes: Array(text.utf8), format: .mof)
    let form = try contents.standardForm()
    #expect(form.specialOrderedSets.map(\.columns) == [[0, 1]])
    #expect(form.indicators == [Indicator(row: 1, column: 2, active: true)])
    #expect(form.kinds == [.continuous, .integer, .integer])
    #expect(form.columnUpper == [5, .infinity, 1])
    #expect(form.rowUpper == [6, 3])
    #expect(form.objective(at: [1, 2, 0]) == 15)
    let (bytes, _) = try ModelFile.text(of: form, format: .mof)
    let again = try ModelFile.contents(bytes: bytes, format: .mof).standardForm()
    #expect(again.specialOrderedSets == form.specialOrderedSets)
    #expect(again.indicators == form.indicators)
    #expect(again.quadratic == form.quadratic)
    #expect(again.matrix == form.matrix)
  }

  static let mofErrors: [(String, String)] = [
    ("[]", "1:1: the file is a list; expected an object"),
    ("{\"version\": {\"major\": 2, \"minor\": 0}}", "1:1: MathOptFormat version 2; expected version 1"),
    (
      body("[{\"name\": \"x\"}, {\"name\": \"x\"}]", "[]"),
      "1:65: the variable x stands twice; expected different names"
    ),
    (
      body(
        "[{\"name\": \"x\"}]",
        "[{\"function\": {\"type\": \"Variable\", \"name\": \"y\"}, \"set\": {\"type\": \"Integer\"}}]"),
      "2:59: the variable y is unknown; expected a declared variable"
    ),
    (
      body(
        "[{\"name\": \"x\"}]",
        "[{\"function\": {\"type\": \"VectorOfVariables\", \"variables\": [\"x\"]}, \"set\": {\"type\": \"SecondOrderCone\"}}]"
      ),
      "2:88: functions in the set SecondOrderCone are not held; expected LessThan, GreaterThan, EqualTo, Interval, "
        + "Integer, ZeroOne, Semicontinuous, Semiinteger, SOS1, SOS2 or Indicator"
    ),
  ]

  static func body(_ variables: String, _ constraints: String) -> String {
    "{\"version\": {\"major\": 1}, \"variables\": \(variables),\n\"constraints\": \(constraints),\n"
      + "\"objective\": {\"sense\": \"feasibility\"}}"
  }

  @Test(arguments: mofErrors)
  func message(_ text: String, _ wanted: String) throws {
    let error = #expect(throws: ReadError.self) {
      try ModelFile.contents(bytes: Array(text.utf8), format: .mof, path: "m")
    }
    #expect(error?.description == "m:" + wanted)
  }
}
