// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// A copy of the state is untouched by what happens to the original.
public struct StateIsAValue: Law {
  public let name = "a state is a value"
  public let sentence = "advancing a run leaves a copy of its state untouched"

  public init() {}

  /// Copies the state at four places and looks whether nine more answers change the copy.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    let situations = bench.some(4)
    for situation in situations {
      let run = try situation.run()
      for lead in [0, 1, 6, 20] {
        _ = try await run.record(lead)
        let copy = run.state
        let before = try Image(copy)
        _ = try await run.record(9)
        if try Image(copy) != before {
          violations.append("on \(situation.name) a copy taken after \(run.progress.answers - 9) answers has changed")
          break
        }
      }
    }
    return Finding(violations, tried: 4 * situations.count)
  }
}
