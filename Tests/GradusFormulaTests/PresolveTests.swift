// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite("Presolve")
struct PresolveTests {
  @Test("Fixed variables, singleton and repeated rows go, and points, values and prices come back")
  func roundTrip() throws {
    let model = Model("m")
    let x = model.variable("x", in: -5...5, start: 1)
    let f = model.variable("f", in: 2...2)
    let y = model.variable("y", from: -10, to: 10, start: 0.5)
    model.minimize((x - 3) ** 2 + f * y ** 2 + exp(f) * x)
    model.require(2 * x <= 3, "cap")
    model.require(x + y + f >= 4, "a")
    model.require(2 * x + 2 * y + 2 * f >= 7, "weaker")
    model.require(x * f + y ** 2 <= 40, "curved")
    let program = try model.program()
    let presolve = ProgramPresolve(program)
    #expect(presolve.contradiction == nil)
    let small = presolve.target
    #expect(small.variableCount == 2 && small.constraintCount == 2)
    #expect(small.linear.columnUpper[0] == 1.5)

    let points = [Vector([0.3, 1.9]), Vector([-2, 4])]
    for point in points {
      let answer = presolve.restored(
        ProgramAnswer(point: point, multipliers: .zeros(2), reducedCosts: .zeros(2)))
      #expect(answer.point == Vector([point[0], 2, point[1]]))
      let here = try #require(try FormulaOracle(small).immediateValues(at: point))
      let there = try #require(try FormulaOracle(program).immediateValues(at: answer.point))
      #expect(abs(here.objective - there.objective) < 1e-12 * max(1, abs(there.objective)))
    }

    // Prices: stationarity of the small program at a point implies that of the whole one.
    let point = Vector([1.5, 0.5])
    let oracle = FormulaOracle(small)
    let derivatives = try #require(try oracle.immediateDerivatives(at: point))
    let multipliers = Vector([0.75, 0])
    var reduced = derivatives.gradient
    for j in 0..<2 {
      for p in derivatives.jacobian.range(ofColumn: j) {
        reduced[j] -= derivatives.jacobian.values[p] * multipliers[Int(derivatives.jacobian.rows[p])]
      }
    }
    let answer = presolve.restored(ProgramAnswer(point: point, multipliers: multipliers, reducedCosts: reduced))
    let whole = try #require(try FormulaOracle(program).immediateDerivatives(at: answer.point))
    for j in 0..<3 {
      var rest = whole.gradient[j] - answer.reducedCosts[j]
      for p in whole.jacobian.range(ofColumn: j) {
        rest -= whole.jacobian.values[p] * answer.multipliers[Int(whole.jacobian.rows[p])]
      }
      #expect(abs(rest) < 1e-10, "variable \(j) is left with \(rest)")
    }
    // The upper bound of x came from the row 'cap': a negative price belongs to that row, any other to x itself.
    let isUpper = reduced[0] < 0
    #expect((answer.multipliers[0] != 0) == isUpper && (answer.reducedCosts[0] == 0) == isUpper)
  }

  @Test("A repeated row that gives the tighter side takes the price")
  func repeated() throws {
    let model = Model("m")
    let x = model.variable("x", from: 0)
    let y = model.variable("y", from: 0)
    model.minimize(x + 2 * y)
    model.require(x + y >= 1)
    model.require(3 * x + 3 * y >= 6)
    let presolve = ProgramPresolve(try model.program())
    #expect(presolve.target.constraintCount == 1 && presolve.target.linear.rowLower == [2])
    let answer = presolve.restored(ProgramAnswer(point: [2, 0], multipliers: [1], reducedCosts: [0, 1]))
    #expect(answer.multipliers == Vector([0, 1.0 / 3]))
  }

  @Test("Contradictions are found and named")
  func contradictions() throws {
    let model = Model("m")
    let x = model.variable("x", in: 0...1)
    let y = model.variable("y", in: 0...1)
    model.minimize(x + y)
    model.require(2 * x >= 3, "impossible")
    let reason = try #require(ProgramPresolve(try model.program()).contradiction)
    #expect(reason.contains("impossible") && reason.contains("x"))
    let other = Model("o")
    let z = other.variable("z", in: 0...1)
    other.minimize(z)
    other.require(z ** 2 + exp(z) >= 10)
    #expect(ProgramPresolve(try other.program()).contradiction == nil)
    #expect(ProgramPresolve(try other.program(), tightening: true).contradiction != nil)
  }
}
