// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct AugmentedLagrangianTests {
  @Test(arguments: ["hs6", "hs7", "hs10", "hs12", "hs30", "hs43", "hs71"])
  func findsOptimaWithMultipliers(_ name: String) async throws {
    let problem = try LibraryProgram(name)
    let run = try await drive(AugmentedLagrangian(), problem.program, problem.oracle, limit: 3_000)
    try problem.expect(run.report, tolerance: 1e-6)
  }

  @Test func contradictingRowsAreInfeasible() async throws {
    let run = try await drive(
      AugmentedLagrangian(), ClosureProgram.apart, ClosureProgram.discAndHalfPlane, limit: 9_000)
    #expect(run.report.claim == .infeasible)
    #expect(run.report.value == nil)
    let ray = try #require(run.report.ray)
    #expect(ray[0] < 0 && ray[1] > 0)
  }

  @Test func dependentRowsDoNoHarm() async throws {
    let run = try await drive(
      AugmentedLagrangian(), ClosureProgram.dependent, ClosureProgram.dependentRows, limit: 2_000)
    #expect(run.report.claim == .stationary)
    #expect(isClose(run.report.point, [1, 1], relative: 1e-6))
  }
}
