// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Derivatives of tapes against central differences, and against each other.
@Suite struct DerivativeTests {
  static let seeds = Array(0..<60)

  private func difference(_ f: (Vector) throws -> Vector, at x: Vector, along d: Vector) rethrows -> Vector {
    // Extrapolated central differences: error O(h⁴), rounding 1e-16/h.
    func central(_ h: Double) throws -> Vector {
      let forward = try f(Vector(x.indices.map { x[$0] + h * d[$0] }))
      let backward = try f(Vector(x.indices.map { x[$0] - h * d[$0] }))
      return Vector(forward.indices.map { (forward[$0] - backward[$0]) / (2 * h) })
    }
    let wide = try central(2e-3)
    let narrow = try central(1e-3)
    return Vector(wide.indices.map { (4 * narrow[$0] - wide[$0]) / 3 })
  }

  private func expectClose(_ a: Vector, _ b: Vector, _ tolerance: Double, _ what: String) {
    for i in a.indices where !(abs(a[i] - b[i]) <= tolerance * max(1, abs(a[i]), abs(b[i]))) {
      Issue.record("\(what), entry \(i): \(a[i]) against \(b[i])")
    }
  }

  @Test(arguments: seeds) func firstDerivatives(seed: Int) throws {
    var maker = RandomFormula(seed: seed)
    let program = try maker.program(variables: 6, rows: 5, operations: 25)
    let oracle = FormulaOracle(program)
    let x = program.start
    let d = Vector(x.indices.map { _ in maker.number() })
    let derivatives = try #require(try oracle.immediateDerivatives(at: x))
    let expected = try difference({ try #require(try oracle.immediateValues(at: $0)).constraints }, at: x, along: d)
    expectClose(derivatives.jacobian.times(d), expected, 1e-7, "Jacobian of seed \(seed)")
    let slope = try difference(
      { [try #require(try oracle.immediateValues(at: $0)).objective] }, at: x, along: d)
    expectClose([derivatives.gradient.inner(d)], slope, 1e-7, "gradient of seed \(seed)")
    // ⟨Jd, w⟩ = ⟨d, Jᵀw⟩ for the matrix as stored.
    let w = Vector((0..<5).map { _ in maker.number() })
    let left = derivatives.jacobian.times(d).inner(w)
    let right = d.inner(derivatives.jacobian.transposedTimes(w))
    #expect(abs(left - right) <= 1e-12 * max(1, abs(left)))
  }

  @Test(arguments: seeds) func secondDerivatives(seed: Int) throws {
    var maker = RandomFormula(seed: 1000 + seed)
    let program = try maker.program(variables: 6, rows: 4, operations: 25)
    let oracle = FormulaOracle(program)
    let x = program.start
    let y = Vector((0..<4).map { _ in maker.number() })
    let d = Vector(x.indices.map { _ in maker.number() })
    func lagrangianGradient(_ x: Vector) throws -> Vector {
      let derivatives = try #require(try oracle.immediateDerivatives(at: x))
      return 0.7 * derivatives.gradient + derivatives.jacobian.transposedTimes(y)
    }
    let product = try #require(
      try oracle.immediateLagrangianProduct(at: x, multipliers: y, objectiveWeight: 0.7, along: d))
    expectClose(product, try difference(lagrangianGradient, at: x, along: d), 1e-6, "product of seed \(seed)")
    let upper = try #require(try oracle.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7))
    var whole = upper.times(d) + upper.transposedTimes(d)
    for j in 0..<6 {
      for p in upper.range(ofColumn: j) where Int(upper.rows[p]) == j { whole[j] -= upper.values[p] * d[j] }
    }
    expectClose(whole, product, 1e-11, "Hessian of seed \(seed)")
  }

  /// Derivatives along a shared sub-expression used by many rows, with repeated arguments.
  @Test func repeatedArguments() throws {
    let model = Model("repeated")
    let x = model.variable("x", start: 1.3)
    let y = model.variable("y", start: 0.7)
    let s = x * y
    model.minimize(pow(s, s) + s / (s + 1) + (s * s) * s)
    let oracle = FormulaOracle(try model.program())
    let hessian = try #require(
      try oracle.immediateLagrangianHessian(at: [1.3, 0.7], multipliers: [], objectiveWeight: 1))
    let product = try #require(
      try oracle.immediateLagrangianProduct(at: [1.3, 0.7], multipliers: [], objectiveWeight: 1, along: [1, 0]))
    let slope = try difference(
      { try #require(try oracle.immediateLinearization(at: $0)).gradient }, at: [1.3, 0.7], along: [1, 0])
    expectClose(product, slope, 1e-7, "product")
    expectClose([hessian.values[0]], [product[0]], 1e-12, "corner")
  }

  /// A chain of a hundred thousand operations needs no deep stack, and a chained problem has a narrow Hessian.
  @Test func longChains() throws {
    let model = Model("chain")
    let x = model.variables("x", count: 20_000, start: -1)
    model.minimize(sum(over: 0..<19_999) { 100 * (x[$0 + 1] - x[$0] ** 2) ** 2 + (1 - x[$0]) ** 2 })
    var deep: Formula = x[0]
    for _ in 0..<100_000 { deep = sin(deep) + 1 }
    model.require(deep <= 5, "deep")
    let program = try model.program()
    let oracle = FormulaOracle(program)
    let hessian = try #require(
      try oracle.immediateLagrangianHessian(at: program.start, multipliers: [1], objectiveWeight: 1))
    #expect(hessian.entryCount == 20_000 + 19_999)
    #expect(hessian.values[1] == 400)
  }
}
