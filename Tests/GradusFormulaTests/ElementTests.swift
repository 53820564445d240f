// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Formulas that repeat are evaluated in blocks: values and derivatives are those of the tape, to rounding.
@Suite struct ElementTests {
  /// Every answer of both oracles at a point, compared; patterns may differ where everything is zero.
  ///
  /// `hasZeros`: with multipliers of zero. What is not finite does not count for them in blocks, while the tape may give
  /// 0·∞ = NaN.
  private func compare(
    _ program: FormulaProgram, at x: Vector, _ random: inout RandomFormula, _ what: String, hasZeros: Bool = true
  ) throws {
    let blocks = FormulaOracle(program)
    let tape = FormulaOracle(program, findsElements: false)
    #expect(tape.elementCount == 0)
    let y = Vector((0..<program.constraintCount).map { hasZeros && $0 % 5 == 0 ? 0 : random.number() })
    // Twice: the second time costly functions are remembered.
    for x in [x, Vector(x.elements.map { 0.999 * $0 }), x] {
      let (a, b) = (try blocks.immediateValues(at: x), try tape.immediateValues(at: x))
      expectClose([a?.objective ?? .nan], [b?.objective ?? .nan], "\(what): objective")
      expectClose(a?.constraints.elements ?? [], b?.constraints.elements ?? [], "\(what): rows")
      for weight in hasZeros ? [1, 0.7, 0] : [1, 0.7] {
        let second = try (
          #require(try blocks.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: weight)),
          #require(try tape.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: weight))
        )
        expectClose(whole(second.0, in: second.1), second.1.values, "\(what): Hessian")
      }
      let first = try (
        #require(try blocks.immediateDerivatives(at: x)), #require(try tape.immediateDerivatives(at: x))
      )
      expectClose(first.0.gradient.elements, first.1.gradient.elements, "\(what): gradient")
      #expect(first.0.jacobian.rows == first.1.jacobian.rows)
      expectClose(first.0.jacobian.values, first.1.jacobian.values, "\(what): Jacobian")
    }
  }

  /// The values of a matrix in the places of a pattern that holds its own.
  private func whole(_ matrix: SparseMatrix, in pattern: SparseMatrix) -> [Double] {
    var values = [Double](repeating: 0, count: pattern.entryCount)
    var kept = 0
    for j in 0..<matrix.columnCount {
      for p in matrix.range(ofColumn: j) {
        for q in pattern.range(ofColumn: j) where pattern.rows[q] == matrix.rows[p] {
          values[q] = matrix.values[p]
          kept += 1
        }
      }
    }
    #expect(kept == matrix.entryCount)
    return values
  }

  private func expectClose(_ a: [Double], _ b: [Double], _ what: String) {
    #expect(a.count == b.count)
    let scale = b.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    for (k, (a, b)) in zip(a, b).enumerated()
    where !(abs(a - b) <= 1e-12 * scale || a.isNaN && b.isNaN || a == b) {
      Issue.record("\(what), entry \(k): \(a) in blocks, \(b) by the tape")
    }
  }

  @Test(arguments: 0..<24) func agreesWithTheTape(seed: Int) throws {
    var maker = RandomFormula(seed: 7000 + seed)
    let program = try maker.repeated(elements: 200 + seed, operations: 4 + seed % 9, shareOfRows: 2 + seed % 3)
    try compare(program, at: program.start, &maker, "seed \(seed)")
  }

  /// Most of what repeats is found, whatever stands between.
  @Test func findsWhatRepeats() throws {
    let model = Model("chained")
    let x = model.variables("x", count: 3000, start: -1.2)
    model.minimize(sum(over: 0..<2999) { 100 * (x[$0 + 1] - x[$0] ** 2) ** 2 + (1 - x[$0]) ** 2 })
    for k in 0..<1000 { model.require(x[k] * exp(x[k + 1]) + Double(k) * x[k] <= 5) }
    let oracle = FormulaOracle(try model.program())
    #expect(oracle.elementCount == 2 * 2999 + 1000)
    let hessian = try #require(
      try oracle.immediateLagrangianHessian(
        at: Vector(repeating: 2, count: 3000), multipliers: Vector(repeating: 0, count: 1000), objectiveWeight: 1))
    // ∂²/∂x₀² = 1200x₀² − 400x₁ + 2,  ∂²/∂x₀∂x₁ = −400x₀,  ∂²/∂x₁² as the first, and 200
    #expect(hessian.values[0] == 4002 && hessian.values[1] == -800 && hessian.values[2] == 4202)
  }

  /// A sub-expression that thousands of rows share is computed once, not once a row.
  @Test func sharedPartsStayShared() throws {
    let model = Model("shared")
    let x = model.variables("x", count: 40, start: 0.3)
    let common = exp(sum(over: 0..<20) { sin(x[$0]) * x[$0 + 1] })
    for k in 0..<2000 { model.require(common * Double(k + 1) / (1 + x[k % 40] ** 2) <= 5) }
    model.minimize(sum(over: 0..<40) { x[$0] ** 2 })
    let oracle = FormulaOracle(try model.program())
    #expect(oracle.elementCount == 0)
  }

  /// Zero times infinity: what the tape says holds.
  @Test func domainsAreKept() throws {
    let model = Model("edges")
    let x = model.variables("x", count: 200, start: 1)
    model.minimize(sum(over: 0..<199) { x[$0] * sqrt(x[$0 + 1]) + log(2 + x[$0]) + x[$0] ** 1.5 })
    for k in 0..<199 { model.require((x[k] * sqrt(x[k + 1])) ** 2 <= 1) }
    let program = try model.program()
    #expect(FormulaOracle(program).elementCount > 500)
    var maker = RandomFormula(seed: 1)
    for place in [0, 199] {
      for value in [0.0, -1, -2, .nan, .infinity, 1e200] {
        var point = program.start
        point[place] = value
        try compare(program, at: point, &maker, "x\(place) = \(value)", hasZeros: false)
      }
    }
    try compare(program, at: .zeros(200), &maker, "zero", hasZeros: false)
  }

  /// The same bits every time and in every order of questions.
  @Test func deterministic() throws {
    var maker = RandomFormula(seed: 99)
    let program = try maker.repeated(elements: 300, operations: 9, shareOfRows: 3)
    let x = program.start
    let y = Vector(repeating: 0.5, count: program.constraintCount)
    let one = FormulaOracle(program)
    let other = FormulaOracle(program)
    _ = try one.immediateValues(at: x)
    _ = try one.immediateDerivatives(at: x)
    let a = try one.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 1)
    let b = try other.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 1)
    #expect(a?.values.map(\.bitPattern) == b?.values.map(\.bitPattern))
    let c = try one.immediateDerivatives(at: x)
    let d = try other.immediateDerivatives(at: x)
    #expect(c?.jacobian.values.map(\.bitPattern) == d?.jacobian.values.map(\.bitPattern))
    #expect(c?.gradient.elements.map(\.bitPattern) == d?.gradient.elements.map(\.bitPattern))
  }
}
