// SPDX-License-Identifier: Apache-2.0

/// A study at a glance. Cost: one pass over its trials.
public struct StudySummary: Sendable, Hashable {
  /// How many trials there are in each state.
  public private(set) var counts: [TrialState: Int] = [:]
  /// The last time at which a trial began or ended.
  public private(set) var lastChange: Timestamp?
  /// Numbers of the best trials.
  public let best: [Int]

  public init(_ study: StudyRecord) {
    for trial in study.trials {
      counts[trial.state, default: 0] += 1
      if let time = trial.completed ?? trial.started, lastChange.map({ $0 < time }) ?? true { lastChange = time }
    }
    best = study.best
  }

  /// Trials in a state.
  public func count(_ state: TrialState) -> Int { counts[state] ?? 0 }
}
