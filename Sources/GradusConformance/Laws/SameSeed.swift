// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Two runs with one seed ask the same questions and end in the same state, awaited or answered at once.
public struct SameSeed: Law {
  public let name = "same seed"
  public let sentence = "two runs with the same seed agree to the last bit, whether answers are awaited or immediate"

  public init() {}

  /// Runs twice with one seed, and once more with immediate answers, for 60 questions.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    let situations = bench.some(6)
    for situation in situations {
      let first = try await situation.run().record(60)
      let second = try await situation.run().record(60)
      if let difference = second.difference(from: first) {
        violations.append("on \(situation.name) a second run with the same seed: \(difference)")
        continue
      }
      let immediate = try situation.run(listener: Listener(immediate: true))
      for _ in first.questions { _ = try await immediate.step() }
      if try Image(immediate.state) != first.state {
        violations.append("on \(situation.name) immediate answers lead to another state than awaited ones")
      }
    }
    return Finding(violations, tried: situations.count)
  }
}
