// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Oracles of simplified formulas answer what those of the stated ones do.
@Suite struct OracleSimplificationTests {
  private static let eager = {
    var simplification = Simplification.brief(isDiscrete: true)
    simplification.evaluations = nil
    simplification.leastGain = 0.01
    return simplification
  }()

  private func expectClose(_ a: [Double], _ b: [Double], _ what: String) {
    #expect(a.count == b.count, "\(what)")
    let scale = b.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    for (k, (a, b)) in zip(a, b).enumerated() where !(abs(a - b) <= 1e-9 * scale || a.isNaN && b.isNaN || a == b) {
      Issue.record("\(what), entry \(k): \(a) simplified, \(b) as stated")
    }
  }

  private func dense(_ matrix: SparseMatrix) -> [Double] {
    var values = [Double](repeating: 0, count: matrix.rowCount * matrix.columnCount)
    for j in 0..<matrix.columnCount {
      for p in matrix.range(ofColumn: j) { values[Int(matrix.rows[p]) + j * matrix.rowCount] += matrix.values[p] }
    }
    return values
  }

  private func compare(_ program: FormulaProgram, _ simpler: FormulaOracle, at x: Vector, _ what: String) throws {
    let stated = FormulaOracle(program)
    let (a, b) = try (#require(try simpler.immediateValues(at: x)), #require(try stated.immediateValues(at: x)))
    expectClose([a.objective], [b.objective], "\(what): objective")
    expectClose(a.constraints.elements, b.constraints.elements, "\(what): rows")
    let (c, d) = try (
      #require(try simpler.immediateDerivatives(at: x)), #require(try stated.immediateDerivatives(at: x))
    )
    expectClose(c.gradient.elements, d.gradient.elements, "\(what): gradient")
    expectClose(dense(c.jacobian), dense(d.jacobian), "\(what): Jacobian")
    let y = Vector((0..<program.constraintCount).map { 0.5 - Double($0 % 3) })
    let (h, g) = try (
      #require(try simpler.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7)),
      #require(try stated.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7))
    )
    expectClose(dense(h), dense(g), "\(what): Hessian")
  }

  /// A constant that simplification finds stays in its row: the sides are those of the program.
  @Test(arguments: [false, true])
  func rowsKeepTheirMeaning(isMaximized: Bool) throws {
    let model = Model("rows")
    let x = model.variables("x", count: 3, start: 0.4)
    let objective = sin(x[0]) ** 2 + cos(x[0]) ** 2 + x[0] * x[1] + x[0] * x[2]
    if isMaximized { model.maximize(objective) } else { model.minimize(objective) }
    model.require(sin(x[1]) ** 2 + cos(x[1]) ** 2 + x[0] <= 3)
    model.require(sin(x[2]) ** 2 + cos(x[2]) ** 2 + exp(x[1]) * x[0] + exp(x[1]) * x[2] >= -1)
    let program = try model.program()
    let simpler = FormulaOracle(program, simplification: Self.eager)
    let savings = try #require(simpler.savings)
    #expect(savings.isWhole && savings.costAfter < 0.5 * savings.costBefore)
    #expect(simpler.program == program && simpler.asStated.savings == nil)
    for x in [[0.4, 0.4, 0.4], [-1.5, 0.25, 3]] { try compare(program, simpler, at: Vector(x), "\(isMaximized)") }
  }

  /// One shape that stands in a thousand places is simplified once, with numbers that differ from place to place.
  @Test func repeatedShapesAreSimplifiedOnce() throws {
    let model = Model("repeated")
    let x = model.variables("x", count: 1001, start: 0.3)
    model.minimize(
      sum(over: 0..<1000) { k in
        let (a, b) = (x[k], x[k + 1])
        return (sin(a) * exp(b) + cos(b) * exp(b) + (1 + 0.001 * Double(k)) * b * exp(b)) ** 2
      })
    for k in 0..<500 {
      model.require(exp(sin(x[k]) ** 2 + cos(x[k]) ** 2 + Double(k) * x[k] * x[k + 1] * x[k + 2]) <= Double(k))
    }
    let program = try model.program()
    let simpler = FormulaOracle(program, simplification: .brief(isDiscrete: false))
    let savings = try #require(simpler.savings)
    #expect(!savings.isWhole && savings.costAfter < savings.costBefore)
    #expect(simpler.elementCount == FormulaOracle(program).elementCount)
    let point = Vector((0...1000).map { 0.002 * Double($0 - 500) })
    try compareProducts(program, simpler, at: point)
  }

  private func compareProducts(_ program: FormulaProgram, _ simpler: FormulaOracle, at x: Vector) throws {
    let stated = FormulaOracle(program)
    let (a, b) = try (#require(try simpler.immediateValues(at: x)), #require(try stated.immediateValues(at: x)))
    expectClose([a.objective], [b.objective], "objective")
    expectClose(a.constraints.elements, b.constraints.elements, "rows")
    let (c, d) = try (
      #require(try simpler.immediateDerivatives(at: x)), #require(try stated.immediateDerivatives(at: x))
    )
    expectClose(c.gradient.elements, d.gradient.elements, "gradient")
    let y = Vector((0..<program.constraintCount).map { 0.5 - Double($0 % 3) })
    let direction = Vector(x.indices.map { Double($0 % 7) - 3 })
    expectClose(c.jacobian.times(direction).elements, d.jacobian.times(direction).elements, "Jacobian")
    let (h, g) = try (
      #require(try simpler.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7)),
      #require(try stated.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7))
    )
    expectClose(h.times(direction).elements, g.times(direction).elements, "Hessian")
  }

  /// Nothing is done where little can be saved, and nothing to a large program that does not repeat itself.
  @Test func whatDoesNotPayIsLeftAlone() throws {
    let small = Model("small")
    let x = small.variables("x", count: 2, start: 0.3)
    small.minimize(2 * x[0] * x[1] + 2 * x[0] + exp(x[1]))
    #expect(FormulaOracle(try small.program(), simplification: .brief(isDiscrete: false)).savings == nil)
    let large = Model("large")
    let y = large.variables("y", count: 60, start: 0.3)
    large.minimize(sum(over: 0..<1200) { k in y[k % 60] * y[k * k % 59] * sin(Double(k) * y[k * 7 % 60]) })
    var options = Self.eager
    options.largestGraph = 500
    let program = try large.program()
    #expect(FormulaOracle(program, findsElements: false, options).savings == nil)
  }

  @Test(.enabled(if: !NonlinearFiles.paths.isEmpty, NonlinearFiles.missing))
  func oraclesOfFilesAgree() throws {
    var simplified = 0
    for path in NonlinearFiles.paths {
      guard let program = try? ModelFile.contents(path: path).program(),
        !program.isLinear, program.variableCount <= 100, program.constraintCount <= 200
      else { continue }
      let simpler = FormulaOracle(program, simplification: Self.eager)
      if simpler.savings == nil { continue }
      simplified += 1
      try compare(program, simpler, at: program.start, NonlinearFiles.name(path))
    }
    #expect(simplified > 20)
  }
}
