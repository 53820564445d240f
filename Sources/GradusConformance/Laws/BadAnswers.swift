// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// NaN, infinities and errors are survived.
public struct BadAnswers: Law {
  public let name = "bad answers"
  public let sentence = "after NaN, ±∞ or an error no NaN is reported as best, and a repeated question undoes an error"
  public let presupposes = ["same seed", "report"]

  public init() {}

  private struct Plan: Sendable {
    var words: String
    var isBad: @Sendable (Int) -> Bool
  }

  private var plans: [Plan] {
    [1, 2, 3, 6, 11].map { k in Plan(words: "answer \(k)") { $0 == k } }
      + [
        Plan(words: "every third answer") { $0 % 3 == 0 }, Plan(words: "every answer from the 5th on") { $0 >= 5 },
        Plan(words: "every answer") { _ in true },
      ]
  }

  /// Spoils single answers, every third or all of them, with NaN, infinities and errors.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    let situations = bench.some(4).filter { canListen(to: $0.base) }
    if situations.isEmpty { return .notApplicable("its answers carry no numbers that the harness can spoil") }
    var violations: [String] = []
    for situation in situations {
      for plan in plans {
        for number in [Double.nan, .infinity, -.infinity] {
          let listener = Listener { plan.isBad($0) ? .number(number) : nil }
          let run = try situation.run(listener: listener)
          _ = try await run.record(50)
          if let wrong = try await situation.contradiction(in: run.report) {
            violations.append("on \(situation.name) with \(plan.words) \(number): \(wrong)")
          }
        }
      }
      if let wrong = try await failures(situation) { violations.append("on \(situation.name) \(wrong)") }
    }
    return Finding(violations, tried: situations.count * (plans.count * 3 + 1))
  }

  /// With every fourth question failing at first, the run goes on as if none had.
  private func failures<M: Catalogued>(_ situation: Situation<M>) async throws -> String? {
    let undisturbed = try situation.run()
    _ = try await undisturbed.record(30)
    let run = try situation.run(listener: Listener { $0 % 4 == 0 ? .failure : nil })
    var failures = 0
    while run.progress.answers < undisturbed.progress.answers {
      do {
        guard try await run.step() else { break }
      } catch is OracleFailure {
        failures += 1
        if failures > 100 { return "the run never recovers from errors of the oracle" }
      }
    }
    return try Image(run.state) == Image(undisturbed.state)
      ? nil : "errors of the oracle, each asked again, lead to another state"
  }
}
