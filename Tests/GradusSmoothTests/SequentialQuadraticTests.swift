// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct SequentialQuadraticTests {
  @Test(arguments: ["hs6", "hs7", "hs10", "hs12", "hs26", "hs30", "hs43", "hs71"])
  func findsOptimaWithMultipliers(_ name: String) async throws {
    let problem = try LibraryProgram(name)
    let run = try await drive(SequentialQuadratic(), problem.program, problem.oracle, limit: 200)
    try problem.expect(run.report, tolerance: 1e-7, multipliers: name != "hs26" && name != "hs30")
  }

  @Test func contradictingRowsAreInfeasible() async throws {
    let run = try await drive(SequentialQuadratic(), ClosureProgram.apart, ClosureProgram.discAndHalfPlane, limit: 400)
    #expect(run.report.claim == .infeasible)
    #expect(run.report.value == nil)
    let ray = try #require(run.report.ray)
    #expect(ray[0] < 0 && ray[1] > 0)
  }

  @Test func dependentRowsDoNoHarm() async throws {
    let run = try await drive(SequentialQuadratic(), ClosureProgram.dependent, ClosureProgram.dependentRows, limit: 100)
    #expect(run.report.claim == .stationary)
    #expect(isClose(run.report.point, [1, 1], relative: 1e-7))
    let y = try #require(run.report.multipliers)
    #expect(abs(y[0] + y[1] + 2 * y[2] - 2) < 1e-6)
  }

  @Test func tooManyVariablesAreRefused() {
    let large = NonlinearProgram(start: .zeros(1001), domain: .all(1001), rowLower: [], rowUpper: [])
    #expect(throws: Unsuitable.self) { try SequentialQuadratic().start(large, random: RandomStream(seed: 1)) }
  }
}
