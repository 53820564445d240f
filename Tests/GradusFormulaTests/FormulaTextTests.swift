// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics
import Testing

/// Formulas as text, and the place where a value stops being a number.
@Suite struct FormulaTextTests {
  private func text(_ make: (Formula, Formula) -> Formula) throws -> String {
    let model = Model("text")
    let x = model.variable("x")
    let y = model.variable("y")
    // A product keeps linear parts inside the graph.
    model.minimize(exp(make(x, y)))
    let program = try model.program()
    let root = try #require(program.objective)
    return String(FormulaText(program).text(of: root).dropFirst(4).dropLast())
  }

  @Test func precedence() throws {
    #expect(try text { x, y in (x + y) * (x - y) } == "(x + y)*(x - y)")
    #expect(try text { x, y in -2 * x + y / 4 - 3 } == "-2*x + 0.25*y - 3")
    #expect(try text { x, y in (x + 1) ** 2 / y } == "(x + 1)^2/y")
    #expect(try text { x, y in (x ** 3) ** -1.5 } == "(x^3)^(-1.5)")
    #expect(try text { x, y in sin(x) ** (y + 1) } == "sin(x)^(y + 1)")
    #expect(try text { x, y in x / (y * x) } == "x/(x*y)")
    #expect(try text { x, y in min(x, 2 * y) - 3 * (x * y) } == "min(x, 2*y) - 3*x*y")
  }

  @Test func longTextsAreCut() throws {
    let model = Model("long")
    let x = model.variables("x", count: 500)
    model.minimize(exp(x.sum()))
    var deep = x[0]
    for _ in 0..<10_000 { deep = sin(deep) }
    model.require(deep <= 1)
    let program = try model.program()
    let root = try #require(program.objective)
    #expect(FormulaText(program, limit: 40).text(of: root).hasSuffix(" + …)"))
    let row = try #require(program.rows[0])
    #expect(FormulaText(program, limit: 40).text(of: row).utf8.count < 400)
  }

  @Test func undefinedValuesAreTraced() throws {
    let model = Model("undefined")
    let x = model.variable("x")
    let y = model.variable("y")
    model.minimize(x ** 2)
    model.require(y + 3 * log(x - y) >= 0, "flow")
    let program = try model.program()
    #expect(program.undefinedValue(at: [2, 1]) == nil)
    #expect(
      program.undefinedValue(at: [1, 1.5]) == "row flow: log(x - y) is not a number, because x - y is -0.5")
    #expect(program.undefinedValue(at: [1, 1]) == "row flow: log(x - y) is infinite, because x - y is 0")
    #expect(program.undefinedValue(at: [.nan, 1]) == "x is nan")
  }
}
