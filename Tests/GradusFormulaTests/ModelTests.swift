// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// What is written and what becomes of it.
@Suite struct ModelTests {
  @Test func equalFormulasAreOneNode() throws {
    let model = Model("shared")
    let x = model.variable("x")
    let y = model.variable("y")
    model.minimize(sin(x * y) + sin(y * x) + cos(2 * x * y))
    let program = try model.program()
    #expect(program.graph.operations.count { $0 == .sine } == 1)
    #expect(program.graph.operations.count { $0 == .product } == 1)
  }

  @Test func linearTermsLeaveTheGraph() throws {
    let model = Model("linear parts")
    let x = model.variables("x", count: 3, from: 0)
    var total: Formula = 5
    for k in 0..<3 { total += Double(k + 1) * x[k] }
    model.maximize(total - x[0] ** 2)
    model.require(2 * (x[0] + x[1] / 4) - 3 <= 7, "cap")
    model.require(x[2] * x[2] + x[1] >= 1 + x[0], "bend")
    let program = try model.program()
    #expect(program.linear.costs == [1, 2, 3])
    #expect(program.linear.objectiveOffset == 5)
    #expect(program.linear.sense == .maximize)
    #expect(program.rows[0] == nil)
    #expect(program.linear.rowUpper == [10, .infinity])
    #expect(program.linear.rowLower == [-.infinity, 1])
    #expect(program.linear.matrix.values == [2, -1, 0.5, 1])
    #expect(program.rows[1] != nil)
    let value = FormulaOracle(program)
    #expect(try value.immediateValues(at: [1, 1, 1])?.objective == -(5 + 6 - 1))
  }

  /// A sum that many rows share is linear in all of them.
  @Test func sharedAffineSumsAreOpened() throws {
    let model = Model("shared sums")
    let x = model.variables("x", count: 4)
    let total = x.sum() + 3
    model.minimize(2 * total + exp(x[0]))
    model.require(total + x[1] <= 10, "a")
    model.require(5 - total >= x[2], "b")
    let program = try model.program()
    #expect(program.rows == [nil, nil])
    #expect(program.linear.costs == [2, 2, 2, 2])
    #expect(program.linear.objectiveOffset == 6)
    #expect(program.linear.rowUpper == [7, .infinity])
    #expect(program.linear.rowLower == [-.infinity, -2])
    #expect(program.linear.matrix.values == [1, -1, 2, -1, 1, -2, 1, -1])
  }

  @Test func parametersAndBoundsCanBeEdited() throws {
    let model = Model("edited")
    let x = model.variable("x", in: 0...10)
    let price = model.parameter(3)
    model.minimize(price * x + exp(price * x))
    #expect(try model.program().linear.costs == [3])
    model.set(price, to: -2)
    try model.setBounds(of: x, from: 1, to: 4)
    let program = try model.program()
    #expect(program.linear.costs == [-2])
    #expect(program.linear.columnUpper == [4])
    #expect(program.graph.operations.contains(.parameter) == false)
    #expect(throws: ModelError.notAVariable) { try model.fix(2 * x, at: 1) }
  }

  @Test func repeatedNamesAreRefused() {
    let model = Model("names")
    model.variable("x")
    model.variable("x")
    #expect(throws: ModelError.repeatedName("x", "variables")) { _ = try model.program() }
  }

  @Test func relationsKeepTheirSides() {
    let model = Model("sides")
    let x = model.variable("x")
    let a = 3 <= x
    #expect(a.lower == 3 && a.upper == .infinity)
    let b = x * x == 4
    #expect(b.lower == 4 && b.upper == 4)
    let c = 2 * x >= x + 1
    #expect(c.lower == 0 && c.upper == .infinity)
  }
}
