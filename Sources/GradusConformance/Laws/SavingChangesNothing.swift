// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A run that is saved and resumed goes on as if nothing had happened.
public struct SavingChangesNothing: Law {
  public let name = "saving"
  public let sentence = "n answers are the same as k answers, saving, loading, and n − k answers"
  public let presupposes = ["same seed", "a state is a value"]

  public init() {}

  /// Saves and resumes at six places, questions in flight included, and runs 25 answers on.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    let situations = bench.some(5)
    for situation in situations {
      for (lead, inFlight) in [(0, 0), (1, 0), (2, 0), (7, 3), (23, 0), (40, 2)] {
        let run = try situation.run()
        _ = try await run.record(lead)
        for _ in 0..<inFlight { _ = try run.ask() }
        let resumed = try Run<M>(
          resuming: try run.checkpoint(), of: situation.problem, asking: run.oracle, clock: .stopped)
        let original = try await run.settle().record(25)
        if let difference = try await resumed.settle().record(25).difference(from: original) {
          violations.append("on \(situation.name) resumed after \(lead) answers (\(inFlight) in flight): \(difference)")
          break
        }
      }
    }
    return Finding(violations, tried: 6 * situations.count)
  }
}

extension Run {
  /// Answers everything in flight, oldest first.
  func settle() async throws -> Self {
    while let oracle, let ticket = outstanding.first {
      try tell(ticket.number, answer: try await ticket.question.put(to: oracle))
    }
    return self
  }
}
