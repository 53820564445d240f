// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusProblems

/// No saddle and no maximum is called a minimum.
public struct NoFalseMinimum: Law {
  public let name = "no false minimum"
  public let sentence = "from a saddle or a maximum no solution is judged locally optimal"

  public init() {}

  /// Starts at saddles and maxima and lets the problem judge after 40 and after 400 answers.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    let traps = bench.situations.filter { $0.source.traits.contains(.trap) }
    if traps.isEmpty { return .notApplicable("no problem with a saddle fits the method") }
    var violations: [String] = []
    // Methods for any search space see no slopes, and their own time a question grows with the answers.
    let limits = M.Problem.self == SearchProblem.self ? [40] : [40, 400]
    for situation in traps {
      for limit in limits {
        let run = try situation.run()
        let solution = try await run.finish(until: .answers(limit))
        guard solution.verdict.outcome == .locallyOptimal || solution.verdict.outcome == .optimal else { continue }
        let value = solution.verdict.objective ?? .infinity
        // A method that leaves the trap and finds a true minimum is right.
        if value > (situation.source.optimum.value ?? -.infinity) + 1e-6 {
          violations.append("on \(situation.name) the value \(value) is judged \(solution.verdict.outcome.rawValue)")
        }
      }
    }
    return Finding(violations, tried: limits.count * traps.count)
  }
}
