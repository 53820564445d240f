// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Answers are counted as the oracle counts them, and never exceed the limit.
public struct WithinBudget: Law {
  public let name = "budget"
  public let sentence = "answers counted by the oracle equal those in the solution and never exceed the limit"

  public init() {}

  /// Counts what the oracles answer under limits of 1 to 50 answers, in sequence and four at a time.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    var tried = 0
    for situation in bench.some(3) {
      for limit in [1, 2, 3, 7, 20, 50] {
        for (width, delivery) in [(1, Delivery.inOrder), (4, .inOrder), (4, .asArrived)] {
          tried += 1
          let (listener, judge) = (Listener(shuffling: true), Listener())
          let run = try situation.run(listener: listener, judge: judge)
          let solution = try await run.finish(until: .answers(limit), width: width, delivery: delivery)
          let counted = listener.count + judge.count
          let place = "on \(situation.name) with limit \(limit) and width \(width)"
          if solution.progress.answers > limit {
            violations.append("\(place) the solution counts \(solution.progress.answers) answers")
          }
          if canListen(to: situation.base), counted != solution.progress.answers {
            violations.append(
              "\(place) the oracle gave \(counted) answers, the solution counts \(solution.progress.answers)")
          }
        }
      }
    }
    return Finding(violations, tried: tried)
  }
}
