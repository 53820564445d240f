// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// The method does what its card says it can do.
public struct TrialsPassed: Law {
  public let name = "trials"
  public let sentence = "every trial on the card is passed from five seeds, within its budget, judged by the problem"
  public let presupposes = ["budget", "report"]

  public init() {}

  /// Runs every trial of the card with the seeds 1 to 5.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    if M.card.trials.isEmpty { return .notApplicable("the card has no trials") }
    var violations: [String] = []
    for trial in M.card.trials {
      guard let situation = try bench.situation(named: trial.problem) else {
        violations.append("the trial \(trial.problem) does not fit the method")
        continue
      }
      for seed in 1...5 as ClosedRange<UInt64> {
        let run = try situation.run(seed: seed, listener: Listener(immediate: true))
        let solution = try await run.finish(until: .answers(trial.answers) || .value(reaches: trial.value))
        let place = "\(trial.problem), seed \(seed), \(solution.progress.answers) answers"
        guard let objective = solution.verdict.objective else {
          violations.append(
            "\(place): the problem could not judge (\(solution.verdict.certificate.note ?? "no reason"))")
          continue
        }
        if !(objective <= trial.value) { violations.append("\(place): \(objective), promised \(trial.value)") }
      }
    }
    return Finding(violations, tried: 5 * M.card.trials.count)
  }
}
