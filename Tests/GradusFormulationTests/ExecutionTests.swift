// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import Testing

@Suite struct ExecutionTests {
  @Test func modelsAreSolvedOrSayWhyNot() async throws {
    let executor = ModelExecutor()
    let good = try await executor.run(
      "variables:\n  x: {kind: integer, lower: 0, upper: 7}\nmaximize: 2 * x\nsubject to:\n  r: 3 * x <= 10")
    #expect(good.status == .optimal && good.objective == 6 && good.values == ["x": 3] && good.hasOptimum)
    let none = try await executor.run("variables:\n  x: {lower: 0}\nmaximize: x\nsubject to:\n  r: x <= -1")
    #expect(none.status == .infeasible && !none.hasOptimum)
    let endless = try await executor.run("variables:\n  x: {lower: 0}\nmaximize: x")
    #expect(endless.status == .unbounded && !endless.hasOptimum)
    let broken = try await executor.run("variables:\n  x: {lower: 0}\nmaximize: y")
    #expect(broken.status == nil && broken.message?.contains("y") == true)
  }
}
