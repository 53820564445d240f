// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Formulas of degree two become coefficients, whatever they are made of; others stay formulas.
@Suite struct QuadraticExpansionTests {
  @Test func nestedSumsAndProducts() throws {
    let model = Model("nested")
    let x = model.variables("x", count: 3, from: -5, to: 5)
    let shared = x[0] + 2 * x[1] - 3
    model.minimize((shared * (x[2] - 1) + shared ** 2) * 2 - (x[0] - x[1]) ** 2 + 4)
    model.require(shared * shared - shared >= 1, "q")
    model.require(shared * 2 + x[2] <= 7, "l")
    let program = try model.program()
    let form = try program.standardForm()
    #expect(form.quadraticTerms.map(\.row) == [0])
    for point in [[1, 2, 3], [-1.5, 0.25, 4], [0, 0, 0]] as [Vector] {
      #expect(abs(form.objective(at: point) - program.objectiveValue(at: point)) < 1e-12)
      let quadratic = 0.5 * point.inner(form.quadraticTerms[0].matrix.times(point)) + form.matrix.times(point)[0]
      #expect(abs(quadratic - form.rowLower[0] - (program.rowValue(0, at: point) - program.linear.rowLower[0])) < 1e-12)
      #expect(
        abs(
          form.matrix.times(point)[1] - form.rowUpper[1] - (program.rowValue(1, at: point) - program.linear.rowUpper[1])
        )
          < 1e-12)
    }
  }

  @Test func whatCancelsIsNotThere() throws {
    let model = Model("cancel")
    let x = model.variable("x"), y = model.variable("y")
    model.minimize((x + y) ** 2 - x ** 2 - y ** 2 - 2 * x * y + x)
    let form = try model.program().standardForm()
    #expect(form.quadratic == nil)
    #expect(form.costs == [1, 0])
  }

  @Test func higherDegreesAreNamed() throws {
    let model = Model("cubic")
    let x = model.variable("x"), y = model.variable("y")
    model.minimize(x)
    model.require(x * y * x <= 1, "cube")
    #expect(throws: FormError.notQuadratic("row cube")) { try model.program().standardForm() }
    model.minimize(exp(x))
    #expect(throws: FormError.notQuadratic("the objective")) { try model.program().standardForm() }
  }

  /// 60 sums, each of the two before it: more paths than anybody can walk.
  @Test func sharedSumsAreOpenedOnce() throws {
    let model = Model("fibonacci")
    let x = model.variable("x"), y = model.variable("y")
    var (a, b) = (x + y + 1, x - y)
    for _ in 0..<60 { (a, b) = (b, a + b + 1) }
    model.minimize(b * (x + 1) + a)
    let form = try model.program().standardForm()
    #expect(form.quadratic?.entryCount == 3)
  }

  @Test func setsAreRefused() throws {
    var form = try LPReaderTests.read("min\n x + y\nst\n a: x + y >= 1\nend\n")
    form.specialOrderedSets = [SpecialOrderedSet(name: "s", kind: .one, columns: [0, 1], weights: [1, 2])]
    #expect(throws: FormError.discreteStructure("special ordered sets")) { try FormulaProgram(form) }
  }
}
