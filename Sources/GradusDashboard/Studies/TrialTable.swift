// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Trials in rows.
package enum TrialTable {
  /// What stands on top.
  package enum Order: String, CaseIterable, Sendable {
    /// The last trials, the best, and those that took longest.
    case last, best, seconds
  }

  /// Numbers of the trials in an order; those without a value are no part of the best.
  package static func numbers(
    _ order: Order, of study: StudyRecord, objective: Int, now: Timestamp, from start: Int = 0, limit: Int
  ) -> [Int] {
    let trials = study.trials
    func part(_ numbers: some Sequence<Int>) -> [Int] { Array(numbers.dropFirst(start).prefix(limit)) }
    switch order {
    case .last: return part(trials.indices.reversed())
    case .seconds:
      let keys = trials.map { trial -> Double in
        if let seconds = trial.seconds { return seconds }
        return trial.state == .running ? trial.started.map { now.seconds(since: $0) } ?? -1 : -1
      }
      return part(trials.indices.sorted { (keys[$1], $0) < (keys[$0], $1) })
    case .best:
      let sign = study.directions[objective].sign
      let candidates = trials.indices.filter { trials[$0].isCandidate(objectives: study.directions.count) }
      let keys = trials.map { objective < $0.values.count ? sign * $0.values[objective] : .infinity }
      return part(candidates.sorted { (keys[$0], $0) < (keys[$1], $1) })
    }
  }

  /// Number, state, objectives, parameters, time.
  package static func rows(_ numbers: [Int], of study: StudyRecord, now: Timestamp) -> Table {
    let columns = StudyColumns(study)
    let names = study.objectiveNames.map { StudyText.plain($0, limit: 20) }
    let values = Set(2..<2 + names.count + columns.names.count)
    var table = Table(
      ["trial", "state"] + names + columns.names.map { StudyText.plain($0, limit: 20) } + ["time"],
      numeric: values.union([0]))
    for number in numbers {
      let trial = study.trials[number]
      table.rows.append(
        ["\(number)", trial.state.name]
          + names.indices.map { $0 < trial.values.count ? Numbers.short(trial.values[$0]) : "–" }
          + columns.values(of: trial, in: study).map { StudyText.value($0, digits: 4) }
          + [StudyText.seconds(trial, now: now)])
    }
    return table
  }

  /// Trials of a front, in rising order of the first objective.
  package static func front(_ trials: [TrialRecord], in study: StudyRecord) -> Table {
    let columns = StudyColumns(study)
    let names = study.objectiveNames.map { StudyText.plain($0, limit: 20) }
    var table = Table(
      ["trial"] + names + columns.names.map { StudyText.plain($0, limit: 20) },
      numeric: Set(0...names.count + columns.names.count))
    for trial in trials.sorted(by: { $0.values.lexicographicallyPrecedes($1.values) }) {
      table.rows.append(
        ["\(trial.number)"] + trial.values.map { Numbers.short($0) }
          + columns.values(of: trial, in: study).map { StudyText.value($0, digits: 4) })
    }
    return table
  }
}
