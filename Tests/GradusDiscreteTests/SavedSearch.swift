// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusModeling
import GradusNumerics

/// What a search reports whose state is written down and read back every few answers, and how one ends that is left alone.
func reports<M: OptimizationMethod>(
  of method: M, on program: FormulaProgram, answers limit: Int, savedEvery period: Int
) async throws -> (saved: Report<Vector>, whole: Solution<Vector>)
where M.Problem == FormulaProgram, M.Point == Vector, M.Question == SearchQuestion {
  let oracle = FormulaSearchOracle(FormulaOracle(program))
  var state = try method.start(program, random: RandomStream(seed: 1))
  var steps = 0
  while steps < limit, let question = method.ask(&state) {
    if steps % period == 3 {
      state = try Coding.decode(M.State.self, from: Coding.encode(state), given: program)
    }
    let answer = try await question.put(to: oracle)
    method.tell(&state, answer, to: question)
    steps += 1
  }
  let whole = try await Run(program, by: method, asking: oracle, seed: 1).finish(until: .answers(limit))
  return (method.report(state), whole)
}
