// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A parallel method copes with answers in any order.
public struct AnyOrderOfAnswers: Law {
  public let name = "order of answers"
  public let sentence = "a parallel method told its answers in any order still reports values that belong to its points"
  public let presupposes = ["report"]

  public init() {}

  /// Tells the newest answers first, one always late, and evaluates what is reported.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    guard M.self is any ParallelMethod.Type else { return .notApplicable("the method asks one question at a time") }
    var violations: [String] = []
    let situations = bench.some(5)
    for situation in situations {
      let run = try situation.run()
      for _ in 0..<12 {
        for _ in 0..<6 { _ = try run.ask() }
        // Newest first, all but one, so that some answer is always late; a method that waits for it gets it.
        let late = run.outstanding.count > 1 ? 1 : 0
        while run.outstanding.count > late, let oracle = run.oracle, let ticket = run.outstanding.last {
          try run.tell(ticket.number, answer: try await ticket.question.put(to: oracle))
        }
        if let wrong = try await situation.contradiction(in: run.report) {
          violations.append("on \(situation.name), told newest first, \(wrong)")
          break
        }
      }
    }
    return Finding(violations, tried: situations.count)
  }
}
