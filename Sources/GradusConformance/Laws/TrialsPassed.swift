// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics
import GradusProblems

/// The method does what its card says it can do. On problems with several objectives the value of a trial is the distance
/// of the reported front from the known one.
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
        if let distance = try await situation.distance(toFrontOf: solution.report.front.map(\.point)) {
          if !(distance <= trial.value) { violations.append("\(place): distance \(distance), promised \(trial.value)") }
          continue
        }
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

extension Situation {
  /// IGD⁺: the mean over the known front's points z of the least |max(f(x) − z, 0)| over these points, evaluated anew; nil for
  /// problems without a known front.
  fileprivate func distance(toFrontOf points: [M.Point]) async throws -> Double? {
    let front = source.optimum.front.map(\.outcomes.objectives)
    guard let oracle = source.oracle as? any VectorOracle<Vector>, !front.isEmpty else { return nil }
    var reached: [[Double]] = []
    for case let point as Vector in points {
      let outcomes = try await oracle.outcomes(at: point)
      if outcomes.violation == 0 { reached.append(outcomes.objectives) }
    }
    let distances = front.map { z in
      reached.reduce(Double.infinity) { best, f in
        min(best, zip(f, z).reduce(0) { $0 + max($1.0 - $1.1, 0) * max($1.0 - $1.1, 0) }.squareRoot())
      }
    }
    return distances.reduce(0, +) / Double(distances.count)
  }
}
