// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusModeling
import GradusNumerics
import GradusBilevel
import Testing

@Suite struct ParametricSensitivityTests {
  /// Where the sides of the rows and the bounds stand.
  struct Sides {
    var disk = 4.0
    var plane = 2.5
    var floor = 0.2
  }

  private func model(_ sides: Sides, maximize: Bool = false) -> Model {
    let model = Model("moved")
    let x = model.variable("x", from: -5, to: 5, start: 1)
    let y = model.variable("y", from: -5, to: 5, start: 1)
    let z = model.variable("z", from: sides.floor, to: 5, start: 1)
    let body = (x - 3) * (x - 3) + 2 * (y - 2) * (y - 2) + x * y / 4 + exp(z) + z * z
    if maximize { model.maximize(-body) } else { model.minimize(body) }
    model.require(x * x + y * y <= Formula(sides.disk), "disk")
    model.require(x + y + z / 3 == Formula(sides.plane), "plane")
    model.require(x + 10 * y <= 1000, "idle")
    return model
  }

  private func solve(_ sides: Sides, maximize: Bool = false) async throws -> ModelAnswer {
    let answer = try await model(sides, maximize: maximize).solve(
      by: "interior-point", settings: [("tol", "1e-11")])
    #expect([.optimal, .locallyOptimal].contains(answer.status))
    return answer
  }

  private func derivatives(_ sides: Sides) async throws -> (ParametricSensitivity, FormulaProgram) {
    let program = try model(sides).program()
    let answer = try await solve(sides)
    let found = try await ParametricSensitivity(
      program.nonlinearProgram(), at: answer.point, multipliers: answer.duals ?? .zeros(3),
      asking: SolvableProgram(program).oracle)
    return (found, program)
  }

  private func difference(
    _ move: (inout Sides, Double) -> Void
  ) async throws -> (objective: Double, point: [Double]) {
    let step = 1e-3
    var (low, high) = (Sides(), Sides())
    move(&low, -step)
    move(&high, step)
    let (a, b) = (try await solve(low), try await solve(high))
    let slope = ((b.objective ?? .nan) - (a.objective ?? .nan)) / (2 * step)
    return (slope, (0..<3).map { (b.point[$0] - a.point[$0]) / (2 * step) })
  }

  private func expectSame(_ objective: Double, _ point: [Double], _ other: (objective: Double, point: [Double])) {
    #expect(abs(objective - other.objective) < 1e-4 * max(1, abs(objective)), "\(objective) \(other.objective)")
    for j in point.indices { #expect(abs(point[j] - other.point[j]) < 1e-4, "\(j): \(point[j]) \(other.point[j])") }
  }

  @Test func sidesAgreeWithDifferences() async throws {
    let (found, program) = try await derivatives(Sides())
    let names = found.rows.map { program.linear.rowNames[$0.row] }
    #expect(names.contains("plane"))
    #expect(!names.contains("idle"))
    for entry in found.rows {
      let isDisk = program.linear.rowNames[entry.row] == "disk"
      expectSame(
        entry.objective, entry.point,
        try await difference { sides, step in if isDisk { sides.disk += step } else { sides.plane += step } })
    }
  }

  @Test func boundsAgreeWithDifferences() async throws {
    var sides = Sides()
    sides.floor = 0.2
    let (found, _) = try await derivatives(sides)
    let floor = try #require(found.bounds.first { $0.variable == 2 })
    expectSame(floor.objective, floor.point, try await difference { sides, step in sides.floor += step })
    #expect(floor.point[2] == 1)
  }

  /// min x² over x ≥ 0: the bound holds without a price, and the derivative has two sides.
  @Test func degenerateActivityIsRefused() async throws {
    let model = Model("degenerate")
    let x = model.variable("x", from: 0, to: 10, start: 1)
    model.minimize(x * x)
    let program = try model.program()
    await #expect(throws: ParametricSensitivity.Refusal.self) {
      try await ParametricSensitivity(
        program.nonlinearProgram(), at: Vector([0]), multipliers: .zeros(0), asking: SolvableProgram(program).oracle)
    }
  }

  /// A saddle point is no minimum.
  @Test func saddlesAreRefused() async throws {
    let model = Model("saddle")
    let x = model.variable("x", start: 0)
    let y = model.variable("y", start: 0)
    model.minimize(x * x - y * y)
    let program = try model.program()
    await #expect(throws: ParametricSensitivity.Refusal.self) {
      try await ParametricSensitivity(
        program.nonlinearProgram(), at: Vector([0, 0]), multipliers: .zeros(0), asking: SolvableProgram(program).oracle)
    }
  }
}

@Suite struct LocalConflictTests {
  @Test func violatedRowsAndASmallConflictAreNamed() async throws {
    let model = Model("apart")
    let x = model.variable("x", from: -10, to: 10, start: 0.5)
    let y = model.variable("y", from: -10, to: 10, start: 0.5)
    model.minimize(x + y)
    model.require(x * x + y * y <= 1, "inside")
    model.require(x * x * x + y >= 9, "outside")
    model.require(exp(x) + y <= 100, "harmless")
    let subject = SolvableProgram(try model.program())
    let answer = try await model.solve()
    #expect([.locallyInfeasible, .infeasible].contains(answer.status))
    let found = await LocalConflict(subject, at: answer.point, timeLimit: 3600)
    #expect(found.conflict?.rows.sorted() == ["inside", "outside"])
    #expect(found.isIrreducible)
    #expect(!found.violated.isEmpty)
    #expect(found.sentences.contains { $0.contains("local") })
  }

  @Test func aFeasiblePointHasNoConflict() async throws {
    let model = Model("fine")
    let x = model.variable("x", from: 0, to: 1, start: 0.5)
    model.minimize(x * x)
    model.require(exp(x) <= 2, "row")
    let found = await LocalConflict(SolvableProgram(try model.program()), at: Vector([0.5]), timeLimit: 3600)
    #expect(found.violated.isEmpty && found.conflict == nil)
  }
}
