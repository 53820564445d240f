// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Blocks of elements and the tape give the same derivatives of every `.nl` and `.sif` instance.
@Suite(.enabled(if: SharedData.isThere, "\(SharedData.reason)"))
struct ElementInstanceTests {
  @Test(arguments: SharedData.nonlinear) func nl(_ row: [String: String]) throws {
    let file = try #require(row["file"])
    try compare(NLFile.read(path: SharedData.path("nl/\(file)")).program, file)
  }

  @Test(arguments: SharedData.index("sif")) func sif(_ row: [String: String]) throws {
    let file = try #require(row["file"])
    try compare(SIFCollectionTests.read(file), file)
  }

  private func compare(_ program: FormulaProgram, _ name: String) throws {
    let blocks = FormulaOracle(program)
    guard blocks.elementCount > 0 else { return }
    let tape = FormulaOracle(program, findsElements: false)
    // Not the start itself, where symmetry makes terms vanish.
    let x = Vector(program.start.indices.map { program.start[$0] + 1e-3 * Double($0 % 7) })
    let y = Vector((0..<program.constraintCount).map { Double($0 % 5) - 1.5 })
    let values = try (#require(try blocks.immediateValues(at: x)), #require(try tape.immediateValues(at: x)))
    expectClose([values.0.objective], [values.1.objective], "\(name): objective")
    expectClose(values.0.constraints.elements, values.1.constraints.elements, "\(name): rows")
    let first = try (#require(try blocks.immediateDerivatives(at: x)), #require(try tape.immediateDerivatives(at: x)))
    expectClose(first.0.gradient.elements, first.1.gradient.elements, "\(name): gradient")
    expectClose(first.0.jacobian.values, first.1.jacobian.values, "\(name): Jacobian")
    // Products with a few directions stand for all entries: patterns may differ where everything is zero.
    let second = try (
      #require(try blocks.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7)),
      #require(try tape.immediateLagrangianHessian(at: x, multipliers: y, objectiveWeight: 0.7))
    )
    #expect(second.0.entryCount <= second.1.entryCount)
    for k in 1...3 {
      let d = Vector(x.indices.map { Double(($0 * (2 * k + 1)) % 11) - 5 })
      expectClose(second.0.times(d).elements, second.1.times(d).elements, "\(name): Hessian")
    }
  }

  private func expectClose(_ a: [Double], _ b: [Double], _ what: String) {
    #expect(a.count == b.count)
    let scale = b.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    for (k, (a, b)) in zip(a, b).enumerated() where !(abs(a - b) <= 1e-11 * scale || a.isNaN && b.isNaN || a == b) {
      Issue.record("\(what), entry \(k): \(a) in blocks, \(b) by the tape")
      return
    }
  }
}
